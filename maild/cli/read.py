"""``maild read``: what maild understands of a mail or a bare document. No database, no daemon."""

import sys
from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from maild.cli.harmless import shown, shown_lines
from maild.cli.output import json_line, table

if TYPE_CHECKING:
    from maild.domain.mail import Mail

NO_INPUT = 66
NO_HEADER = b"MIME-Version: 1.0\n\n"  # in front of text that is a body from its first line


def run(arguments: Namespace) -> int:
    code = 0
    for name in arguments.files:
        try:
            data = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
        except OSError as error:
            print(f"maild: {name}: {error.strerror}", file=sys.stderr)
            code = NO_INPUT
            continue
        found = understood(name, data)
        if arguments.json:
            print(json_line(found), flush=True)
        else:
            _print(found)
    return code


def understood(name: str, data: bytes) -> dict[str, Any]:
    """The JSON form of one file's reading; ``mail`` is None for a bare document."""
    from pipeline.orders.detect import detect
    from pipeline.orders.read import read_document
    from pipeline.reader import understand
    from pipeline.reading_json import mail_json, order_json, problem_json

    document = read_document(Path(name).name, data)
    if document is not None:
        mail, reading = None, document
    else:
        answer = understand(data)
        if detect(data, name) == "plain" and not _is_mail(answer.mail):
            answer = understand(NO_HEADER + data)
        mail, reading = mail_json(answer.mail), answer.reading
    return {
        "file": name,
        "mail": mail,
        "orders": [order_json(order) for order in reading.orders],
        "problems": [problem_json(problem) for problem in reading.problems],
    }


def _is_mail(mail: "Mail") -> bool:
    """Whether a header was found: text without one may begin with "PO number: 1", and all of it is body."""
    return bool(mail.shown_sender or mail.sender or mail.subject or mail.to or mail.date)


def _print(found: dict[str, Any]) -> None:
    print(f"== {found['file']}")
    mail = found["mail"]
    if mail:
        sender = mail["from"] or {"name": "", "address": "(nobody beyond doubt)"}
        print(
            f"{mail['kind']} from {shown(sender['name'])} <{shown(sender['address'])}>: {shown(mail['subject'] or '')}"
        )
        for attachment in mail["attachments"]:
            print(f"  attachment {shown(attachment['name'])} ({shown(attachment['type'])}, {attachment['size']} bytes)")
        if not found["orders"]:
            print("  " + shown_lines(mail["reply_text"] or "").replace("\n", "\n  "))
    for order in found["orders"]:
        _order(order)
    for problem in found["problems"] + (mail["problems"] if mail else []):
        print(f"  {problem['code']}: {shown(problem['text'])}")


def _order(order: dict[str, Any]) -> None:
    trust = "needs review" if order["needs_review"] else "proves itself"
    print(f"order {shown(order['po_number'] or '(no number)')} ({order['type']}, {order['format']}, {trust})")
    for name in ("buyer", "order_date", "requested_date", "currency", "total", "ship_method", "payment_terms"):
        if order[name]:
            print(f"  {name:<15} {shown(order[name])}")
    for name in ("ship_to", "bill_to"):
        if order[name]:
            print(f"  {name:<15} {shown(', '.join(filter(None, order[name].values())))}")
    table(order["lines"], ("line", "sku", "customer_sku", "description", "quantity", "unit", "unit_price", "amount"))
    for problem in order["problems"]:
        print(f"  {problem['code']} {problem['field'] or ''}: {shown(problem['text'])}")
