"""A desk in two departments (examples/support-desk.toml): routed, handed out in turn, seen by its own people only."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.journeys.command import maild
from tests.journeys.customer import ORDER, Customer
from tests.journeys.daemon import Daemon, amend
from tests.journeys.relay import Relay

pytestmark = pytest.mark.both

EXAMPLE = Path(__file__).parents[2] / "examples" / "support-desk.toml"
QUESTION = "Hello,\n\nwhen is your counter open on Friday?\n\nRegards\nMia Okafor\n"


@pytest.fixture
def desk_folder(tmp_path: Path, relay: Relay, database_section: str) -> Path:
    (tmp_path / "config.toml").write_text(EXAMPLE.read_text())
    ways = f'[relay]\nhost = "127.0.0.1"\nport = {relay.port}\ntls = "none"\n'
    ways += '[log]\nformat = "json"\n[workers]\nchildren = 1\n'
    amend(
        tmp_path,
        ('listen = ["127.0.0.1:2525"]', 'listen = ["127.0.0.1:0"]'),
        ('domains = ["abc.example"]', 'domains = ["blueharbor.example"]'),
        ("# ---- people:", f"{database_section}{ways}# ---- people:"),
    )
    return tmp_path


def order(customer: Customer, number: int, total: str = "335.00") -> int:
    """The ticket of a new order."""
    customer.order(
        f"Order {number}", ORDER.replace("PO-70231", f"PO-{number}").replace("Total: 335.00", f"Total: {total}")
    )
    found: int = customer.daemon.tickets()[0]["id"]
    return found


def ask(customer: Customer, to: str) -> int:
    customer.send(customer.mail("A question", QUESTION, to=to))
    customer.daemon.quiet()
    found: int = customer.daemon.tickets()[0]["id"]
    return found


def owners(daemon: Daemon, *numbers: int) -> list[str | None]:
    return [daemon.ticket(number)["assignee"] for number in numbers]


def test_mail_is_routed_and_handed_out_in_turn_up_to_the_caps(
    daemon: Daemon, customer: Customer, relay: Relay, desk_folder: Path
) -> None:
    first = [order(customer, 8000 + n) for n in range(6)]
    assert Counter(owners(daemon, *first)) == {"ada": 3, "ben": 3}
    assert [letter.recipients[0] for letter in relay.letters if "yours now" in letter.text][:2] == [
        "ada@shop.example",
        "ben@shop.example",
    ]
    waiting = [order(customer, 8100 + n) for n in range(3)]
    assert owners(daemon, *waiting) == [None, None, None]
    told = [letter.recipients for letter in relay.letters if "nobody can take it" in letter.text]
    assert told == [("lead@shop.example",)], "once, for the first of them"
    assert [line["ticket"] for line in daemon.told("assignment.nobody_available", 3)] == waiting
    service = [ask(customer, "service@shop.example"), ask(customer, "orders@shop.example")]
    assert [daemon.ticket(number)["department"] for number in service] == ["service", "service"]
    assert all(daemon.ticket(number)["form"] == "request" for number in service)
    assert set(owners(daemon, *service)) <= {"eve", "service-lead"}
    daemon.ask("ticket.move", "ada", id=first[0], status="solved")
    daemon.quiet()
    assert owners(daemon, *waiting) == ["ada", None, None], "the oldest gets the room that appeared"
    amend(desk_folder, ("cap = 3 ", "cap = 4 "))
    daemon.reload()
    daemon.quiet()
    assert owners(daemon, *waiting) == ["ada", "ben", "ada"], "a higher cap is room"
    shown = maild(desk_folder, "rules", "explain", waiting[0]).out
    assert "ada has the least, 2 of 3" in shown
    [row] = [row for row in maild(desk_folder, "user", "list", "--json").rows if row["name"] == "ada"]
    assert row["load"] == [{"assignment": "Orders in turn", "owned": 4, "cap": 4}]


def test_colleagues_go_off_line_by_mail_and_at_the_command_line(
    daemon: Daemon, customer: Customer, relay: Relay, desk_folder: Path
) -> None:
    ada = Customer(daemon, "Ada Shaw", "ada@shop.example")
    ada.send(ada.mail("Lunch", "#offline\n"))
    daemon.quiet()
    assert daemon.tickets() == [], "it is about no order"
    [mail] = daemon.ask("mail.list")
    assert (mail["outcome"], mail["code"], mail["why"]) == ("ignored", "agent.presence", "ada is off line now")
    assert maild(desk_folder, "user", "offline", "--as", "ben").code == 0
    one, two = order(customer, 8001), order(customer, 8002)
    assert owners(daemon, one, two) == [None, None]
    [alert] = [letter for letter in relay.letters if "nobody can take it" in letter.text]
    assert (alert.recipients, "ada is off line; ben is off line" in alert.text) == (("lead@shop.example",), True)
    stranger = Customer(daemon, "Ada Shaw", "ada@shop.example", source="127.0.0.2", written=9)
    stranger.send(stranger.mail("Back", "#online\n"))
    daemon.quiet()
    assert owners(daemon, one, two) == [None, None], "nothing proves who wrote that"
    ada.send(ada.mail("Back", "#online\n"))
    daemon.quiet()
    assert owners(daemon, one, two) == ["ada", "ada"], "drained the moment somebody is there"
    shown = maild(desk_folder, "user", "list").out
    assert "offline" in next(line for line in shown.splitlines() if line.startswith("ben"))
    assert maild(desk_folder, "user", "offline", "ada", "--as", "eve").code == 77
    assert maild(desk_folder, "user", "offline", "ada", "--as", "lead").code == 0


def test_only_its_own_people_see_and_work_a_department(
    start: Callable[..., Daemon], relay: Relay, desk_folder: Path
) -> None:
    daemon = start()
    customer = Customer(daemon, "Mia Okafor", "mia@blueharbor.example")
    number, question = order(customer, 8001), ask(customer, "service@shop.example")
    assert [row["id"] for row in maild(desk_folder, "ticket", "list", "--json", "--as", "ada").rows] == [number]
    assert [row["id"] for row in maild(desk_folder, "ticket", "list", "--json", "--as", "eve").rows] == [question]
    assert len(maild(desk_folder, "ticket", "list", "--json", "--as", "approver").rows) == 2, "admins see all"
    for words in (
        ("show", number),
        ("note", number, "hm"),
        ("set", number, "priority=high"),
        ("move", number, "solved"),
    ):
        refused = maild(desk_folder, "ticket", *words, "--as", "eve")
        assert (refused.code, "with Orders" in refused.err) == (77, True), words
    assert maild(desk_folder, "rules", "explain", number, "--as", "eve").code == 77
    letter = daemon.letters(number)[0]["id"]
    assert maild(desk_folder, "outbox", "show", letter, "--as", "eve").code == 77
    assert [row["name"] for row in maild(desk_folder, "view", "list", "--json", "--as", "eve").rows] == [
        "waiting",
        "service",
    ]
    assert maild(desk_folder, "view", "orders", "--as", "eve").code == 77
    assert maild(desk_folder, "ticket", "macro", number, "approve", "--as", "eve").code == 77
    beside = daemon.ask("ticket.show", "eve", id=question)[0]["customer"]
    assert beside["open"] == [], "the order is not shown beside the question"
    eve = Customer(daemon, "Eve Lind", "eve@shop.example")
    eve.send(eve.mail(f"[#{number}]", "#field carrier Swift\n"))
    daemon.quiet()
    assert "carrier" not in daemon.ticket(number)["fields"]
    [refusal] = [letter for letter in relay.letters if letter.recipients == ("eve@shop.example",)][-1:]
    assert ("you do not belong to" in refusal.text, f"order {number}" in refusal.text) == (True, True)
    for secret in ("PO-8001", "Okafor", "blueharbor", "Orders"):
        assert secret not in refusal.text.replace("orders@shop.example", ""), "nor does a refusal tell of it"
    task = maild(desk_folder, "task", "add", number, "Call them", "--to", "eve", "--blocks", "--as", "lead")
    assert (task.code, "no task for eve: " in task.err) == (65, True)
    noted = maild(desk_folder, "ticket", "note", number, "@eve look", "--as", "ada")
    assert "eve was not told" in noted.out + noted.err
    ada = Customer(daemon, "Ada Shaw", "ada@shop.example", written=9)
    ada.send(ada.mail(f"[#{number}]", "#note\n@eve look\n"))
    daemon.quiet()
    [untold] = [letter for letter in relay.letters if letter.recipients == ("ada@shop.example",)][-1:]
    assert "eve was not told" in untold.text
    eves = [letter for letter in relay.letters if letter.recipients == ("eve@shop.example",)]
    assert not any("mentioned" in str(letter.mail["Subject"]) for letter in eves)
    [status] = maild(desk_folder, "status", "--json", "--as", "eve").rows
    assert sum(status["tickets"].values()) == 1
    moved = maild(desk_folder, "ticket", "set", number, "department=service", "--as", "ada")
    assert moved.code == 0
    daemon.quiet()
    ticket = daemon.ask("ticket.show", "eve", id=number)[0]
    assert (ticket["department"], ticket["form"], ticket["group"]) == ("service", "request", "Service")
    assert ticket["assignee"] in ("eve", "service-lead")
    assert [field["name"] for field in ticket["layout"]] == ["topic", "po_number"]
    assert ticket["fields"]["total_cost"] == "335.00", "kept, though it is not shown"
    assert "335.00" not in maild(desk_folder, "ticket", "show", number, "--as", "eve").out.partition("Order ")[0]
    assert maild(desk_folder, "ticket", "show", number, "--as", "ada").code == 77
    daemon.quiet()
    assert daemon.stop() == 0
    assert [row["id"] for row in maild(desk_folder, "ticket", "list", "--json", "--as", "ada").rows] == []


def test_an_order_by_telephone_is_typed_in_by_its_template(daemon: Daemon, relay: Relay, desk_folder: Path) -> None:
    words = ("--template", "phone-order", "--requester", "pat@blueharbor.example", "--name", "Pat Lee")
    done = maild(
        desk_folder, "ticket", "new", *words, "--text", "-", "po_number=PO-9", "--as", "ben", given=b"10 x AX-1\n"
    )
    assert (done.code, done.err) == (0, "")
    daemon.quiet()
    ticket = daemon.ticket(1)
    assert (ticket["department"], ticket["form"], ticket["channel"]) == ("orders", "order", "hand")
    assert (ticket["subject"], ticket["priority"]) == ("Order by telephone", "high")
    assert ticket["fields"] == {"po_number": "PO-9", "order_details": "10 x AX-1"}
    assert set(ticket["tags"]) == {"by_phone", "open_order"}
    assert (ticket["organization"], ticket["assignee"]) == ("ABC Company", "ada")
    assert "pat@blueharbor.example" in [to for letter in relay.letters for to in letter.recipients], "a receipt"
    for more, why in (
        ("po=1", "no field 'po'"),
        ("topic=x", "'x' is not one of"),
        ("assignee=eve", "does not belong to Orders"),
    ):
        refused = maild(desk_folder, "ticket", "new", *words, more, "--as", "ben")
        assert (refused.code, why in refused.err) == (65, True), refused.err
    assert [row["id"] for row in daemon.tickets()] == [1], "what is refused leaves nothing behind"
    assert maild(desk_folder, "ticket", "templates", "--json", "--as", "ben").rows[0]["name"] == "phone-order"
