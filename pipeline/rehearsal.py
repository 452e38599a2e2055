"""What would have been by another rule file: recorded tickets once more, on paper. Nothing is written or sent."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any

from maild.domain.plurals import counted
from maild.domain.recorded import Record
from maild.store import records, rule_files
from maild.store.db import Database
from maild.store.tx import Tx
from rules.load import read_file
from rules.model import Ruleset
from rules.replay import recorded, replay_by
from rules.rule_diff import changed_names
from rules.rule_file import RuleFile
from rules.what_if import Difference, differences

BATCH = 500


@dataclass(slots=True)
class Rehearsal:
    """``other`` is the rule file as it would have been from ``since`` on; None for always. ``skipped`` counts tickets
    whose history does not reach back to their birth, ``cut`` those that would have gone on for ever. Tickets of
    ``hidden`` departments are not looked at."""

    db: Database
    other: RuleFile
    since: datetime | None
    until: datetime
    hidden: frozenset[str] = frozenset()
    tickets: int = 0
    skipped: int = 0
    cut: int = 0
    _then: dict[str, Ruleset] = field(default_factory=dict)
    _changed: dict[str, frozenset[str]] = field(default_factory=dict)

    def run(self, ticket: int | None = None, most: int | None = None) -> Iterator[tuple[int, tuple[Difference, ...]]]:
        """Each of at most ``most`` tickets that would differ, with how; counts are right when all were asked for."""
        ruleset = read_file(self.other)[0]
        for number in [ticket] if ticket is not None else islice(self._numbers(), most):
            yield from self._ticket(number, ruleset)

    def _numbers(self) -> Iterator[int]:
        after = 0
        while found := self._behind(after):
            yield from found
            after = found[-1]

    def _behind(self, after: int) -> list[int]:
        return self.db.read_now(lambda tx: records.touched_since(tx, self.since, after, BATCH, self.hidden))

    def _ticket(self, number: int, ruleset: Ruleset) -> Iterator[tuple[int, tuple[Difference, ...]]]:
        record = self.db.read_now(lambda tx: records.of_ticket(tx, number))
        if record is None:
            self.skipped += 1
            return
        self.tickets += 1
        after = replay_by(ruleset, record, self._rules, self.since, self.until)
        self.cut += after.cut
        if found := differences(recorded(record), after, self._others(record)):
            yield number, found

    def _rules(self, digest: str) -> Ruleset:
        """Those of a time; where they were not kept, the others stand in."""
        if digest not in self._then:
            self._then[digest] = read_file(self._file(digest))[0]
        return self._then[digest]

    def _file(self, digest: str) -> RuleFile:
        document = self.db.read_now(lambda tx: rule_files.document(tx, digest))
        return RuleFile.kept(document) if document else self.other

    def _others(self, record: Record) -> frozenset[str]:
        """The rules that are other than when the ticket was handled last."""
        digest = record.entries[-1].digest
        if digest not in self._changed:
            self._changed[digest] = changed_names(self._file(digest), self.other)
        return self._changed[digest]


def newest(tx: Tx) -> datetime:
    """Up to when the past reaches."""
    return records.last_instant(tx)


def summary(rehearsal: Rehearsal, rows: Sequence[Mapping[str, Any]]) -> str:
    """In one line, of rows with ``ticket``, ``what``, ``was`` and ``now``."""
    differ = len({row["ticket"] for row in rows})
    letters = [row for row in rows if row["what"].startswith("letter ")]
    more = sum(max(_times(row["now"]) - _times(row["was"]), 0) for row in letters)
    fewer = sum(max(_times(row["was"]) - _times(row["now"]), 0) for row in letters)
    letters_more = counted(more, "letter")
    told = f"{counted(rehearsal.tickets, 'ticket')} replayed, {differ} would differ; {letters_more} more, {fewer} fewer"
    if rehearsal.skipped:
        told += f"; {rehearsal.skipped} left out, whose history does not reach back to their beginning"
    if rehearsal.cut:
        told += f"; {rehearsal.cut} stopped, for a rule repeats for ever"
    return told


def _times(words: str) -> int:
    return int(words.split()[0])
