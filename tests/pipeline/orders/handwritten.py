"""Order mails typed by hand, out of the file beside, with what is true of them."""

import tomllib
from datetime import UTC, datetime
from email.utils import parseaddr
from pathlib import Path
from typing import Any

from maild.domain.mail import Address, Mail
from tests.pipeline.orders.layouts.drawn import Drawn, Truth

FILE = Path(__file__).with_name("handwritten.toml")


def letters() -> list[tuple[str, bool, Drawn]]:
    """(name, whether it is known to fall short, the mail with its truth)."""
    found = tomllib.loads(FILE.read_text(encoding="utf-8"))["mail"]
    return [(each["name"], each.get("short", False), _drawn(at, each)) for at, each in enumerate(found)]


def _drawn(at: int, each: dict[str, Any]) -> Drawn:
    day = each["day"]
    mail = Mail(
        sender=Address(*parseaddr(each["sender"])),
        subject=each["subject"],
        date=datetime(day.year, day.month, day.day, 9, 5, tzinfo=UTC),
        text=each.get("text", "").lstrip("\n"),
        html=each.get("html"),
    )
    return Drawn(at, "html" if mail.html else "text", each["name"][:2], _truth(each), mail)


def _truth(each: dict[str, Any]) -> Truth:
    lines = [line.split("|") for line in each["lines"]]
    days = [each[name].isoformat() if name in each else None for name in ("ordered", "wanted")]
    return Truth(
        each["po"], each["buyer"], tuple(each["ship"]), *days, each.get("currency"), each.get("total"),
        tuple(((code,) if code else (), quantity, price or None) for code, quantity, price in lines),
    )  # fmt: skip
