"""The log files that maild keeps: the one it writes, and older parts that were moved aside (``maild.log.1``, ...)."""

import gzip
import mmap
import os
import re
import tempfile
from datetime import UTC, datetime
from pathlib import Path

_OLDER = r"[.-][0-9][0-9A-Za-z.:_+-]*"


def beside(file: Path) -> list[Path]:
    """The log file and its older parts, by name: ``maild.log.1``, ``maild.log-20261121.gz``."""
    ours = re.compile(rf"{re.escape(file.name)}({_OLDER})?(\.gz)?")
    there = file.parent.iterdir() if file.parent.is_dir() else ()
    return sorted(path for path in there if ours.fullmatch(path.name) and path.is_file() and not path.is_symlink())


def drop_old(file: Path, before: datetime) -> int:
    """Remove the older parts that were last written before then; the file in use stays. Returns how many."""
    old = [path for path in beside(file) if path != file and _written(path) < before]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)


def _written(path: Path) -> datetime:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)


def strike(file: Path, sought: "re.Pattern[bytes]") -> dict[str, int]:
    """Fill what is sought with asterisks wherever it stands; how many places, by file.

    A plain file is changed where it lies, byte for byte, so a daemon that writes at its end loses no line.
    """
    found = {}
    for path in beside(file):
        places = _strike_packed(path, sought) if path.suffix == ".gz" else _strike_plain(path, sought)
        if places:
            found[str(path)] = places
    return found


def _strike_plain(path: Path, sought: "re.Pattern[bytes]") -> int:
    if not path.stat().st_size:
        return 0
    with path.open("r+b") as file, mmap.mmap(file.fileno(), 0) as mapped:
        spans = [match.span() for match in sought.finditer(mapped)]
        for start, end in spans:
            mapped[start:end] = b"*" * (end - start)
        mapped.flush()
        os.fsync(file.fileno())
    return len(spans)


def _strike_packed(path: Path, sought: "re.Pattern[bytes]") -> int:
    """A packed file is written anew and put in its place."""
    text, places = sought.subn(lambda match: b"*" * len(match[0]), gzip.decompress(path.read_bytes()))
    if places:
        with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as fresh:
            fresh.write(gzip.compress(text))
            os.fchmod(fresh.fileno(), path.stat().st_mode & 0o777)
            os.fsync(fresh.fileno())
        Path(fresh.name).replace(path)
    return places
