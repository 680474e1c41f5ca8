"""What counts as a copy."""

from __future__ import annotations

from models.starter.recipe.dedupe import Seen

ORIGINAL = "\n".join(f"value_{number} = compute({number})" for number in range(40))
OTHER = "\n".join(f"name_{number} = other({number})" for number in range(40))


def test_a_text_is_accepted_once() -> None:
    seen = Seen()
    assert [seen.accept(ORIGINAL), seen.accept(ORIGINAL), seen.accept(OTHER)] == [True, False, True]


def test_indentation_and_blank_lines_do_not_make_a_text_new() -> None:
    seen = Seen()
    seen.accept(ORIGINAL)
    assert not seen.accept(ORIGINAL.replace("\n", "\n\n    "))


def test_a_text_that_shares_less_than_two_fifths_is_new() -> None:
    seen = Seen()
    seen.accept(ORIGINAL)
    shared = "\n".join(ORIGINAL.splitlines()[:15])
    assert seen.accept(f"{shared}\n{OTHER}")


def test_a_twentieth_of_a_held_out_text_keeps_a_file_out() -> None:
    seen = Seen()
    seen.hold_out(ORIGINAL)
    stolen = "\n".join(ORIGINAL.splitlines()[:8])
    assert not seen.accept(f"{stolen}\n{OTHER}")
    assert seen.accept(OTHER)


def test_a_short_text_is_compared_whole() -> None:
    seen = Seen()
    assert [seen.accept("import os\n"), seen.accept("import os\n"), seen.accept("import re\n")] == [True, False, True]
