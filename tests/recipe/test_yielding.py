from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from models.starter.recipe.yielding import AUTOGROUP

ROOT = Path(__file__).resolve().parents[2]
CHILD = """
import os
from models.starter.recipe.yielding import AUTOGROUP, give_way
give_way(7)
print(os.nice(0), AUTOGROUP.read_text().split()[-1])
"""


@pytest.mark.skipif(not AUTOGROUP.exists(), reason="this system weighs no sessions against each other")
def test_a_session_of_its_own_gives_way_as_a_whole() -> None:
    alone = subprocess.run(
        [sys.executable, "-c", CHILD], cwd=ROOT, start_new_session=True, capture_output=True, text=True, check=True
    )
    assert alone.stdout == "7 7\n"


@pytest.mark.skipif(not AUTOGROUP.exists(), reason="this system weighs no sessions against each other")
def test_in_a_terminal_only_the_process_gives_way() -> None:
    before = AUTOGROUP.read_text().split()[-1]
    beside = subprocess.run([sys.executable, "-c", CHILD], cwd=ROOT, capture_output=True, text=True, check=True)
    assert beside.stdout == f"7 {before}\n"
