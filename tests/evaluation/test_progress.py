"""The line that says how far a run is."""

from __future__ import annotations

import io

from phi_ls.evaluation.eval.progress import Progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_is_told_how_far_it_is() -> None:
    terminal = Terminal()
    progress = Progress(terminal, 4, "cpu")
    for done in (0, 2, 4):
        progress(done)
    first, middle, last = terminal.getvalue().split("\r")[1:]
    assert first == f"cpu [{'.' * 30}] 0/4\x1b[K"
    assert middle.startswith(f"cpu [{'#' * 15}{'.' * 15}] 2/4, ")
    assert last == f"cpu [{'#' * 30}] 4/4\x1b[K\n"


def test_a_file_is_told_nothing() -> None:
    stream = io.StringIO()
    Progress(stream, 2)(1)
    assert stream.getvalue() == ""
