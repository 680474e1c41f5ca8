"""The processor, from recorded /proc/cpuinfo."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from phi_ls.hardware import processor

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Linux shows the processor as a file")


@pytest.mark.parametrize(
    ("content", "name", "features"),
    [
        pytest.param(
            "processor\t: 0\nmodel name\t: 12th Gen Intel(R) Core(TM) i7-1260P\nflags\t\t: fpu avx avx2 fma avx_vnni\n",
            "12th Gen Intel(R) Core(TM) i7-1260P",
            ("avx2", "avx-vnni"),
            id="laptop",
        ),
        pytest.param(
            "processor\t: 0\nBogoMIPS\t: 48.00\nFeatures\t: fp asimd asimddp i8mm sve\n",
            None,
            ("dotprod", "i8mm", "sve"),
            id="arm",
        ),
        pytest.param("model name\t: Intel(R) Pentium(R)\nflags\t: fpu sse4_2\n", "Intel(R) Pentium(R)", (), id="old"),
    ],
)
def test_features_are_those_that_multiply_small_integers_fast(
    content: str, name: str | None, features: tuple[str, ...], tmp_path: Path
) -> None:
    file = tmp_path / "cpuinfo"
    file.write_text(content)
    assert processor.features(file) == features
    if name is not None:
        assert processor.name(file) == name
