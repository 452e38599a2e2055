"""PostgreSQL beside SQLite, two daemons beside one, and the whole road of mails on it."""

import contextlib
import shutil
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from subprocess import SubprocessError

from bench import daemon, figures, processes, server
from bench.daemon import Daemon
from bench.figures import Figure

ROUNDS = 3
COUNT, CONNECTIONS = 2000, 64
ROAD = 60


def _accept() -> Iterator[Figure]:
    """Daemons that only accept, each on a new database."""
    try:
        rounds = [(_sqlite(), _several(1), _several(2)) for _ in range(ROUNDS + 1)][1:]
    except (OSError, SubprocessError) as error:
        yield figures.absent("PostgreSQL: accept", str(error))
        return
    rates = [sorted(each[n] for each in rounds)[ROUNDS // 2] for n in range(3)]
    how = f"SQLite {rates[0]:.0f}/s, one {rates[1]:.0f}/s, two {rates[2]:.0f}/s; {CONNECTIONS} connections"
    yield figures.at_least("PostgreSQL: accept / SQLite", 0.7, [(b, a) for a, b, _ in rounds], how)
    yield figures.at_least("PostgreSQL: two daemons / one", 1.25, [(c, b) for _, b, c in rounds], how)


def _road() -> Iterator[Figure]:
    """Two daemons on one database: every mail has one ticket and one letter, whoever did the work."""
    try:
        rates = [_all_the_way() for _ in range(ROUNDS)]
    except (OSError, SubprocessError) as error:
        yield figures.absent("PostgreSQL: end to end", str(error))
        return
    median = sorted(rates)[ROUNDS // 2]
    yield Figure("PostgreSQL: end to end, two daemons", "", f"{median:.1f}/s", None, f"{ROAD} mails, each once")


def _sqlite() -> float:
    with daemon.fresh(roles="smtp") as mine:
        return processes.load(mine.port, count=COUNT, connections=CONNECTIONS)["per_second"]


def _several(number: int) -> float:
    with server.running() as url, _daemons(url, number, "smtp") as mine:
        return sum(_at_once(mine, COUNT // number, CONNECTIONS // number))


def _at_once(mine: list[Daemon], count: int, connections: int) -> list[float]:
    with ThreadPoolExecutor(len(mine)) as pool:
        asked = [
            pool.submit(processes.load, one.port, count=count, connections=connections, first=place * count)
            for place, one in enumerate(mine)
        ]
        return [each.result()["per_second"] for each in asked]


def _all_the_way() -> float:
    with (
        server.running() as url,
        processes.listening("bench.sink") as (relay, sink),
        _daemons(url, 2, "", relay) as mine,
    ):
        began = time.perf_counter()
        _at_once(mine, ROAD // 2, 8)
        for one in mine:
            one.quiet()
        seconds = time.perf_counter() - began
        tickets, letters = len(mine[0].ask("ticket.list", limit=2 * ROAD)), processes.taken(sink)
        if (tickets, letters) != (ROAD, ROAD):
            raise RuntimeError(f"{ROAD} mails made {tickets} tickets and {letters} letters")
    return ROAD / seconds


@contextlib.contextmanager
def _daemons(url: str, number: int, roles: str, relay: int | None = None) -> Iterator[list[Daemon]]:
    with contextlib.ExitStack() as stack:
        found = []
        for _ in range(number):
            home = daemon.folder(relay, database=url, children=1)
            stack.callback(shutil.rmtree, home)
            found.append(stack.enter_context(daemon.running(home, *(("--roles", roles) if roles else ()))))
        yield found


PARTS: dict[str, Callable[[], Iterable[Figure]]] = {"accept": _accept, "road": _road}
