"""Named places where a test may make the process fail; without MAILD_FAIL they cost one empty call.

``MAILD_FAIL="tx.before_commit=kill:p=0.01;data.half=delay:s=0.2:n=3;seed=7"`` arms two of them: ``p`` is the
probability of each hit, ``n`` the one hit (counted from 1) that fails, ``s`` the seconds of a delay. ``MAILD_FAIL_LOG``
names a file that gets a line for every hit, before it fails, so that a test can prove that no place is dead.
"""

import errno
import os
import random
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

REGISTRY = frozenset(
    {
        "smtp.accepted",
        "smtp.rcpt",
        "data.first_byte",
        "data.half",
        "data.before_dot_seen",
        "chunk.written",
        "tx.begin",
        "tx.before_commit",
        "tx.after_commit_before_250",
        "smtp.after_250",
        "imap.fetched",
        "imap.committed",
        "imap.moved",
        "parse.leased",
        "parse.child_running",
        "parse.before_commit",
        "parse.after_commit",
        "rule.effect",
        "outbox.leased",
        "outbox.at_dot",
        "outbox.after_dot_before_250",
        "outbox.after_250_before_commit",
        "timer.selected",
        "timer.after_commit",
        "migration.start",
        "migration.half",
        "migration.end",
        "backup.half",
        "config.reload",
        "retention.sweep",
        "forget.step",
    }
)

Hit = Callable[[str], None]


class Failure(Exception):
    """What the action ``raise`` raises."""


@dataclass(slots=True)
class Plan:
    """What happens at one place, and when."""

    action: str
    probability: float = 1.0
    nth: int = 0
    seconds: float = 0.1
    hits: int = 0

    def due(self, dice: random.Random) -> bool:
        self.hits += 1
        if self.nth:
            return self.hits == self.nth
        return self.probability >= 1.0 or dice.random() < self.probability


def armed(text: str, log: str | None = None) -> Hit:
    """The ``hit`` for a MAILD_FAIL text; raises ValueError where the text names no known place, action or key."""
    plans, seed = parse(text)
    dice = {name: random.Random(f"{seed}:{name}") for name in plans}

    def hit(name: str) -> None:
        if name not in REGISTRY:
            raise ValueError(f"no failpoint is called {name}")
        if log is not None:
            _note(log, name)
        plan = plans.get(name)
        if plan is not None and plan.due(dice[name]):
            _ACTIONS[plan.action](name, plan)

    return hit


def parse(text: str) -> tuple[dict[str, Plan], int]:
    """The plans by name, and the seed."""
    plans: dict[str, Plan] = {}
    seed = 0
    for item in filter(None, (part.strip() for part in text.split(";"))):
        name, _, how = item.partition("=")
        if name == "seed":
            seed = int(how)
        elif name in REGISTRY:
            plans[name] = _plan(how)
        else:
            raise ValueError(f"MAILD_FAIL: no failpoint is called {name!r}")
    return plans, seed


def _plan(how: str) -> Plan:
    action, *options = how.split(":")
    if action not in _ACTIONS:
        raise ValueError(f"MAILD_FAIL: {action!r} is none of {', '.join(_ACTIONS)}")
    plan = Plan(action)
    for option in options:
        key, _, value = option.partition("=")
        if key == "p":
            plan.probability = float(value)
        elif key == "n":
            plan.nth = int(value)
        elif key == "s":
            plan.seconds = float(value)
        else:
            raise ValueError(f"MAILD_FAIL: {key!r} is none of p, n, s")
    return plan


def _kill(name: str, plan: Plan) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _raise(name: str, plan: Plan) -> None:
    raise Failure(name)


def _delay(name: str, plan: Plan) -> None:
    time.sleep(plan.seconds)


def _hang(name: str, plan: Plan) -> None:
    threading.Event().wait()


def _enospc(name: str, plan: Plan) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), name)


def _drop(name: str, plan: Plan) -> None:
    raise ConnectionResetError(errno.ECONNRESET, os.strerror(errno.ECONNRESET), name)


_ACTIONS: dict[str, Callable[[str, Plan], None]] = {
    "kill": _kill,
    "raise": _raise,
    "delay": _delay,
    "hang": _hang,
    "enospc": _enospc,
    "drop": _drop,
}


def _note(log: str, name: str) -> None:
    file = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    try:
        os.write(file, f"{name}\n".encode())
    finally:
        os.close(file)


def _nothing(name: str) -> None:
    """Nothing is armed."""


ACTIVE = bool(os.environ.get("MAILD_FAIL") or os.environ.get("MAILD_FAIL_LOG"))
hit: Hit = armed(os.environ.get("MAILD_FAIL", ""), os.environ.get("MAILD_FAIL_LOG")) if ACTIVE else _nothing
