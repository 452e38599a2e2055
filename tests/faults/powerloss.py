"""What a power cut leaves of files: the journal of `powerloss.c` is played up to an instant, then some of what was
never synced is lost.

A disk keeps what was synced. Of the rest it may have all, nothing, some of the calls in any order, or only some of the
512-byte sectors of a call. A name (a new file, a removed one) is kept for sure when its folder was synced.
"""

import copy
import random
import struct
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import IntEnum
from pathlib import Path

SOURCE = Path(__file__).with_name("powerloss.c")
SECTOR = 512
MODES = ("all", "none", "some", "torn")
_HEAD = struct.Struct("=IIQII")


class Op(IntEnum):
    OPEN = 1
    WRITE = 2
    TRUNCATE = 3
    SYNC = 4
    SYNC_FOLDER = 5
    UNLINK = 6
    RENAME = 7
    PROMISE = 8


@dataclass(frozen=True, slots=True)
class Record:
    op: Op
    file: int
    at: int
    data: bytes


def build(compiler: str, folder: Path) -> Path:
    """The shim as a library."""
    library = folder / "powerloss.so"
    subprocess.run(
        [compiler, "-shared", "-fPIC", "-O1", "-Wall", "-Werror", "-o", library, SOURCE, "-ldl", "-lpthread"],
        check=True,
    )
    return library


def records(journal: Path) -> Iterator[Record]:
    """Every call in order; the last one may be cut off."""
    raw = memoryview(journal.read_bytes())
    at = 0
    while at + _HEAD.size <= len(raw):
        op, file, where, length, _ = _HEAD.unpack_from(raw, at)
        at += _HEAD.size
        yield Record(Op(op), file, where, bytes(raw[at : at + length]))
        at += length


@dataclass(slots=True)
class File:
    """What is on disk for sure, and the calls since."""

    kept: bytearray = field(default_factory=bytearray)
    since: list[Record] = field(default_factory=list)

    def sync(self) -> None:
        for call in self.since:
            _do(self.kept, call)
        self.since.clear()

    def after(self, mode: str, dice: random.Random) -> bytes:
        data = bytearray(self.kept)
        for call in self.since:
            if mode == "all" or (mode == "some" and dice.random() < 0.5):
                _do(data, call)
            elif mode == "torn":
                for piece in _sectors(call):
                    if dice.random() < 0.5:
                        _do(data, piece)
        return bytes(data)


def _do(data: bytearray, call: Record) -> None:
    if call.op is Op.TRUNCATE:
        data[call.at :] = bytes(max(0, call.at - len(data)))
        return
    if call.at > len(data):
        data.extend(bytes(call.at - len(data)))
    data[call.at : call.at + len(call.data)] = call.data


def _sectors(call: Record) -> Iterator[Record]:
    """The pieces of a write that a disk writes at once."""
    if call.op is Op.TRUNCATE:
        yield call
        return
    start = 0
    while start < len(call.data):
        end = start + SECTOR - (call.at + start) % SECTOR
        yield Record(call.op, call.file, call.at + start, call.data[start:end])
        start = end


@dataclass(slots=True)
class Disk:
    """One folder of files while the journal is played."""

    names: dict[str, File] = field(default_factory=dict)
    kept_names: dict[str, File] = field(default_factory=dict)
    open: dict[int, File] = field(default_factory=dict)
    promised: list[int] = field(default_factory=list)

    def play(self, record: Record) -> None:
        match record.op:
            case Op.OPEN:
                file = self.open[record.file] = self.names.setdefault(record.data.decode(), File())
                if record.at:
                    file.since.append(Record(Op.TRUNCATE, record.file, 0, b""))
            case Op.WRITE | Op.TRUNCATE:
                self.open[record.file].since.append(record)
            case Op.SYNC:
                self.open[record.file].sync()
            case Op.SYNC_FOLDER:
                self.kept_names = dict(self.names)
            case Op.UNLINK:
                self.names.pop(record.data.decode(), None)
            case Op.PROMISE:
                self.promised.append(record.at)
            case _:
                raise AssertionError(f"{record.op} is not played")

    def cut(self, mode: str, seed: int, folder: Path) -> None:
        """Write down what is left after a power cut in this very moment."""
        dice = random.Random(seed)
        folder.mkdir(parents=True)
        newest = mode == "all" or (mode != "none" and dice.random() < 0.5)
        for name, file in copy.copy(self.names if newest else self.kept_names).items():
            (folder / name).write_bytes(file.after(mode, dice))
