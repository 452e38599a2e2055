"""What stands around a letter's words: its names and addresses, what an answer belongs to, our signature."""

from maild.domain.mail import Address
from maild.domain.people import Person
from maild.store.tx import Tx
from notifications.compose import compose
from notifications.render import Rendered
from notifications.tokens import Reference, marker_line, message_id_for, tagged_address, token
from pipeline.furniture import Desk


def message_id(desk: Desk, key: str, reference: Reference) -> str:
    """One for ever for a key of the outbox; it carries the reference where addresses cannot."""
    sign = "" if desk.config.letters.plus_addressing else token(desk.keys, reference)
    return message_id_for(desk.keys, key, desk.config.site.domain, sign)


def composed(
    tx: Tx,
    desk: Desk,
    rendered: Rendered,
    reader: Person,
    reference: Reference,
    *,
    message_id: str,
    order_address: str,
    thread: list[str],
    automatic: bool,
) -> bytes:
    """The letter's bytes, signed where the desk signs. ``thread`` are the Message-IDs before it, oldest first."""
    tagged = desk.config.letters.plus_addressing
    raw = compose(
        rendered,
        message_id=message_id,
        from_=Address(desk.sender.name, desk.sender.address or order_address),
        to=[Address(reader.name, reader.address)],
        reply_to=tagged_address(desk.keys, order_address, reference) if tagged else order_address,
        in_reply_to=thread[-1] if thread else None,
        references=thread,
        automatic=automatic,
        now=tx.now,
        marker=marker_line(desk.keys, reference.number, reference.recipient, reference.purpose),
    )
    return desk.signer.sign(raw, tx.now) if desk.signer else raw
