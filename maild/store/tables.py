"""Every table under one roof. Rows stay inside maild.store; frozen dataclasses leave it.

Times are aware UTC, decimals and JSON are portable between SQLite and PostgreSQL, identifiers are 64-bit integers.
"""

from sqlalchemy import Table, text
from sqlmodel import Field, SQLModel

from maild.store import (
    desk_tables,
    knowledge_tables,
    letter_tables,
    mail_tables,
    mailbox_tables,
    people_tables,
    process_tables,
    ticket_tables,
)
from maild.store.columns import words


class MetaRow(SQLModel, table=True):
    """Facts about the database itself."""

    __tablename__ = "meta"

    name: str = Field(primary_key=True, max_length=64)
    value: str = words()


METADATA = SQLModel.metadata


def _table(row: type[SQLModel]) -> Table:
    return METADATA.tables[str(row.__tablename__)]


MESSAGE = _table(mail_tables.MessageRow)
MESSAGE_CHUNK = _table(mail_tables.MessageChunkRow)
DELIVERY = _table(mail_tables.DeliveryRow)
THREAD_REF = _table(mail_tables.ThreadRefRow)
ORGANIZATION = _table(people_tables.OrganizationRow)
ORGANIZATION_DOMAIN = _table(people_tables.OrganizationDomainRow)
PERSON = _table(people_tables.PersonRow)
TICKET = _table(ticket_tables.TicketRow)
TICKET_TAG = _table(ticket_tables.TicketTagRow)
TICKET_LINK = _table(ticket_tables.TicketLinkRow)
TICKET_ORDER = _table(ticket_tables.TicketOrderRow)
COMMENT = _table(ticket_tables.CommentRow)
HISTORY = _table(ticket_tables.HistoryRow)
TIMER = _table(ticket_tables.TimerRow)
LETTER = _table(letter_tables.LetterRow)
LETTER_RECIPIENT = _table(letter_tables.LetterRecipientRow)
LETTER_ATTEMPT = _table(letter_tables.LetterAttemptRow)
MAILBOX_FOLDER = _table(mailbox_tables.MailboxFolderRow)
MAILBOX_UID = _table(mailbox_tables.MailboxUidRow)
TASK = _table(desk_tables.TaskRow)
ORGANIZATION_SITE = _table(desk_tables.OrganizationSiteRow)
WEBHOOK = _table(desk_tables.WebhookRow)
RULE_FILE = _table(desk_tables.RuleFileRow)
HABIT = _table(knowledge_tables.HabitRow)
PRICE = _table(knowledge_tables.PriceRow)
PROCESS = _table(process_tables.ProcessRow)
META = _table(MetaRow)

# Conditions in the very words of the partial indexes, without parameters, so that every planner sees they serve.
OPEN_MAIL = text(mail_tables.OPEN_MAIL)
PENDING = text(ticket_tables.PENDING)
TO_REMIND = text(desk_tables.TO_REMIND)
UNSOLVED = text(ticket_tables.UNSOLVED)
OF_UNSOLVED = text(ticket_tables.OF_UNSOLVED)
TO_SEND = text(letter_tables.TO_SEND)
NOT_TO_SEND = text(letter_tables.NOT_TO_SEND)
