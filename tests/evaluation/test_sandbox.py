"""What a program may not do, and how its end is told."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from phi_ls.evaluation.eval.sandbox import CHILD, judge

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("program", "outcome", "detail"),
    [
        pytest.param("assert 1 + 1 == 2", "passed", "", id="right"),
        pytest.param("assert 1 + 1 == 3, 'no'", "failed", "AssertionError: no", id="wrong"),
        pytest.param("def f(:", "failed", "SyntaxError: invalid syntax (program, line 1)", id="no-program"),
        pytest.param("raise SystemExit(0)", "failed", "SystemExit: 0", id="leaving-is-no-success"),
        pytest.param("import os\nos._exit(0)", "died", "it ended with code 0 and without a verdict", id="vanishing"),
        pytest.param("open('a', 'w').write('x'); assert open('a').read() == 'x'", "passed", "", id="own-folder"),
        pytest.param("print('{}')", "passed", "", id="printing-is-no-verdict"),
    ],
)
def test_the_end_of_a_program_is_told(program: str, outcome: str, detail: str) -> None:
    verdict = judge(program)
    assert (verdict.outcome, verdict.detail) == (outcome, detail)


@pytest.mark.parametrize(
    ("act", "detail"),
    [
        pytest.param("import socket; socket.socket()", "socket.__new__", id="socket"),
        pytest.param("import urllib.request as u; u.urlopen('http://127.0.0.1:9')", "socket.getaddrinfo", id="url"),
        pytest.param("import subprocess; subprocess.run(['true'])", "subprocess.Popen", id="process"),
        pytest.param("import os; os.system('true')", "os.system", id="shell"),
        pytest.param("import os; os.fork()", "os.fork", id="fork"),
        pytest.param("import ctypes; ctypes.CDLL(None)", "ctypes.dlopen", id="foreign-code"),
        pytest.param("open('../out', 'w')", "writing to '../out'", id="write-outside"),
        pytest.param(
            "import os; os.open('../out', os.O_CREAT | os.O_WRONLY)", "writing to '../out'", id="open-outside"
        ),
        pytest.param("import os; os.mkdir('../out')", "os.mkdir of ('../out',)", id="folder-outside"),
        pytest.param("import os; os.remove('../out')", "os.remove of ('../out',)", id="remove-outside"),
        pytest.param("import os; os.symlink('..', 'up')", "os.symlink of ('..', 'up')", id="link-outside"),
    ],
)
def test_the_first_forbidden_act_ends_the_run(act: str, detail: str) -> None:
    verdict = judge(f"try:\n    {act}\nexcept BaseException:\n    pass\n")
    assert (verdict.outcome, verdict.detail) == ("refused", detail)


def test_a_program_that_loops_for_ever_is_stopped() -> None:
    assert judge("while True:\n    pass\n", seconds=1).outcome == "timeout"
    assert judge("import time\ntime.sleep(60)\n", seconds=0.2).outcome == "timeout"


def test_a_program_that_takes_all_memory_is_stopped() -> None:
    assert judge("x = []\nwhile True:\n    x.append('x' * 10**6)\n", memory_mib=256).outcome == "memory"


def test_the_guards_are_named() -> None:
    guards = judge("pass").guards
    assert guards[-1] == "audit"
    assert set(guards) <= {"limits", "namespace", "landlock", "audit"}


def in_child(function: str, then: str, folder: Path) -> str:
    """What a process prints after it gave up a right without the audit hook that would see everything first."""
    program = (
        "import runpy, json\n"
        f"child = runpy.run_path({str(CHILD)!r}, run_name='child')\n"
        f"held = child[{function!r}](*{[str(folder)] if function == '_landlock' else []!r})\n"
        f"if not held:\n    print('absent')\n    raise SystemExit\n{then}\n"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", program], capture_output=True, text=True, check=True, cwd=folder
    )
    return done.stdout.strip()


def test_the_kernel_refuses_writes_outside_and_programs(tmp_path: Path) -> None:
    inside, outside = tmp_path / "inside", tmp_path / "outside"
    inside.mkdir()
    then = (
        "import subprocess\nfound = []\n"
        f"for act in (lambda: open('own', 'w').close(), lambda: open({str(outside)!r}, 'w'),"
        " lambda: subprocess.run(['/bin/true'])):\n"
        "    try:\n        act()\n        found.append('done')\n"
        "    except PermissionError:\n        found.append('refused')\n"
        "print(json.dumps(found))"
    )
    said = in_child("_landlock", then, inside)
    if said == "absent":
        pytest.skip("the kernel has no Landlock")
    assert json.loads(said) == ["done", "refused", "refused"]


def test_the_kernel_knows_no_network(tmp_path: Path) -> None:
    then = "import socket\nprint([name for _, name in socket.if_nameindex() if name != 'lo'])"
    said = in_child("_namespace", then, tmp_path)
    if said == "absent":
        pytest.skip("the system allows no user namespaces")
    assert said == "[]"
