"""Tables of the web: passwords of our own people, sessions, failed sign-ins, tokens of programs and their answers."""

from datetime import datetime
from typing import Any

from sqlmodel import Field, Index

from maild.store.columns import BIG, DOC, belongs_to, serial, words
from maild.store.row import Row


class UserPasswordRow(Row):
    """The password of one of our own people, as an Argon2id hash."""

    __tablename__ = "user_password"

    name: str = Field(primary_key=True, max_length=100)
    hash: str = Field(max_length=200)
    changed_at: datetime


class WebSessionRow(Row):
    """Somebody signed in. ``digest`` is of the identifier in the cookie, which is kept nowhere else."""

    __tablename__ = "web_session"

    digest: str = Field(primary_key=True, max_length=64)
    name: str = Field(max_length=100, index=True)
    began_at: datetime
    seen_at: datetime
    ends_at: datetime = Field(index=True)


class SignInFailureRow(Row):
    """A sign-in with a wrong name or password; counted against more of them, and forgotten after a day."""

    __tablename__ = "sign_in_failure"
    __table_args__ = (
        Index("sign_in_failure_account", "account", "at"),
        Index("sign_in_failure_client", "client", "at"),
        Index("sign_in_failure_at", "at"),
    )

    id: int | None = serial()
    account: str = words(100)
    client: str = Field(max_length=64)
    at: datetime


class DeedRow(Row):
    """What a form of a page did (``made`` is its number), so that the same form sent twice does it once."""

    __tablename__ = "deed"
    __table_args__ = (Index("deed_at", "at"),)

    key: str = Field(primary_key=True, max_length=64)
    made: int = Field(sa_type=BIG)
    at: datetime


class ApiTokenRow(Row):
    """A program that acts for one of our own people; ``digest`` is of its token, which is kept nowhere else."""

    __tablename__ = "api_token"

    id: int | None = serial()
    name: str = Field(max_length=100, index=True)
    label: str = words(100, default="")
    scopes: list[str] = Field(default_factory=list, sa_type=DOC)
    digest: str = Field(max_length=64, unique=True)
    created_at: datetime
    expires_at: datetime | None = None
    used_at: datetime | None = None
    revoked_at: datetime | None = None


class LinkEditionRow(Row):
    """How often a customer's signed links were revoked: those of earlier editions open nothing any more."""

    __tablename__ = "link_edition"

    person_id: int = belongs_to("person.id", primary_key=True)
    edition: int
    revoked_at: datetime
    revoked_by: str = words(400)


class ApiAnswerRow(Row):
    """What a program was answered, so that the same request (``key``) repeated is answered the same, and done once."""

    __tablename__ = "api_answer"
    __table_args__ = (Index("api_answer_at", "at"),)

    token_id: int = belongs_to("api_token.id", primary_key=True)
    key: str = words(255, primary_key=True)
    request: str = Field(max_length=64)
    status: int = 0
    body: dict[str, Any] = Field(default_factory=dict, sa_type=DOC)
    at: datetime
