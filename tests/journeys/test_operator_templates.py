"""Letters that the operator rewrote: what is wrong is refused at the start, what goes wrong later costs one letter."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.journeys.command import maild, several
from tests.journeys.customer import ORDER, Customer
from tests.journeys.daemon import Daemon, amend
from tests.journeys.relay import Relay

BROKEN = {
    "syntax": ("Order {{ ticket.subject", "order_received/body.txt:1"),
    "unknown name": ("Order\n{{ ticket.subjct }}", "order_received/body.txt:2: no placeholder ticket.subjct"),
    "no end": ("{% for a in range(100000) %}{% for b in range(100000) %}{% endfor %}{% endfor %}", "order_received"),
    "too much": ("{% for a in range(90000) %}xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx{% endfor %}", "order_received"),
    "out of the box": ("{{ ''.__class__.__mro__ }}", "order_received"),
}


def own_letter(folder: Path, text: str, templates: str = "letters-of-ours") -> None:
    letter = folder / templates / "order_received"
    letter.mkdir(parents=True, exist_ok=True)
    (letter / "subject.txt").write_text("Your order {{ ticket.fields.po_number }}")
    (letter / "body.txt").write_text(text)
    (letter / "body.html").write_text("<p>Thank you.</p>")


@pytest.mark.empty
def test_i11_a_broken_letter_is_refused_before_anything_starts(desk_folder: Path) -> None:
    amend(desk_folder, ("[relay]", '[letters]\ntemplates = "letters-of-ours"\n[relay]'))
    config = (desk_folder / "config.toml").read_text()
    cases = BROKEN | {"good": ("Thank you for {{ ticket.fields.po_number }}.", "")}
    for what, (text, _) in cases.items():
        own_letter(desk_folder, text, what)
        (desk_folder / f"{what}.toml").write_text(config.replace("letters-of-ours", what))
    *broken, good = several(desk_folder, *(["check", "-c", f"{what}.toml"] for what in cases))
    for (what, (_, where)), checked in zip(BROKEN.items(), broken, strict=True):
        assert (checked.code, checked.out) == (78, ""), what
        assert where in checked.err
    assert good.code == 0
    assert maild(desk_folder, "run", "-c", "syntax.toml").code == 78
    assert not (desk_folder / "maild.db").exists()


def test_i11_a_letter_that_fails_later_costs_that_letter_only(
    start: Callable[..., Daemon], desk_folder: Path, relay: Relay
) -> None:
    text = (
        "Thank you.\n{% if ticket.fields.po_number == 'PO-66666' %}"
        "{% for a in range(100000) %}{% for b in range(100000) %}{% endfor %}{% endfor %}{% endif %}"
        "{% if ticket.fields.po_number == 'PO-77777' %}{{ 1 / 0 }}{% endif %}"
    )
    own_letter(desk_folder, text)
    daemon = start(("[relay]", '[letters]\ntemplates = "letters-of-ours"\n[relay]'))
    customer = Customer(daemon, "Mia Okafor", "mia@blueharbor.example")
    for number in ("PO-66666", "PO-77777", "PO-70231"):
        customer.order(f"Order {number}", ORDER.replace("PO-70231", number))
    endless, zero, good = daemon.letters()
    assert [letter["phase"] for letter in (endless, zero, good)] == ["failed", "failed", "sent"]
    assert endless["code"].startswith("template.")
    assert zero["code"].startswith("template.")
    assert "order_received" in zero["why"]
    assert len(daemon.tickets()) == 3
    assert len(relay.letters) == 1
    assert [daemon.wait_for("letter.failed")["ticket"] for _ in range(2)] == [1, 2]
