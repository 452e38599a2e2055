"""The JSON form of what was understood: stable snake_case keys, absent values null, decimals as strings, ISO dates."""

from dataclasses import asdict, fields
from typing import Any

from maild.domain.mail import Address, Mail
from maild.domain.order import Order, Party, Place
from maild.domain.problem import Problem


def mail_json(mail: Mail) -> dict[str, Any]:
    shown = mail.sender or mail.shown_sender
    return {
        "from": _address(shown) if shown else None,
        "to": [_address(address) for address in mail.to],
        "cc": [_address(address) for address in mail.cc],
        "subject": mail.subject,
        "message_id": mail.message_id,
        "in_reply_to": mail.in_reply_to,
        "references": list(mail.references),
        "date": mail.date.isoformat() if mail.date else None,
        "text": mail.text,
        "reply_text": mail.reply_text,
        "kind": mail.kind.value,
        "kind_why": mail.kind_why,
        "bounce": {"recipients": list(mail.bounce.recipients), "permanent": mail.bounce.permanent}
        if mail.bounce
        else None,
        "attachments": [{"name": a.name, "type": a.type, "size": a.size} for a in mail.attachments],
        "problems": [problem_json(problem) for problem in mail.problems],
    }


def _address(address: Address) -> dict[str, str]:
    return {"name": address.name, "address": address.address}


def order_json(order: Order) -> dict[str, Any]:
    plain = {f.name: getattr(order, f.name) for f in fields(Order)}
    return plain | {
        "type": order.type.value,
        "ship_to": _party(order.ship_to),
        "bill_to": _party(order.bill_to),
        "lines": [asdict(line) for line in order.lines],
        "problems": [problem_json(problem) for problem in order.problems],
        "provenance": {path: _place(place) for path, place in order.provenance},
    }


def _party(party: Party | None) -> dict[str, str] | None:
    return {name: value for name, value in asdict(party).items() if value} if party else None


def _place(place: Place) -> dict[str, Any]:
    return {name: value for name, value in asdict(place).items() if value is not None}


def problem_json(problem: Problem) -> dict[str, Any]:
    found = {"code": problem.code, "field": problem.field, "text": problem.text}
    return found | {"candidates": list(problem.candidates)} if problem.candidates else found
