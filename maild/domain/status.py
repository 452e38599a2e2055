"""The statuses of a ticket."""

from enum import IntEnum


class Status(IntEnum):
    """Status categories, ordered so that ``status < solved`` means work is left. Labels are configuration."""

    NEW = 1
    OPEN = 2
    PENDING = 3
    HOLD = 4
    SOLVED = 5
    CLOSED = 6

    @property
    def word(self) -> str:
        """The word used in rules, JSON and the command line: new, open, pending, on-hold, solved, closed."""
        return "on-hold" if self is Status.HOLD else self.name.lower()

    @classmethod
    def parse(cls, word: str) -> "Status":
        """Raises ValueError, naming the words allowed, for anything else."""
        for status in cls:
            if status.word == word.strip().lower():
                return status
        raise ValueError(f"no status {word!r}; one of {', '.join(s.word for s in cls)}")
