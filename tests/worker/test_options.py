"""What a load may set beyond the model."""

from __future__ import annotations

import pytest

from phi_ls.errors import LoadFailed
from phi_ls.worker.options import Options


def test_without_options_the_device_and_a_measurement_decide() -> None:
    assert Options.read({}) == Options(sequences=None, kept_mib=None, speculate="auto")


def test_options_are_read() -> None:
    assert Options.read({"sequences": "3", "kept_mib": "0", "speculate": "off"}) == Options(
        sequences=3, kept_mib=0, speculate="off"
    )


@pytest.mark.parametrize(
    ("options", "message"),
    [
        pytest.param({"sequence": "2"}, "option sequence: wanted one of sequences, kept_mib, speculate", id="misspelt"),
        pytest.param(
            {"sequences": "0"}, "option sequences: wanted a whole number from 1 to 8, found '0'", id="too-few"
        ),
        pytest.param(
            {"sequences": "9"}, "option sequences: wanted a whole number from 1 to 8, found '9'", id="too-many"
        ),
        pytest.param({"kept_mib": "-1"}, "option kept_mib: wanted a whole number from 0 to 1048576, found '-1'"),
        pytest.param({"speculate": "yes"}, "option speculate: wanted auto, on or off, found 'yes'", id="no-choice"),
    ],
)
def test_what_is_not_known_is_refused(options: dict[str, str], message: str) -> None:
    with pytest.raises(LoadFailed) as refused:
        Options.read(options)
    assert str(refused.value) == message
