"""ZIP files: what lies in them one level deep, within limits; paths in them are labels only."""

import io
import zipfile
import zlib

from maild.domain.mail import Attachment
from maild.domain.problem import Problem

MAX_ENTRIES = 60
MAX_UNPACKED = 48 * 1024 * 1024
MAX_RATIO = 200


def unpack(name: str, data: bytes, part: str) -> tuple[list[Attachment], list[Problem]]:
    """The files of an archive as attachments; entries over a limit, encrypted or broken are told, not read."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir() and not _furniture(entry.filename)]
            if len(entries) > MAX_ENTRIES:
                return [], [
                    Problem("zip.limits", f"{name!r} holds {len(entries)} files, at most {MAX_ENTRIES} are read")
                ]
            return _entries(name, archive, entries, part)
    except (zipfile.BadZipFile, OSError, ValueError, EOFError) as error:
        return [], [Problem("zip.damaged", f"{name!r}: {type(error).__name__}")]


def _entries(
    name: str, archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo], part: str
) -> tuple[list[Attachment], list[Problem]]:
    found: list[Attachment] = []
    problems: list[Problem] = []
    budget = MAX_UNPACKED
    for number, entry in enumerate(entries, 1):
        if entry.flag_bits & 1:
            problems.append(Problem("zip.encrypted", f"{name!r}: {entry.filename!r} is encrypted"))
            continue
        try:
            with archive.open(entry) as file:
                content = file.read(min(budget, max(entry.compress_size, 1) * MAX_RATIO) + 1)
        except (
            zipfile.BadZipFile,
            zlib.error,
            OSError,
            ValueError,
            EOFError,
            NotImplementedError,
            RuntimeError,
        ) as error:
            problems.append(Problem("zip.damaged", f"{name!r}: {entry.filename!r}: {type(error).__name__}"))
            continue
        budget -= len(content)
        if budget < 0 or len(content) > max(entry.compress_size, 1) * MAX_RATIO:
            return found, [*problems, Problem("zip.limits", f"{name!r} unpacks to too much")]
        label = entry.filename.replace("\\", "/").rpartition("/")[2][:120]
        found.append(Attachment(label, "", len(content), f"{part}.{number}", content=content))
    return found, problems


def _furniture(path: str) -> bool:
    """Files that archivers put beside the content."""
    return path.startswith("__MACOSX/") or path.rpartition("/")[2] in (".DS_Store", "Thumbs.db")
