"""The tests of the tests: each wrong answer of the server is noticed by the check that it concerns, and by no other.

Alone: `.venv/bin/pytest tests/editors/test_sabotage.py -m editors`, once `make editors` has brought the editors.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from editors import checks

if TYPE_CHECKING:
    from collections.abc import Callable

    from editors.editor import Editor

CHECKS = (checks.completes_a_line, checks.hovers, checks.clears_what_no_longer_fits)
SABOTAGES = {
    "hover": (checks.hovers, "elsewhere(width, height)", "elsewhere(width, height)"),
    "column": (checks.completes_a_line, "retur width * heightn", "retur width * heightn"),
    "null": (checks.clears_what_no_longer_fits, "", "off the screen"),
}
"""What notices it, the wrong thing that the editor then shows, and what the failure says."""


@pytest.mark.feature("sabotage: {sabotage}")
@pytest.mark.parametrize("sabotage", SABOTAGES)
def test_a_wrong_answer_is_noticed_where_it_matters(
    sabotaged: Editor, sabotage: str, record_property: Callable[[str, object], None]
) -> None:
    noticing, wrong, evidence = SABOTAGES[sabotage]
    # Null for nothing is what the protocol allows; only an editor that keeps old ghost text shows the difference.
    harmless = sabotage == "null" and not sabotaged.keeps_ghost_after_null
    if sabotage == "column" and not sabotaged.shows_misplaced:
        wrong, evidence = "", "width * height: not within"
    sabotaged.work.sabotage(sabotage)
    for check in CHECKS:
        if check is noticing and not harmless:
            with sabotaged.expecting(wrong), pytest.raises(AssertionError) as noticed:
                check(sabotaged)
            assert evidence in str(noticed.value)
        else:
            check(sabotaged)
    record_property("result", "harmless" if harmless else "noticed")
