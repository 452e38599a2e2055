"""Tables of who takes work: colleagues on and off line, and whose turn it was."""

from datetime import datetime

from sqlmodel import Field

from maild.store.columns import words
from maild.store.row import Row


class AgentPresenceRow(Row):
    """Whether a colleague takes work, since when, and who said so; one without a row is on line."""

    __tablename__ = "agent_presence"

    name: str = Field(primary_key=True, max_length=100)
    online: bool
    since: datetime
    changed_by: str = words(400)


class AssignmentTurnRow(Row):
    """Whom an assignment chose when: ``turn`` counts its choices, ``credit`` is what a weighted one owes them."""

    __tablename__ = "assignment_turn"

    rule: str = words(200, primary_key=True)
    agent: str = Field(primary_key=True, max_length=100)
    turn: int = 0
    credit: int = 0
