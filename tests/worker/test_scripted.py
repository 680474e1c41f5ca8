"""The engine that plays back text."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phi_ls.errors import GenerationFailed, LoadFailed
from phi_ls.wire import Chunk, Control, Done, FromWorker, Generate, Load, Part, Text
from phi_ls.worker.decoder import well_formed
from phi_ls.worker.engines.script import Rule, Script
from phi_ls.worker.engines.scripted import Scripted, load
from phi_ls.worker.generation import Generation
from phi_ls.worker.model import Model
from phi_ls.worker.sequences import Sequences

if TYPE_CHECKING:
    from pathlib import Path

ASKED: tuple[Part, ...] = (Control("<|user|>"), Text("complete foo("), Control("<|end|>"), Control("<|assistant|>"))


def played(script: Script, parts: tuple[Part, ...] = ASKED, *, max_tokens: int = 50) -> list[FromWorker]:
    engine = Scripted(script, 4096)
    sent: list[FromWorker] = []
    request = Generate(id=1, parts=parts, max_tokens=max_tokens)
    Generation(Model(engine, Sequences(engine)), request, send=sent.append, unwanted=bool).run()
    return sent


def answer(script: Script, parts: tuple[Part, ...] = ASKED) -> str:
    return "".join(token.text for item in played(script, parts) if isinstance(item, Chunk) for token in item.tokens())


def test_the_first_rule_that_matches_the_prompt_answers() -> None:
    script = Script(
        rules=(
            Rule(when=r"bar\(", text="no"),
            Rule(when=r"foo\(<\|end\|><\|assistant\|>$", text="x, y)\n    return x\n"),
            Rule(when="foo", text="too late"),
        )
    )
    assert answer(script) == "x, y)\n    return x\n"


def test_the_default_answers_when_no_rule_matches() -> None:
    assert answer(Script(rules=(Rule(when="bar", text="no"),), default="yes")) == "yes"


def test_tokens_are_words_and_their_log_probability_is_the_scripts() -> None:
    script = Script(rules=(Rule(when="", text="def f(x):\n    pass", logprob=-0.5),))
    chunks = [token for item in played(script) if isinstance(item, Chunk) for token in item.tokens()]
    assert [item.text for item in chunks] == ["def", " f", "(", "x", ")", ":", "\n    pass"]
    assert [item.logprob for item in chunks] == pytest.approx([-0.5] * 7, abs=1e-4)


def test_a_rule_fails_after_its_tokens() -> None:
    script = Script(rules=(Rule(when="", text="a b c", fails="the device was lost", after=2),))
    with pytest.raises(GenerationFailed, match="the device was lost"):
        played(script)
    assert isinstance(played(script, max_tokens=2)[-1], Done)


@given(st.text())
def test_any_answer_comes_out_as_it_was_written(text: str) -> None:
    script = Script(default=text)
    engine = Scripted(script, 4096)
    ids = engine.encode([Text(text)])
    assert b"".join(map(engine.piece, ids)).decode() == text


@given(st.text(st.characters()))
def test_any_text_survives_the_prompt(text: str) -> None:
    engine = Scripted(Script(), 4096)
    ids = engine.encode([Control("<|user|>"), Text(text), Control("<|end|>")])
    assert b"".join(map(engine.piece, ids)).decode() == well_formed(text)


@given(st.text(st.characters(codec="utf-8"), min_size=1), st.text(st.characters(codec="utf-8")))
def test_healing_gives_the_same_answer_whatever_the_prompt_ends_with(prompt: str, text: str) -> None:
    engine = Scripted(Script(default=text), 4096)
    answers = []
    for heal in (False, True):
        sent: list[FromWorker] = []
        request = Generate(id=1, parts=(Control("<|user|>"), Text(prompt)), max_tokens=50, heal=heal)
        Generation(Model(engine, Sequences(engine)), request, send=sent.append, unwanted=bool).run()
        engine.rewind(0)
        answers.append("".join(t.text for item in sent if isinstance(item, Chunk) for t in item.tokens()))
    assert answers[0] == answers[1]


def test_a_control_token_that_a_text_spells_is_not_the_control_token() -> None:
    engine = Scripted(Script(), 4096)
    (control,) = engine.encode([Control("<|end|>")])
    assert control in engine.end_tokens
    assert control not in engine.encode([Text("<|end|>")])


def test_the_context_is_never_longer_than_the_script_allows(tmp_path: Path) -> None:
    file = tmp_path / "script.json"
    file.write_text(json.dumps({"context_tokens": 64}))
    assert load(Load(engine="scripted", model=str(file), context_tokens=2047)).context_tokens == 64
    assert load(Load(engine="scripted", model=str(file), context_tokens=32)).context_tokens == 32


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param("{", "Expecting property name", id="no-json"),
        pytest.param("[]", "a list where an object is wanted", id="no-object"),
        pytest.param('{"lod_ms": 1}', "lod_ms", id="misspelt"),
        pytest.param('{"rules": [{"if": "x"}]}', "'if'", id="misspelt-in-a-rule"),
        pytest.param('{"rules": [{"when": "("}]}', "unterminated", id="bad-expression"),
        pytest.param('{"rules": [{"logprob": 1}]}', "logprob 1; it is between -10.0 and 0", id="impossible"),
    ],
)
def test_a_script_that_is_none_is_refused_with_what_is_wrong(tmp_path: Path, text: str, found: str) -> None:
    file = tmp_path / "script.json"
    file.write_text(text)
    with pytest.raises(LoadFailed) as refused:
        Script.read(str(file))
    assert str(refused.value).startswith(f"script {file}: wanted a script of the scripted engine, found ")
    assert found in str(refused.value)
