from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from models.starter.recipe.yielding import AUTOGROUP

ROOT = Path(__file__).resolve().parents[2]
SWITCH = Path("/proc/sys/kernel/sched_autogroup_enabled")
weighs_sessions = pytest.mark.skipif(
    not SWITCH.exists() or SWITCH.read_text().strip() != "1",
    reason="this system weighs no sessions against each other",
)
CHILD = """
import os
from models.starter.recipe.yielding import AUTOGROUP, give_way
give_way(7)
print(os.nice(0), AUTOGROUP.read_text().strip())
"""


@weighs_sessions
def test_a_session_of_its_own_gives_way_as_a_whole() -> None:
    alone = subprocess.run(
        [sys.executable, "-c", CHILD], cwd=ROOT, start_new_session=True, capture_output=True, text=True, check=True
    )
    own_priority, session = alone.stdout.split(maxsplit=1)
    assert own_priority == "7"
    assert session.endswith("nice 7\n")


@weighs_sessions
def test_in_a_terminal_only_the_process_gives_way() -> None:
    before = AUTOGROUP.read_text().strip()  # empty where what started this process belongs to no session
    beside = subprocess.run([sys.executable, "-c", CHILD], cwd=ROOT, capture_output=True, text=True, check=True)
    assert beside.stdout == f"7 {before}\n"


@pytest.mark.skipif(not hasattr(os, "nice"), reason="this system has no nice")
def test_a_session_that_may_not_be_weighed_is_left_alone(tmp_path: Path) -> None:
    refused = tmp_path / "autogroup"
    refused.mkdir()
    child = CHILD.replace("give_way(7)", f"from pathlib import Path; give_way(7, Path({str(refused)!r}))")
    alone = subprocess.run(
        [sys.executable, "-c", child.replace("AUTOGROUP.read_text().strip()", "''")],
        cwd=ROOT,
        start_new_session=True,
        capture_output=True,
        text=True,
        check=True,
    )
    assert alone.stdout == "7 \n"
