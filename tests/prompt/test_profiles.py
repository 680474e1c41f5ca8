"""What holds for the prompts of every profile."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phi_ls.context.budget import WORDING_TOKENS
from phi_ls.errors import CatalogError
from phi_ls.prompt import Profile, Prompt, profile, profiles
from phi_ls.prompt.chat import SPLIT_CHARACTERS, SPLIT_LINES, Chat, split_prefix
from phi_ls.prompt.fill_in import SHORT_SUFFIX_CHARACTERS, FillIn
from phi_ls.wire import Control, Text
from prompt_requests import BLOCK, LINE, context_of, document_request, explain_request

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ALL = [pytest.param(item, id=item.name) for item in profiles()]
APPENDING = [
    pytest.param(item, id=item.name) for item in profiles() if not isinstance(item, FillIn) or item.suffix_first
]
PREFIX_FIRST = [
    pytest.param(item, id=item.name) for item in profiles() if isinstance(item, FillIn) and not item.suffix_first
]
CHAT = [pytest.param(item, id=item.name) for item in profiles() if isinstance(item, Chat)]

HOSTILE = st.lists(
    st.sampled_from(
        [
            "<|end|>",
            "<|assistant|>",
            "<|user|>",
            "<|system|>",
            "<s>",
            "<|fim_prefix|>",
            "<fim_middle>",
            "<\uff5cfim\u2581hole\uff5c>",
            "```",
            "\n",
            "    ",
            "x = 1",
            "\0",
            "\ud800",
            "é😀",
            "$",
            '"""',
            "*/",
        ]
    ),
    max_size=20,
).map(lambda pieces: "".join(pieces).replace("$0", ""))


def controls(prompt: Prompt) -> list[str]:
    return [part.token for part in prompt.parts if isinstance(part, Control)]


def joined(prompt: Prompt) -> str:
    return "".join(part.text for part in prompt.parts if isinstance(part, Text))


@pytest.mark.parametrize("asked", ALL)
@given(before=HOSTILE, after=HOSTILE)
@settings(max_examples=40)
def test_control_tokens_come_from_the_template_only(asked: Profile, before: str, after: str) -> None:
    plain = asked.completion(context_of(LINE), multiline=False)
    hostile = asked.completion(context_of(f"{before}\n$0\n{after}"), multiline=False)
    assert controls(hostile) == controls(plain)
    code = before + after
    assert controls(asked.explain(explain_request(code))) == controls(asked.explain(explain_request()))
    assert controls(asked.document(document_request(code=code))) == controls(asked.document(document_request()))


TYPED = st.lists(
    st.sampled_from(["a", "self", ".", "(", ")", " ", "=", "1", "'", "é😀", "<|end|>"]), min_size=1, max_size=12
).map("".join)


@pytest.mark.parametrize("asked", APPENDING)
@pytest.mark.parametrize("text", [LINE, BLOCK, "$0", "x = 1\n$0\n"])
@given(typed=TYPED)
@settings(max_examples=30)
def test_typing_appends_to_the_last_part(asked: Profile, text: str, typed: str) -> None:
    before = asked.completion(context_of(text), multiline=False)
    after = asked.completion(context_of(text.replace("$0", typed + "$0")), multiline=False)
    *same, last = before.parts
    if not before.prefilled and not isinstance(asked, Chat):  # nothing stood there that could be continued
        assert list(after.parts[: len(before.parts)]) == list(before.parts)
        return
    assert isinstance(last, Text)
    assert list(after.parts[:-1]) == same
    grown = after.parts[-1]
    assert isinstance(grown, Text)
    assert grown.text.startswith(last.text)
    assert grown.text.removeprefix(last.text).strip() == typed.strip()


@pytest.mark.parametrize("asked", APPENDING)
def test_the_suffix_stands_before_the_prefix(asked: Profile) -> None:
    text = joined(asked.completion(context_of(LINE), multiline=False))
    assert text.rindex("return 2 * self.radius") < text.rindex("self.radius = radius")


@pytest.mark.parametrize("asked", PREFIX_FIRST)
def test_models_that_read_the_prefix_first_get_it_whole_and_a_short_suffix(asked: Profile) -> None:
    many_lines = LINE + "        # one of many lines that follow\n" * 100
    prompt = asked.completion(context_of(many_lines), multiline=False)
    *_, first, before, second, after, third = prompt.parts
    assert [part.token for part in (first, second, third) if isinstance(part, Control)] == controls(prompt)[-3:]
    assert isinstance(before, Text)
    assert isinstance(after, Text)
    assert before.text == prompt.prefilled == LINE.partition("$0")[0]
    assert many_lines.partition("$0")[2].startswith(after.text)
    assert 0 < len(after.text) <= SHORT_SUFFIX_CHARACTERS


@pytest.mark.parametrize("asked", CHAT)
def test_nothing_indented_stands_right_after_a_control_token(asked: Profile) -> None:
    # the 4k tokenizer strips white space there
    for text in (LINE, BLOCK):
        prompt = asked.completion(context_of(text), multiline=False)
        followers = [
            b.text
            for a, b in zip(prompt.parts, prompt.parts[1:], strict=False)
            if isinstance(a, Control) and isinstance(b, Text)
        ]
        assert [text for text in followers if text.lstrip("\n").startswith((" ", "\t"))] == []
        assert followers[-1].lstrip("\n").startswith("```python\n")


@pytest.mark.parametrize("asked", CHAT)
def test_a_line_and_a_block_share_their_prompt(asked: Profile) -> None:
    context = context_of(BLOCK)
    assert asked.completion(context, multiline=True) == asked.completion(context, multiline=False)


@pytest.mark.parametrize("asked", CHAT)
def test_the_blanks_before_the_cursor_are_left_to_the_model(asked: Profile) -> None:
    assert asked.completion(context_of(BLOCK), multiline=True).prefilled.endswith("def area(self) -> float:\n")
    assert asked.completion(context_of(LINE), multiline=False).prefilled.endswith("        return")


@pytest.mark.parametrize("asked", ALL)
def test_the_wording_fits_into_what_the_budget_sets_aside(asked: Profile) -> None:
    for prompt in (
        asked.completion(context_of("$0"), multiline=False),
        asked.explain(explain_request("")),
        asked.document(document_request(code="")),
    ):
        assert len(prompt.as_text()) / 3.5 < WORDING_TOKENS


@pytest.mark.parametrize("asked", ALL)
def test_secrets_do_not_reach_any_prompt(asked: Profile) -> None:
    code = "password = 'ab12cd34'\n"
    for prompt in (
        asked.completion(context_of(code + "x = $0\n" + code), multiline=False),
        asked.explain(explain_request(code)),
        asked.document(document_request(code=code)),
    ):
        assert "ab12cd34" not in prompt.as_text()


@given(st.lists(st.sampled_from(["", "x", "    return value", "\t" * 3]), max_size=30).map("\n".join), TYPED)
def test_the_split_stays_while_a_line_is_typed(prefix: str, typed: str) -> None:
    head, tail = split_prefix(prefix)
    assert head + tail == prefix
    assert not head or head.endswith("\n")
    assert not head or len(tail.replace("\n", "").strip()) >= SPLIT_CHARACTERS - 40 * tail.count("\n")
    assert split_prefix(prefix + typed)[0] == head


def test_the_split_moves_once_in_some_lines() -> None:
    text = "first line of the file\n"
    heads = []
    for number in range(40):
        text += f"    value_{number} = compute({number})\n"
        heads.append(split_prefix(text)[0])
    assert len(set(heads)) <= 40 // SPLIT_LINES + 1


def test_the_version_names_the_wording_of_explanations() -> None:
    versions = {item.version for item in profiles() if isinstance(item, Chat)}
    assert len(versions) == len(CHAT)
    assert profile("phi3").version in versions
    assert profile("phi3").version != profile("starter").version


def test_an_unknown_profile_is_an_error_of_the_catalogue() -> None:
    with pytest.raises(CatalogError, match=r"wanted a prompt profile .*phi3.*, found 'gpt'"):
        profile("gpt")


@pytest.mark.parametrize(("folder", "name"), [("4k", "phi3"), ("128k", "phi3-128k-april")])
def test_the_templates_are_those_of_the_published_tokenizers(
    shared: Callable[[str], Path], folder: str, name: str
) -> None:
    config = json.loads((shared("phi-3-tokenizer") / folder / "tokenizer_config.json").read_text("utf-8"))
    known = {entry["content"] for entry in config["added_tokens_decoder"].values()}
    prompt = profile(name).explain(explain_request())
    assert set(controls(prompt)) <= known
    template = config["chat_template"]
    assert ("system" in template) is ("<|system|>" in controls(prompt))
    assert ("bos_token" in template) is (controls(prompt)[0] == config["bos_token"])
    assert "<|assistant|>\n'" in template or "<|assistant|>' + '\n'" in template
    assert list(prompt.parts[-2:]) == [Control("<|assistant|>"), Text("\n")]
