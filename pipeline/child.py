"""A reading child: raw mails on standard input, what it understood of them on standard output.

It is the only place where hostile bytes meet parsers. It may use so much memory, and so much processor time per mail;
over that the kernel ends it, the daemon notes which mail it was, and starts another.
"""

import contextlib
import ctypes
import resource
import signal
import sys
from typing import BinaryIO

from pipeline import frames
from pipeline.reader import understand
from pipeline.understood import Understood, Unread

MOST_FILES = 64
LARGEST_FILE = 16 * 1024 * 1024
_PR_SET_PDEATHSIG = 1
_PR_SET_NO_NEW_PRIVS = 38


def main(memory: int, cpu_seconds: float) -> None:
    """Serve until standard input ends."""
    _confine(memory)
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    while (raw := _take(source)) is not None:
        _allow(cpu_seconds)
        answer = _read(raw)
        sink.write(frames.block(frames.dump(answer)))
        sink.flush()
        if isinstance(answer, Unread):
            return  # after a MemoryError or a bug nothing about this process is sure


def _confine(memory: int) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C in a terminal is for the daemon, which then drains
    for limit, value in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, MOST_FILES),
        (resource.RLIMIT_FSIZE, LARGEST_FILE),
    ):
        resource.setrlimit(limit, (value, value))
    with contextlib.suppress(OSError, AttributeError):  # Linux only: end with the parent, gain no rights
        libc = ctypes.CDLL(None)
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)


def _allow(cpu_seconds: float) -> None:
    """Grant this mail its processor time on top of what was used before."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(used.ru_utime + used.ru_stime + cpu_seconds) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.RLIM_INFINITY))


def _take(source: BinaryIO) -> bytes | None:
    length = source.read(frames.LENGTH)
    if len(length) < frames.LENGTH:
        return None
    return source.read(int.from_bytes(length, "big"))


def _read(raw: bytes) -> Understood | Unread:
    try:
        return understand(raw)
    except MemoryError:
        return Unread("parser.memory", "the mail needs more memory than one mail may use")
    except Exception as error:  # a bug of ours: the mail is kept and shown to a person
        return Unread("parser.error", f"the reader failed: {type(error).__name__}")


if __name__ == "__main__":
    main(int(sys.argv[1]), float(sys.argv[2]))
