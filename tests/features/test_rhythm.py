"""The pause before a request follows the typist and the model."""

import pytest

from phi_ls.features.rhythm import Rhythm


def typist(interval_ms: float, response_ms: float) -> Rhythm:
    rhythm = Rhythm()
    for key in range(50):
        rhythm.key(key * interval_ms / 1000)
        rhythm.responded(response_ms)
    return rhythm


@pytest.mark.parametrize(
    ("interval", "response", "pause"),
    [
        pytest.param(100, 40, 90, id="fast model waits for the next key"),
        pytest.param(100, 500, 0, id="slow model is asked at once"),
        pytest.param(400, 10, 150, id="never longer than the setting"),
    ],
)
def test_the_pause_is_the_next_key_less_the_answer(interval: float, response: float, pause: float) -> None:
    assert typist(interval, response).pause_ms(150) == pytest.approx(pause)


def test_nothing_known_means_the_setting() -> None:
    assert Rhythm().pause_ms(75) == 75


def test_a_measurement_stands_in_for_answers_that_have_not_come_yet() -> None:
    rhythm = Rhythm()
    for key in range(3):
        rhythm.key(key / 10)
    assert rhythm.pause_ms(150) == 150
    assert rhythm.pause_ms(150, measured_ms=30) == pytest.approx(100)
    rhythm.responded(60)
    assert rhythm.pause_ms(150, measured_ms=30) == pytest.approx(70)


def test_a_long_pause_says_nothing_of_the_rhythm() -> None:
    rhythm = typist(100, 40)
    rhythm.key(1000.0)
    assert rhythm.pause_ms(150) == pytest.approx(90)
