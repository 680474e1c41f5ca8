"""What a lookup costs with a full index: 20 MB of Python source of this machine, asked at random places of its files.

Each file is asked about in the way that an editor does: it is the file at hand, and the index knows the others.
"""

from __future__ import annotations

import random
import sysconfig
import time
from pathlib import Path
from typing import TYPE_CHECKING

from phi_ls.evaluation.eval.statistics import percentile
from phi_ls.features.lookup import Index, lookup
from phi_ls.text import Source

if TYPE_CHECKING:
    from collections.abc import Iterator

LARGEST_BYTES = 512 * 1024
QUERIES, FILES = 2000, 100


def measure(*, seed: int = 0) -> dict[str, float]:
    """Milliseconds of waiting and of computing for one lookup, and the index in MB (10^6 bytes)."""
    index, sources = Index(), []
    for file in _files():
        if index.is_full:
            break
        data = file.read_bytes()
        source = Source(file.as_uri(), "python", 0, data.decode("utf-8", "replace"))
        index.put(str(file), data)
        sources.append(source)
    rng = random.Random(seed)  # noqa: S311 - it draws places, it guards nothing
    drawn = rng.sample(sources, min(FILES, len(sources)))
    waited, computed = [], []
    for _ in range(QUERIES):
        source = rng.choice(drawn)
        offset = rng.randrange(len(source.text) + 1)
        source.byte_offset(offset)  # an editor's document has counted its bytes before
        began, worked = time.perf_counter(), time.thread_time()
        lookup(source, offset, index=index)
        computed.append((time.thread_time() - worked) * 1000)
        waited.append((time.perf_counter() - began) * 1000)
    return {
        "queries": QUERIES,
        "text_mb": round(index.characters / 1e6, 1),
        "memory_mb": round(index.memory_bytes / 1e6, 1),
        **{f"ms_{name}": round(percentile(waited, share) or 0.0, 3) for name, share in _SHARES},
        **{f"cpu_ms_{name}": round(percentile(computed, share) or 0.0, 3) for name, share in _SHARES},
    }


_SHARES = (("p50", 0.5), ("p99", 0.99), ("max", 1.0))


def _files() -> Iterator[Path]:
    """Python files of the standard library and of what is installed beside it, in a fixed order."""
    paths = sysconfig.get_paths()
    for root in dict.fromkeys((paths["stdlib"], paths["purelib"])):
        for file in sorted(Path(root).rglob("*.py")):
            if 0 < file.stat().st_size <= LARGEST_BYTES:
                yield file
