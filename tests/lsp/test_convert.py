"""Offsets and positions in three encodings; edits and cards as the protocol's objects."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING
from urllib.parse import unquote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lsprotocol import types
from lsprotocol.converters import get_converter

from marked import marked
from phi_ls.features.hover import HoverCard, Uses
from phi_ls.lsp import convert
from phi_ls.lsp.client import Client
from phi_ls.syntax import Symbol
from phi_ls.text import Edit, Source, Span

if TYPE_CHECKING:
    from phi_ls.lsp.units import Encoding

ENCODINGS: tuple[Encoding, ...] = ("utf-8", "utf-16", "utf-32")
URI = "file:///project/a.py"


def source_of(text: str) -> Source:
    return Source(URI, "python", 3, text)


@pytest.mark.parametrize(("encoding", "character"), [("utf-8", 9), ("utf-16", 5), ("utf-32", 4)])
def test_a_position_counts_the_units_of_the_client(encoding: Encoding, character: int) -> None:
    m = marked("é\nxé🙂é$0z\n")
    position = types.Position(line=1, character=character)
    source = source_of(m.text)
    assert convert.position_at(source, m.cursor, encoding) == position
    assert convert.offset_at(source, position, encoding) == m.cursor


@pytest.mark.parametrize("encoding", ENCODINGS)
@given(text=st.text(alphabet="aé漢🙂\r\n\f\u2028", max_size=30), data=st.data())
@settings(max_examples=100, deadline=None)
def test_every_offset_comes_back_from_its_position(encoding: Encoding, text: str, data: st.DataObject) -> None:
    source = source_of(text)
    offset = data.draw(st.integers(0, len(text)))
    back = convert.offset_at(source, convert.position_at(source, offset, encoding), encoding)
    inside_a_line_end = text[offset - 1 : offset + 1] == "\r\n" and offset > 0
    assert back == (offset - 1 if inside_a_line_end else offset)


def test_a_range_the_wrong_way_round_is_turned() -> None:
    area = types.Range(start=types.Position(line=0, character=3), end=types.Position(line=0, character=1))
    assert convert.span_at(source_of("abcdef"), area, "utf-16") == Span(1, 3)


def plain(value: object) -> object:
    return json.loads(json.dumps(get_converter().unstructure(value)))


INSERTED = {
    "range": {"start": {"line": 0, "character": 1}, "end": {"line": 0, "character": 1}},
    "newText": "!",
}


@pytest.mark.parametrize(
    ("client", "edit"),
    [
        pytest.param(Client(), {"changes": {URI: [INSERTED]}}, id="plain-changes"),
        pytest.param(
            Client(document_changes=True),
            {"documentChanges": [{"textDocument": {"uri": URI, "version": 3}, "edits": [INSERTED]}]},
            id="with-version",
        ),
        pytest.param(
            Client(document_changes=True, change_annotations=True),
            {
                "documentChanges": [
                    {
                        "textDocument": {"uri": URI, "version": 3},
                        "edits": [{**INSERTED, "annotationId": "phi-ls"}],
                    }
                ],
                "changeAnnotations": {"phi-ls": {"label": "Document f", "needsConfirmation": True}},
            },
            id="annotated",
        ),
    ],
)
def test_an_edit_takes_the_richest_form_that_the_client_has(client: Client, edit: object) -> None:
    made = convert.workspace_edit(
        source_of("ab"), [Edit(Span(1, 1), "!")], "utf-16", client, label="Document f", confirm=True
    )
    assert plain(made) == edit


SOURCE = source_of("def area(r: float) -> float:\n    return 3.14 * r * r\n")


def symbol(**changes: object) -> Symbol:
    fields: dict[str, object] = {
        "kind": "function",
        "name": "area",
        "span": Span(0, 30),
        "name_span": Span(4, 8),
        "signature": "def area(r: float) -> float",
        "body": None,
        "doc": None,
        "docstring": "The area of a circle.\nIn *square* metres.",
        "container": (),
    }
    return Symbol(**{**fields, **changes})  # type: ignore[arg-type]


def card(**changes: object) -> HoverCard:
    fields: dict[str, object] = {
        "span": Span(4, 8),
        "symbol": symbol(),
        "source": SOURCE,
        "line": 0,
        "uses": Uses(3, 0, 0),
        "fence": "python",
        "explanation": None,
        "label": "",
        "symbol_key": "k",
    }
    return HoverCard(**{**fields, **changes})  # type: ignore[arg-type]


def shown(client: Client, card: HoverCard) -> str:
    hover = convert.hover(SOURCE, card, "utf-16", client)
    assert isinstance(hover.contents, types.MarkupContent)
    assert hover.range == types.Range(
        start=types.Position(line=0, character=4), end=types.Position(line=0, character=8)
    )
    return f"{hover.contents.kind.value}\n{hover.contents.value}"


def test_a_hover_in_markdown_shows_signature_documentation_and_explanation() -> None:
    explained = card(explanation="It multiplies.", label="starter model")
    assert (
        shown(Client(), explained)
        == """\
markdown
```python
def area(r: float) -> float
```

---

The area of a circle.\x20\x20
In \\*square\\* metres.

---

It multiplies.

*starter model*

---

*function, a.py line 1; named 3 times in this file*"""
    )


def test_a_plain_hover_tells_most_in_its_first_line() -> None:
    client = Client(hover_markdown=False, hover_plaintext=True)
    assert (
        shown(client, card())
        == """\
plaintext
area: The area of a circle.

def area(r: float) -> float

The area of a circle.
In *square* metres.

function, a.py line 1; named 3 times in this file"""
    )
    bare = card(symbol=symbol(docstring=""))
    assert shown(client, bare).splitlines()[1] == "function area"
    explained = card(symbol=symbol(docstring=""), explanation="It multiplies.", label="starter model")
    assert shown(client, explained).splitlines()[1] == "area: It multiplies."


def test_links_that_lead_to_an_explanation_are_only_for_clients_that_have_the_command() -> None:
    assert "command:" not in shown(Client(), card())
    text = shown(Client(command_links=True), card())
    here, beside = (json.loads(unquote(link)) for link in re.findall(r"\(command:phi\.explain\?([^)]*)\)", text))
    area = {"start": {"line": 0, "character": 4}, "end": {"line": 0, "character": 4}}
    assert beside == [{"uri": URI, "range": area}]
    assert here == [{"uri": URI, "range": area, "hover": {"uri": URI, "line": 0, "character": 4}}]
    known = shown(Client(command_links=True), card(explanation="Known.", label="m"))
    (kept,) = (json.loads(unquote(link)) for link in re.findall(r"\(command:phi\.explain\?([^)]*)\)", known))
    assert kept == [{"uri": URI, "range": area, "kept": True}]


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("[x](command:phi.explain)", "[x](no-command:phi.explain)"),
        ("[x]( <COMMAND:a>)", "[x]( <no-command:a>)"),
        ("<command:a>", "<no-command:a>"),
        ("[x]: command:a", "[x]: no-command:a"),
        ("Run this command: ls", "Run this command: ls"),
        ("`command: x`", "`command: x`"),
    ],
)
def test_no_link_that_a_model_wrote_starts_a_command(written: str, kept: str) -> None:
    assert convert.without_commands(written) == kept


def test_a_method_and_its_uses_in_other_files_are_told() -> None:
    method = card(symbol=symbol(kind="method", container=("Circle",)), uses=Uses(1, 4, 2))
    assert shown(Client(), method).splitlines()[-1] == (
        "*method of Circle, a.py line 1; named 1 time in this file, 4 in 2 other open files*"
    )


def test_a_signature_with_backticks_stays_inside_its_fence() -> None:
    assert shown(Client(), card(symbol=symbol(signature="a = ```b```"))).splitlines()[1:4] == [
        "````python",
        "a = ```b```",
        "````",
    ]
