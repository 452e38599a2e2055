"""Bodies in memory and on disk."""

import os
from pathlib import Path

import pytest

from pipeline.receive.body import CHUNK, IN_MEMORY, Memory, SpooledBody


def open_files(folder: Path) -> int:
    return sum(str(entry.resolve()).startswith(str(folder)) for entry in Path("/proc/self/fd").iterdir())


@pytest.mark.parametrize(("size", "files"), [(0, 0), (IN_MEMORY, 0), (IN_MEMORY + 1, 1), (3 * CHUNK + 5, 1)])
def test_small_ones_stay_in_memory_large_ones_have_no_name(tmp_path: Path, size: int, files: int) -> None:
    raw = os.urandom(size)
    body = SpooledBody(str(tmp_path))
    for start in range(0, size, 50_000):
        body.write(raw[start : start + 50_000])
    assert (body.size, open_files(tmp_path), list(tmp_path.iterdir())) == (size, files, [])
    assert b"".join(body.chunks()) == body.open().read() == body.file.read() == raw
    assert body.head(10) == raw[:10]
    assert max((len(chunk) for chunk in body.chunks()), default=0) == min(size, CHUNK)
    body.close()
    assert open_files(tmp_path) == 0


def test_discarded_gives_the_room_back(tmp_path: Path) -> None:
    body = SpooledBody(str(tmp_path))
    body.write(b"x" * (IN_MEMORY + 1))
    body.discard()
    assert (body.size, open_files(tmp_path), body.head(5)) == (0, 0, b"")
    body.close()


def test_all_together_hold_no_more_in_memory_than_they_may(tmp_path: Path) -> None:
    memory = Memory(1000)
    bodies = [SpooledBody(str(tmp_path), memory) for _ in range(5)]
    for body in bodies:
        body.write(b"x" * 200)
        body.write(b"y" * 200)
    assert [body.on_disk for body in bodies] == [False, False, True, True, True]
    assert (memory.left, open_files(tmp_path)) == (200, 3)
    assert {body.open().read() for body in bodies} == {b"x" * 200 + b"y" * 200}
    for body in bodies:
        body.close()
        body.close()
    assert memory.left == 1000


def test_what_moves_to_disk_or_is_discarded_makes_room_for_others(tmp_path: Path) -> None:
    memory = Memory(3 * IN_MEMORY)
    moved, discarded = SpooledBody(str(tmp_path), memory), SpooledBody(str(tmp_path), memory)
    for body in (moved, discarded):
        body.write(b"x" * IN_MEMORY)
    assert memory.left == IN_MEMORY
    moved.write(b"x")
    discarded.discard()
    assert memory.left == 3 * IN_MEMORY
    moved.close()


def test_of_known_bytes() -> None:
    assert SpooledBody.of(b"raw").open().read() == b"raw"


def test_full_disk_raises_and_closing_does_not_again() -> None:
    body = SpooledBody.of(b"x" * (IN_MEMORY + 1))
    body.close()
    full = Path("/dev/full").open("wb", buffering=0)  # noqa: SIM115 (the body closes it)
    body._file = full
    with pytest.raises(OSError, match="No space"):
        body.write(b"x")
    body.close()
    assert full.closed
