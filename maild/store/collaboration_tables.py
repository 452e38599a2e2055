"""Tables of working together: side conversations, answers about to leave, resolutions, articles of them, ratings."""

from datetime import datetime

from sqlalchemy import CheckConstraint
from sqlmodel import Field, Index

from maild.store.columns import BIG, NEVER_AGAIN, belongs_to, one_of, partial, serial, words
from maild.store.row import Row

SIDE_STATES = ("open", "closed")
PARTING_STATES = ("waiting", "sent", "taken_back", "refused")
PARTS = "state = 'waiting'"
"""Answers that are to leave. Queries say it in these words, or the index does not serve."""


class SideConversationRow(Row):
    """Mail with an outsider (a carrier, a supplier) about a ticket; the customer sees nothing of it."""

    __tablename__ = "side_conversation"
    __table_args__ = (
        one_of("side_conversation", "state", SIDE_STATES),
        CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", name="side_conversation_closed"),
        Index("side_conversation_ticket", "ticket_id", "id"),
        NEVER_AGAIN,
    )

    id: int | None = serial()
    ticket_id: int = belongs_to("ticket.id")
    person_id: int = belongs_to("person.id", index=True)
    subject: str = words(500)
    state: str = Field(default="open", max_length=16)
    opened_at: datetime
    opened_by: str = words(100)
    closed_at: datetime | None = None
    closed_by: str | None = words(400, default=None)


class SideMessageRow(Row):
    """What was said in a side conversation: by letter to the outsider, by mail from somebody, or a note (neither)."""

    __tablename__ = "side_message"
    __table_args__ = (Index("side_message_side", "side_id", "id"),)

    id: int | None = serial()
    side_id: int = belongs_to("side_conversation.id")
    message_id: int | None = belongs_to("message.id", default=None, index=True)
    letter_id: int | None = Field(default=None, sa_type=BIG)
    at: datetime
    actor: str = words(400)
    text: str = words()
    cut_text: str | None = words(default=None)
    mark: str | None = Field(default=None, max_length=64)


class PartingReplyRow(Row):
    """An answer to the customer that waits a moment in which its writer may take it back.

    ``key`` is that of the event it becomes; None once it was taken back, so that the same form may be sent again.
    ``text`` is "" once it is a comment. ``version_before`` and ``version_after`` are the ticket's around its leaving.
    """

    __tablename__ = "parting_reply"
    __table_args__ = (
        one_of("parting_reply", "state", PARTING_STATES),
        CheckConstraint("(state = 'waiting') = (settled_at IS NULL)", name="parting_reply_settled"),
        Index("parting_reply_ticket", "ticket_id", "id"),
        Index("parting_reply_settled_at", "settled_at"),
        partial("parting_reply_due", "due_at", "id", where=PARTS),
        NEVER_AGAIN,
    )

    id: int | None = serial()
    ticket_id: int = belongs_to("ticket.id")
    writer: str = words(100)
    text: str = words()
    key: str | None = words(200, default=None, unique=True)
    state: str = Field(default="waiting", max_length=16)
    written_at: datetime
    due_at: datetime
    settled_at: datetime | None = None
    why: str | None = words(1000, default=None)
    version_before: int | None = Field(default=None, sa_type=BIG)
    version_after: int | None = Field(default=None, sa_type=BIG)


class ResolutionRow(Row):
    """How a ticket was resolved, in a colleague's words."""

    __tablename__ = "resolution"

    ticket_id: int = belongs_to("ticket.id", primary_key=True)
    text: str = words()
    at: datetime
    by: str = words(100)


class ArticleRow(Row):
    """A resolution made public: what and how, nobody's name. ``file`` is what it is called in a folder."""

    __tablename__ = "article"
    __table_args__ = (CheckConstraint("(withdrawn_at IS NULL) = (withdrawn_by IS NULL)", name="article_withdrawn"),)

    ticket_id: int = belongs_to("ticket.id", primary_key=True)
    file: str = Field(max_length=120)
    title: str = words(200)
    what: str = words()
    how: str = words()
    published_at: datetime
    published_by: str = words(100)
    withdrawn_at: datetime | None = None
    withdrawn_by: str | None = words(100, default=None)


class RatingRow(Row):
    """How content a customer was with one order, from 1 to 5: one row a ticket, however often they say it."""

    __tablename__ = "rating"
    __table_args__ = (
        CheckConstraint("score BETWEEN 1 AND 5", name="rating_score"),
        Index("rating_at", "at", "ticket_id"),
    )

    ticket_id: int = belongs_to("ticket.id", primary_key=True)
    person_id: int = belongs_to("person.id")
    score: int
    words: str = words(2000, default="")
    first_at: datetime
    at: datetime
