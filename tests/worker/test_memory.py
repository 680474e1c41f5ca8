"""What is known of the memory."""

from __future__ import annotations

from phi_ls.worker import memory


def test_this_process_occupies_some_memory_and_more_after_it_took_some() -> None:
    before = memory.resident_bytes()
    assert before is not None
    assert before > 1 << 20
    held = bytearray(b"\x01") * (64 << 20)
    after = memory.resident_bytes()
    assert after is not None
    assert after - before > 32 << 20
    assert len(held) == 64 << 20


def test_some_memory_is_left() -> None:
    available = memory.available_bytes()
    assert available is not None
    assert 1 << 20 < available < 1 << 50
