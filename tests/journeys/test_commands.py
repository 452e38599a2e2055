"""The operator's commands: the same rows with and without a daemon, and answers that say what is missing."""

import base64
import json
import subprocess
import sys
from typing import Any

from tests.journeys.command import maild, several
from tests.journeys.customer import ORDER, Customer
from tests.journeys.daemon import Daemon
from tests.journeys.relay import Relay

KEYS = {
    "ticket list": {"id", "status", "subject", "requester", "organization", "po_number", "total_cost", "currency"},
    "ticket show 1": {"id", "version", "status", "fields", "tags", "orders", "comments", "mails", "letters", "timers"},
    "mail list": {"id", "received_at", "state", "outcome", "code", "why", "ticket_id", "kind", "subject"},
    "mail show 1": {"id", "received_at", "state", "outcome", "deliveries", "size"},
    "outbox list": {"id", "phase", "code", "why", "ticket_id", "template", "to_address", "message_id", "attempt"},
    "outbox show 1": {"id", "phase", "recipients", "tries", "raw"},
    "timer list --all": {"id", "ticket", "rule", "due_at", "state"},
}


def test_each_command_shows_the_same_with_and_without_a_daemon(
    daemon: Daemon, customer: Customer, relay: Relay
) -> None:
    customer.order()
    relay.next()
    customer.order("Another", ORDER.replace("PO-70231", "PO-70232"))
    running = {command: maild(daemon.folder, *command.split(), "--json") for command in KEYS}
    status = maild(daemon.folder, "status", "--json").rows[0]
    assert status["pid"] > 0
    assert maild(daemon.folder, "status", "--health").code == 0
    assert daemon.check() == []
    assert daemon.stop() == 0
    then = {"MAILD_CLOCK": f"manual:{daemon.now.isoformat()}"}  # more is due by today's date
    answers = several(daemon.folder, *([*command.split(), "--json"] for command in KEYS), **then)
    for (command, keys), alone in zip(KEYS.items(), answers, strict=True):
        assert (alone.code, running[command].code) == (0, 0), alone.err
        assert alone.rows == running[command].rows
        assert all(keys <= set(row) for row in alone.rows)
        assert len(alone.rows) >= 1
    asleep = maild(daemon.folder, "status", "--json", **then).rows[0]
    assert asleep["tickets"] == status["tickets"]
    assert "pid" not in asleep
    health, tail, check, found = several(
        daemon.folder,
        ["status", "--health"],
        ["tail"],
        ["db", "check", "--drained", "--json"],
        ["ticket", "list", "po:PO-70232", "--json"],
        **then,
    )
    assert (health.code, tail.code, check.code, check.rows) == (69, 69, 0, [])
    assert [row["po_number"] for row in found.rows] == ["PO-70232"]


def test_work_on_a_ticket_is_done_in_somebodys_name_and_refusals_say_what_is_missing(
    daemon: Daemon, customer: Customer, relay: Relay
) -> None:
    customer.order()
    relay.next()

    def ticket(verb: str, *words: str, user: str = "orders-agent") -> Any:
        return maild(daemon.folder, "ticket", verb, "1", *words, "--as", user, "--json")

    assert ticket("note", "Called", "the customer.").rows[0]["id"] == 1
    assert daemon.ticket(1)["comments"][-1]["actor"] == "agent:orders-agent"
    assert ticket("set", "so_number=4711", "priority=high").code == 0
    assert daemon.ticket(1)["fields"]["so_number"] == "4711"
    assert ticket("reply", "It leaves on Friday.", user="approver").code == 0
    answer = relay.next()
    assert "It leaves on Friday." in answer.text
    assert "Auto-Submitted" not in answer.mail
    [approved] = ticket("macro", "Orders :: Approve", user="approver").rows
    assert "order_ready_to_process" in " ".join(approved["effects"])
    refused = ticket("macro", "Orders :: Shipped")
    assert refused.code == 65
    assert "needs Carrier, Tracking number" in refused.err
    assert ticket("move", "pending").rows[0]["status"] == "pending"
    wrong = {
        ("set", "ship_method=by camel"): (65, "ship_method"),
        ("set", "no_such_field=1"): (65, "no_such_field"),
        ("set", "nonsense"): (64, "FIELD=VALUE"),
        ("macro", "No such macro"): (65, "No such macro"),
        ("move", "sideways"): (64, "sideways"),
        ("note", " "): (64, "there is no text"),
    }
    for words, (code, what) in wrong.items():
        answer = ticket(*words)
        assert (answer.code, answer.out) == (code, ""), (words, answer)
        assert what in answer.err
        assert "Traceback" not in answer.err
    before = daemon.ticket(1)
    assert before["history"][-1]["actor"] == "agent:orders-agent"
    unknown = (["ticket", "show", "99"], ["mail", "show", "99"], ["outbox", "release", "99"], ["mail", "raw", "99"])
    for missed in several(daemon.folder, *unknown):
        assert missed.code == 65
        assert "99" in missed.err
        assert "hint:" in missed.err
    senseless = (["ticket"], ["tickets", "list"], ["ticket", "show", "one"], ["outbox", "list", "--phase", "lost"])
    assert [answer.code for answer in several(daemon.folder, *senseless)] == [64] * len(senseless)


def test_whoever_is_named_must_be_one_of_us(daemon: Daemon, customer: Customer, relay: Relay) -> None:
    customer.order()
    relay.next()
    asked = (
        ["ticket", "list"],
        ["ticket", "show", "1"],
        ["ticket", "set", "1", "priority=high"],
        ["view", "open"],
        ["rules", "list"],
        ["task", "list"],
        ["status"],
    )
    version = daemon.ticket(1)["version"]

    def all_refused() -> None:
        for answer in several(daemon.folder, *([*words, "--as", "orders-agnt"] for words in asked)):
            assert (answer.code, answer.out) == (64, "")
            assert "--as orders-agnt: none of the desk's people" in answer.err
            assert "did you mean orders-agent? there are orders-agent, approver" in answer.err
        known = several(daemon.folder, *([*words, "--as", "AGENT@shop.example"] for words in asked[:2]))
        assert [answer.code for answer in known] == [0, 0]

    all_refused()
    assert daemon.ticket(1)["version"] == version
    assert maild(daemon.folder, "rules", "diff", "config.toml", "config.toml", "--as", "lead").code == 64
    wrong = maild(daemon.folder, "view", "urgnt", "--as", "lead")
    assert wrong.code == 64 and "no view 'urgnt'" in wrong.err and "did you mean urgent? there are open," in wrong.err
    assert daemon.stop() == 0
    all_refused()


def test_the_outbox_in_an_operators_hands(daemon: Daemon, customer: Customer, relay: Relay) -> None:
    relay.answer = "451 4.3.0 later"
    customer.order()

    def outbox(verb: str) -> Any:
        return maild(daemon.folder, "outbox", verb, "1", "--json")

    assert outbox("hold").rows == [{"id": 1, "phase": "held"}]
    assert outbox("hold").code == 65
    relay.answer = "250 2.0.0 taken"
    assert outbox("release").rows == [{"id": 1, "phase": "queued"}]
    assert relay.next().recipients == ("mia@blueharbor.example",)
    daemon.quiet()
    assert outbox("drop").code == 65
    assert outbox("retry").code == 65
    assert daemon.letters()[0]["phase"] == "sent"


def test_a_mail_is_kept_to_the_byte(daemon: Daemon, customer: Customer) -> None:
    raw = b"Subject: caf\xe9 \r\nX-Odd:\ttab \r\n\r\n..dots\r\n.\xff\x00\x80lone\r\nlast line without end"
    number = customer.send_raw(raw, "orders@shop.example").split()[-1]
    daemon.quiet()
    kept = maild(daemon.folder, "mail", "raw", number)
    assert kept.raw == raw + b"\r\n"
    assert base64.b64decode(daemon.ask("mail.raw", id=number)[0]["raw"]) == kept.raw


def test_config_commands(daemon: Daemon) -> None:
    assert "[site]" in maild(daemon.folder, "config", "example").out
    shown = maild(daemon.folder, "config", "show", "--json")
    assert shown.rows[0]["site"]["domain"] == "shop.example"
    assert maild(daemon.folder, "check").code == 0


def test_help_answers_without_loading_the_house() -> None:
    program = (
        "import sys, runpy\nsys.argv = ['maild', '--help']\n"
        "try:\n    runpy.run_module('maild', run_name='__main__')\nexcept SystemExit as end:\n    assert not end.code\n"
        "import json\nprint(json.dumps(sorted(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, text=True)
    loaded = set(json.loads(done.stdout.splitlines()[-1]))
    assert "maild.cli.parser" in loaded
    heavy = {"sqlalchemy", "pydantic", "jinja2", "lxml", "aiosmtpd", "apscheduler", "rich", "structlog", "asyncio"}
    assert loaded & (heavy | {"pipeline", "rules", "notifications", "maild.config", "maild.store"}) == set()
