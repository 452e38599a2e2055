"""The limits under which a child process meets hostile bytes; over them the kernel ends it."""

import contextlib
import ctypes
import os
import resource
import signal

MOST_FILES = 64
LARGEST_FILE = 16 * 1024 * 1024
NICE = 5  # mail is accepted first, and read with what processor time is left
_PR_SET_PDEATHSIG = 1
_PR_SET_NO_NEW_PRIVS = 38


def confine(memory: int) -> None:
    """For the rest of this process: so many bytes of memory, few files, no rights gained, no life after the parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C in a terminal is for the daemon, which then drains
    os.nice(NICE)
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


def allow(cpu_seconds: float) -> None:
    """Grant the next piece of work its processor time on top of what was used before."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(used.ru_utime + used.ru_stime + cpu_seconds) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.RLIM_INFINITY))
