"""The end of a process whose engine hangs with Python's lock held."""

from __future__ import annotations

import subprocess
import sys

import pytest

HANGING = """
import ctypes
from phi_ls.worker.watchdog import Watchdog
watchdog = Watchdog(step_seconds=0.2, load_seconds=0.2)
watchdog.{begins}()
# PyDLL keeps the lock during the call, as onnxruntime-genai does.
ctypes.PyDLL(None).sleep(60)
"""

RESTING = """
import time
from phi_ls.worker.watchdog import Watchdog
watchdog = Watchdog(step_seconds=0.4, load_seconds=0.4)
watchdog.load_begins()
for _ in range(12):
    watchdog.step_begins()
    time.sleep(0.05)
watchdog.rest()
time.sleep(0.6)
print("alive")
"""


def run(program: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=30, check=False)


@pytest.mark.skipif(sys.platform == "win32", reason="sleep is of the POSIX C library")
@pytest.mark.parametrize("begins", ["step_begins", "load_begins"])
def test_a_hung_step_ends_the_process_and_says_where_it_hung(begins: str) -> None:
    done = run(HANGING.format(begins=begins))
    assert done.returncode == 1
    assert done.stderr.startswith("Timeout (0:00:00.200000)!")
    assert 'File "<string>", line 7' in done.stderr


def test_steps_that_go_on_and_rest_are_left_alone() -> None:
    done = run(RESTING)
    assert (done.returncode, done.stdout, done.stderr) == (0, "alive\n", "")
