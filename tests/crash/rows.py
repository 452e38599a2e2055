"""The database of a chapter as the checks want to see it."""

from collections import Counter, defaultdict
from typing import Any

from sqlalchemy import func, select

from maild.domain.envelope import Channel
from maild.store.tables import COMMENT, DELIVERY, HISTORY, LETTER, MESSAGE, TICKET, TICKET_ORDER, TIMER


class Rows:
    """Everything at one instant; ``deliveries`` are those by SMTP."""

    def __init__(self, connection: Any) -> None:
        columns = [column for column in MESSAGE.c if column.name not in ("subject", "checked")]
        self.messages = {row.id: row for row in connection.execute(select(*columns))}
        sent = DELIVERY.c.channel != Channel.IMAP.value
        count = select(DELIVERY.c.message_id, func.count()).where(sent).group_by(DELIVERY.c.message_id)
        self.deliveries: Counter[int] = Counter({row[0]: row[1] for row in connection.execute(count)})
        self.tickets = {row.id: row for row in connection.execute(select(TICKET.c.id, TICKET.c.created_at))}
        self.opened_by: dict[int, list[int]] = defaultdict(list)
        for row in self.messages.values():
            if row.outcome == "ticket":
                self.opened_by[row.ticket_id].append(row.id)
        self.tickets_of_order: dict[str, set[int]] = defaultdict(set)
        for ticket, data in connection.execute(select(TICKET_ORDER.c.ticket_id, TICKET_ORDER.c.data)):
            self.tickets_of_order[data.get("po_number") or ""].add(ticket)
        wanted = [column for column in LETTER.c if column.name not in ("raw", "text", "subject")]
        self.letters = {
            row.message_id: row for row in connection.execute(select(*wanted).where(LETTER.c.kind == "mail"))
        }
        self.confirmations: dict[int, list[Any]] = defaultdict(list)
        for row in self.letters.values():
            if row.template.startswith("order_received"):
                self.confirmations[row.ticket_id].append(row)
        comments = [column for column in COMMENT.c if column.name not in ("cut_text",)]
        self.comments_of_mail: dict[int, list[Any]] = defaultdict(list)
        self.notes: Counter[str] = Counter()
        for row in connection.execute(select(*comments)):
            if row.message_id is not None:
                self.comments_of_mail[row.message_id].append(row)
            else:
                self.notes[row.text] += 1
        self.history = set(connection.execute(select(HISTORY.c.key)).scalars())
        self.timers = connection.execute(select(TIMER)).all()

    def facts(self) -> Counter[str]:
        cut = sum(row.copies for row in self.letters.values())
        return Counter(mails=len(self.messages), tickets=len(self.tickets), cut_at_dot=cut)
