"""Actions of a user's own: what is taken, and how a bad one is told."""

from __future__ import annotations

import pytest

from phi_ls.settings import OwnAction, OwnResult, resolve


def test_actions_are_taken_with_their_results() -> None:
    settings, problems = resolve(
        [
            {
                "actions": [
                    {"title": "Translate", "prompt": "In French: ${selection}"},
                    {"title": "Page", "prompt": "On ${symbol}", "result": "file", "file": "page.md"},
                ]
            }
        ]
    )
    assert problems == []
    assert settings.actions == (
        OwnAction("Translate", "In French: ${selection}", OwnResult.ANSWER),
        OwnAction("Page", "On ${symbol}", OwnResult.FILE, "page.md"),
    )


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        pytest.param("Translate", 'a list of objects with the texts "title" and "prompt"', id="no-list"),
        pytest.param([{"title": "A"}], 'a list of objects with the texts "title" and "prompt"', id="no-prompt"),
        pytest.param([{"title": " ", "prompt": "b"}], "a title and a prompt that are not empty", id="blank"),
        pytest.param(
            [{"title": "A", "prompt": "b", "kind": "x"}],
            'only "title", "prompt", "result" and "file" in an action, not \'kind\'',
            id="unknown-field",
        ),
        pytest.param(
            [{"title": "A", "prompt": "${code}"}],
            "one of the variables selection, file, language, symbol, signature, problems in a prompt, not ${code}",
            id="unknown-variable",
        ),
        pytest.param(
            [{"title": "A", "prompt": "b", "result": "run"}],
            "one of answer, edit, insert, file as the result of an action",
            id="unknown-result",
        ),
        pytest.param(
            [{"title": "A", "prompt": "b", "result": "file", "file": "../x"}],
            'the bare name of a new file as "file" where the result is "file", and only there',
            id="a-path",
        ),
        pytest.param(
            [{"title": "A", "prompt": "b"}, {"title": "A", "prompt": "c"}],
            "a title of its own for each action",
            id="twice",
        ),
    ],
)
def test_a_bad_action_costs_one_message(value: object, wanted: str) -> None:
    settings, (problem,) = resolve([{"actions": value}])
    assert settings.actions == ()
    assert problem == f"phi.actions: wanted {wanted}, found {value!r}; () is used"


def test_a_value_is_never_searched_for_variables() -> None:
    action = OwnAction("A", "${selection} in ${file}, for $5 and ${selection}")
    assert action.filled({"selection": "${file}", "file": "a.py"}) == "${file} in a.py, for $5 and ${file}"
