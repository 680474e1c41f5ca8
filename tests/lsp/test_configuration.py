"""Settings by each channel, and what is said of the bad ones."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from phi_ls import paths
from phi_ls.lsp.configuration import Configuration

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def _fresh_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PHI_LS_HOME", str(tmp_path))


def write_user_file(text: str) -> None:
    file = paths.config_file()
    file.parent.mkdir(parents=True)
    file.write_text(text, encoding="utf-8")


def test_the_last_channel_wins_and_the_others_fill_in() -> None:
    write_user_file(json.dumps({"threads": 1, "model": "file", "contextTokens": 300}))
    configuration = Configuration({"model": "options", "contextTokens": 400})
    configuration.take({"phi": {"contextTokens": 500}})
    settings, problems = configuration.resolve()
    assert (settings.threads, settings.model, settings.context_tokens, problems) == (1, "options", 500, [])


@pytest.mark.parametrize(
    "said",
    [
        pytest.param({"inlineCompletion": {"debounceMs": 7}}, id="bare"),
        pytest.param({"phi": {"inlineCompletion": {"debounceMs": 7}}}, id="with-outer-phi"),
        pytest.param({"phi.inlineCompletion.debounceMs": 7}, id="dotted"),
        pytest.param(
            {"phi": {"inlineCompletion.debounceMs": 7}, "python": {"analysis": 1}, "editor": 3}, id="among-others"
        ),
    ],
)
def test_every_shape_that_clients_send_is_read(said: object) -> None:
    pushed = Configuration()
    pushed.take(said)
    for configuration in (Configuration(said), pushed):
        settings, problems = configuration.resolve()
        assert (settings.inline_completion.debounce_ms, problems) == (7, [])


def test_new_words_of_the_client_replace_its_old_ones() -> None:
    configuration = Configuration()
    configuration.take({"threads": 3})
    configuration.take(None)
    assert configuration.resolve()[0].threads == 0


def test_each_problem_is_told_once() -> None:
    configuration = Configuration({"threads": -1, "colour": "blue"})
    assert configuration.resolve()[1] == [
        "phi.threads: wanted a whole number from 0 to 256, found -1; 0 is used",
        "phi.colour is no setting of phi-ls; it is ignored",
    ]
    assert configuration.resolve()[1] == []
    configuration.take({"threads": 999})
    assert configuration.resolve()[1] == ["phi.threads: wanted a whole number from 0 to 256, found 999; 0 is used"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param("{", "wanted JSON", id="no-json"),
        pytest.param("[1]", "wanted an object, found list", id="no-object"),
    ],
)
def test_a_broken_user_file_costs_one_message(text: str, words: str) -> None:
    write_user_file(text)
    settings, problems = Configuration({"threads": 2}).resolve()
    assert settings.threads == 2
    assert len(problems) == 1
    assert words in problems[0]


def test_options_that_are_no_object_cost_one_message() -> None:
    assert Configuration("fast, please").resolve()[1] == [
        "initializationOptions: wanted an object, found str; it is ignored"
    ]
