"""Who has which ticket open in this daemon, and who writes there; nothing of it is kept."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta

WRITES_FOR = timedelta(seconds=30)


@dataclass
class Presence:
    """Open pages by ticket; whoever has one open is told when something changes about them."""

    looking: dict[int, list[str]] = field(default_factory=dict)
    writing: dict[tuple[int, str], datetime] = field(default_factory=dict)
    changed: dict[int, set[asyncio.Event]] = field(default_factory=dict)

    def enter(self, ticket: int, name: str) -> asyncio.Event:
        event = asyncio.Event()
        self.looking.setdefault(ticket, []).append(name)
        self.changed.setdefault(ticket, set()).add(event)
        self.stir(ticket)
        return event

    def leave(self, ticket: int, name: str, event: asyncio.Event) -> None:
        self.looking[ticket].remove(name)
        self.changed[ticket].discard(event)
        if not self.looking[ticket]:
            del self.looking[ticket], self.changed[ticket]
        self.writing.pop((ticket, name), None)
        self.stir(ticket)

    def stir(self, ticket: int) -> None:
        for event in self.changed.get(ticket, ()):
            event.set()

    def pages(self, name: str) -> int:
        return sum(names.count(name) for names in self.looking.values())

    def others(self, ticket: int, name: str, now: datetime) -> str:
        """A sentence about everybody else, "" where nobody is."""
        there = sorted({other for other in self.looking.get(ticket, ()) if other != name})
        busy = [other for other in there if self.writing.get((ticket, other), now - 2 * WRITES_FOR) > now - WRITES_FOR]
        idle = [other for other in there if other not in busy]
        told = ((busy, "writing here"), (idle, "looking at this too"))
        return " ".join(
            f"{' and '.join(names)} {'is' if len(names) == 1 else 'are'} {does}." for names, does in told if names
        )
