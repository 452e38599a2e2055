"""One drawn layout: the mail or document with what is true of it."""

# ruff: noqa: E501 (what is printed stays on its line)

from dataclasses import dataclass
from datetime import UTC, datetime

from maild.domain.mail import Address, Attachment, Mail
from tests.pipeline.orders.layouts.facts import Facts, Party


@dataclass(frozen=True, slots=True)
class Truth:
    """``lines`` are (item numbers any of which is right, quantity, price as printed or None)."""

    po_number: str | None
    buyer: str
    ship_to: tuple[str, ...]
    order_date: str | None
    requested_date: str | None
    currency: str | None
    total: str | None
    lines: tuple[tuple[tuple[str, ...], str, str | None], ...]


@dataclass(frozen=True, slots=True)
class Drawn:
    """``document`` is (name, bytes) where it is a bare document and no mail."""

    seed: int
    format: str
    language: str
    truth: Truth
    mail: Mail | None = None
    document: tuple[str, bytes] | None = None


def truth_of(facts: Facts) -> Truth:
    """The truth of what was printed; a printer adds to ``facts.shown`` what it showed."""
    shown = facts.shown
    coded = "codes" in shown
    return Truth(
        po_number=facts.po if "po" in shown else None,
        buyer=facts.buyer.company,
        ship_to=_place(facts.ship) if "ship" in shown else (),
        order_date=facts.day.isoformat() if "day" in shown else None,
        requested_date=facts.wanted.isoformat() if "wanted" in shown else None,
        currency=facts.currency if "currency" in shown else None,
        total=str(facts.total if "total" in shown else facts.goods) if shown & {"total", "goods total"} else None,
        lines=tuple(
            (tuple(c for c in (item.theirs, item.ours) if c) if coded else (), str(item.quantity), str(item.price) if "prices" in shown else None)
            for item in facts.items
        ),
    )  # fmt: skip


def _place(party: Party) -> tuple[str, ...]:
    code = party.code.split()[-1] if party.country in ("US", "AU") else party.code
    return tuple(part for part in (code, party.city) if part)


def mail_of(
    facts: Facts, subject: str, text: str = "", html: str | None = None, files: tuple[tuple[str, str, bytes], ...] = ()
) -> Mail:
    attachments = tuple(
        Attachment(name, kind, len(data), str(at + 2), content=data) for at, (name, kind, data) in enumerate(files)
    )
    sender = Address(facts.pick("people"), "orders@buyer.example")
    sent = datetime(facts.day.year, facts.day.month, facts.day.day, 9, 12, tzinfo=UTC)
    return Mail(sender=sender, subject=subject, date=sent, text=text, html=html, attachments=attachments)


def subject_of(facts: Facts) -> str:
    subject = facts.pick("subject")
    if "{po}" in subject:
        facts.shown.add("po")
    return subject.replace("{po}", facts.po).replace("{company}", facts.buyer.company)
