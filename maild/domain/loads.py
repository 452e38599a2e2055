"""How much work each colleague has, as an assignment sees it at the moment it decides."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Load:
    """``owned`` is the open work that counts; ``turn`` says when this assignment last chose them, 0 for never.

    ``credit`` is what a weighted assignment still owes them: it goes up with each choice and down when they are chosen.
    """

    agent: str
    owned: int = 0
    online: bool = True
    turn: int = 0
    credit: int = 0


@dataclass(frozen=True, slots=True)
class Loads:
    """Those among whom one assignment chooses. ``waiting`` are the tickets before this one whose lead knows of it."""

    agents: tuple[Load, ...] = ()
    waiting: int = 0

    def of(self, agent: str) -> Load:
        """Somebody nobody counted for has nothing to do and is on line."""
        return next((load for load in self.agents if load.agent == agent), Load(agent))
