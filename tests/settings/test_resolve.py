"""Settings: what clients say, in every shape that they say it in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phi_ls.settings import BackendName, HoverMode, Settings, resolve


@pytest.mark.parametrize(
    "layer",
    [
        {"hover": {"mode": "off"}},
        {"hover.mode": "off"},
        {"phi": {"hover": {"mode": "off"}}},
        {"phi.hover.mode": "off"},
        {"phi": {"hover.mode": "off"}},
        {"phi.hover": {"mode": "off"}},
    ],
    ids=repr,
)
def test_a_setting_may_be_nested_dotted_or_both(layer: dict[str, object]) -> None:
    settings, problems = resolve([layer])
    assert (settings.hover.mode, problems) == (HoverMode.OFF, [])


def test_later_layers_win_and_null_means_not_set() -> None:
    settings, problems = resolve([{"backend": "gguf", "threads": 2}, {"backend": "cpu", "threads": None}])
    assert (settings.backend, settings.threads, problems) == (BackendName.CPU, 2, [])


def test_a_bad_value_costs_one_message_and_leaves_what_was_set() -> None:
    settings, problems = resolve(
        [
            {"threads": 3, "backend": "gguf"},
            {
                "threads": -1,
                "backend": "magic",
                "enable": "yes",
                "model": 7,
                "hover": "off",
                "colour": 1,
                "inlineCompletion": {"debounceMs": 1.5, "maxNewTokens": 8.0},
            },
        ]
    )
    assert problems == [
        "phi.threads: wanted a whole number from 0 to 256, found -1; 3 is used",
        "phi.backend: wanted one of auto, cuda, directml, cpu, gguf, remote, scripted, found 'magic'; 'gguf' is used",
        "phi.enable: wanted true or false, found 'yes'; True is used",
        "phi.model: wanted a text, found 7; 'auto' is used",
        "phi.hover: wanted a group of settings, found 'off'; it is ignored",
        "phi.colour is no setting of phi-ls; it is ignored",
        "phi.inlineCompletion.debounceMs: wanted a whole number from 0 to 2000, found 1.5; 75 is used",
    ]
    assert (settings.threads, settings.backend, settings.enable) == (3, BackendName.GGUF, True)
    assert settings.inline_completion.max_new_tokens == 8


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(alphabet="phi.hoverdm"), inner),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(["phi", "hover", "hover.mode", "phi.hover", "enable", "x", ""]), JSON))
def test_whatever_a_client_sends_settings_come_out(layer: dict[str, object]) -> None:
    settings, _problems = resolve([layer])
    assert isinstance(settings, Settings)
