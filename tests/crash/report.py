"""The figures of a run."""

import json
import os
import platform
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from pathlib import Path

from tests.crash.ledger import Ledger
from tests.crash.relay import Book


@dataclass(slots=True)
class Report:
    """Grows with each chapter. ``kills`` is by place, ``missed`` counts lives that never came to their place."""

    seed: int
    database: str
    command: str
    chapters: int = 0
    rounds: int = 0
    kills: Counter[str] = field(default_factory=Counter)
    missed: Counter[str] = field(default_factory=Counter)
    mails: Counter[str] = field(default_factory=Counter)
    tries: int = 0
    unknown: int = 0
    boxed: int = 0
    both: int = 0
    looks: int = 0
    nudges: int = 0
    read_again: int = 0
    acknowledged: int = 0
    refused: int = 0
    stored: int = 0
    tickets: int = 0
    letters: int = 0
    copies: Counter[int] = field(default_factory=Counter)
    cut_at_dot: int = 0
    relay_faults: int = 0
    timers_fired: int = 0
    lateness: list[float] = field(default_factory=list)
    deeds: int = 0
    steps: int = 0
    given: int = 0
    waiting: int = 0
    database_faults: Counter[str] = field(default_factory=Counter)
    lost: int = 0
    doubled: int = 0
    violations: list[str] = field(default_factory=list)
    blocked: int = 0
    most_rss: int = 0
    most_descriptors: int = 0
    seconds: float = 0.0

    @property
    def total(self) -> int:
        return self.kills.total()

    def never(self, places: Iterable[str], least: int) -> list[str]:
        """Places at which the daemon died less often than it should have."""
        return [f"{place}: {self.kills[place]} of {least} kills" for place in places if self.kills[place] < least]

    def count(self, ledger: Ledger, book: Book, facts: Counter[str], lateness: list[float]) -> None:
        """A chapter that is over."""
        entries = ledger.entries
        self.chapters += 1
        self.mails.update(entry.kind if entry.copy_of is None else "copy" for entry in entries)
        self.tries += sum(entry.tries for entry in entries)
        self.boxed += sum(entry.uid > 0 for entry in entries)
        self.both += sum(entry.uid > 0 and entry.copy_of is not None for entry in entries)
        self.unknown += sum(max(0, entry.dots - entry.acks - (entry.refusal != "")) for entry in entries)
        self.acknowledged += sum(entry.acks > 0 for entry in entries)
        self.refused += sum(entry.refusal != "" for entry in entries)
        self.deeds += sum(deed.done for deed in ledger.deeds)
        self.letters += len(book.taken)
        self.copies.update(book.taken.values())
        self.lateness += lateness
        self.timers_fired += len(lateness)
        self.stored += facts["mails"]
        self.tickets += facts["tickets"]
        self.steps += facts["steps"]
        self.given += facts["given"]
        self.waiting += facts["waiting"]
        self.cut_at_dot += facts["cut_at_dot"]
        self.lost = sum("V1 lost" in found for found in self.violations)
        self.doubled = sum(": V3" in found or ": V6" in found for found in self.violations)

    def line(self) -> str:
        """Where it stands, in one line."""
        speed = f"{self.total / self.seconds:.2f} kills/s, {self.mails.total() / self.seconds:.1f} mails/s"
        return (
            f"{self.seconds:7.0f} s  chapter {self.chapters}: {self.total} kills, {self.mails.total()} mails,"
            f" {self.letters} letters, {len(self.violations)} violations ({speed})"
        )

    def text(self) -> str:
        late = sorted(self.lateness)
        facts = {
            "database": self.database,
            "seed": self.seed,
            "mails written": f"{self.mails.total()} ({_counts(self.mails)})",
            "deliveries tried": f"{self.tries}, {self.unknown} heard neither 250 nor 5xx after the final dot",
            "mails": f"{self.acknowledged} acknowledged, {self.refused} refused, {self.stored} stored",
            "mailbox": f"{self.boxed} put in, {self.both} of them sent as well; {self.looks} looks into it at a death,"
            f" {self.nudges} times asked to be read; {self.read_again} read again after a copy came back",
            "lives": f"{self.rounds} in {self.chapters} databases, {self.total} ended by kill -9",
            "kills": _counts(self.kills),
            "ends elsewhere": f"{_counts(self.missed)} (the place was not reached; killed at rest)",
            "lost": self.lost,
            "doubled": self.doubled,
            "tickets": self.tickets,
            "letters": f"{self.letters} arrived; copies of each: {_counts(self.copies)}",
            "cut at the dot": f"{self.cut_at_dot} times as the database counts; {self.relay_faults} relay faults",
            "timers": f"{self.timers_fired} fired; {_lateness(late)}",
            "notes by colleagues": self.deeds,
            "steps along the way": self.steps,
            "requests given in turn": f"{self.given}, {self.waiting} wait for room",
            "faults of the database": _counts(self.database_faults) or "none",
            "memory, descriptors": f"at most {self.most_rss / 1024:.0f} MiB and {self.most_descriptors} of one daemon",
            "loop blocked": f"{self.blocked} times for more than 5 s, as the watchdog saw it",
            "violations": len(self.violations),
            "took": f"{self.seconds:.0f} s on {machine()}",
            "again": self.command,
        }
        wide = max(map(len, facts))
        return "\n".join(f"{name:{wide}}  {value}" for name, value in facts.items())

    def write(self, file: Path) -> None:
        facts = {one.name: getattr(self, one.name) for one in fields(self)} | {
            "lateness": sorted(self.lateness)[-1000:],
            "machine": machine(),
        }
        file.write_text(json.dumps(facts, indent=1))


def _counts(counter: Counter[str] | Counter[int]) -> str:
    return ", ".join(f"{name} {number}" for name, number in sorted(counter.items(), key=lambda item: str(item[0])))


def _lateness(late: list[float]) -> str:
    if not late:
        return "none was due"
    in_time = sum(1 for seconds in late if seconds < 1.0)
    return f"{in_time} to the second, median {late[len(late) // 2]:.0f} s late, at most {late[-1] / 60:.0f} min"


def machine() -> str:
    return f"{os.cpu_count()} cores, {platform.system()} {platform.release()}, Python {platform.python_version()}"
