"""Webhooks through the running daemon: signed, tried again, switched off after a day, never at a private address."""

import hashlib
import hmac
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest

from tests.journeys.command import maild
from tests.journeys.customer import ORDER, Customer
from tests.journeys.daemon import Daemon
from tests.journeys.hook import Hook
from tests.journeys.relay import Relay

pytestmark = pytest.mark.both

SECRET = "correct-horse-battery-staple-41"
TRIGGER = """
[[webhook]]
name = "chat"
url = "http://{host}:{port}/orders?desk=1"
secret = "${{CHAT_SECRET}}"
token = "${{CHAT_TOKEN}}"
private = {private}
{body}
[[trigger]]
name = "Tell the chat room"
on = "created"
do = [{{ webhook = "chat", text = "New order {{{{ ticket.fields.po_number }}}} of {{{{ requester.name }}}}" }}]
"""
ANCHOR = "# ---- automations"
SECRETS = {"CHAT_SECRET": SECRET, "CHAT_TOKEN": "let-me-in-to-the-room-9"}


@pytest.fixture
def hook() -> Iterator[Hook]:
    hook = Hook().start()
    yield hook
    hook.stop()


@pytest.fixture
def calling(start: Callable[..., Daemon], hook: Hook) -> Callable[..., Daemon]:
    def run(host: str = "127.0.0.1", private: str = "true", body: str = "") -> Daemon:
        toml = TRIGGER.format(host=host, port=hook.port, private=private, body=body)
        return start((ANCHOR, toml + ANCHOR), **SECRETS)

    return run


def order(daemon: Daemon, number: int = 1) -> None:
    Customer(daemon, "Mia Okafor", f"mia{number}@blueharbor.example").order(
        "Purchase order", ORDER.replace("PO-70231", f"PO-7100{number}")
    )


def calls(daemon: Daemon) -> list[dict[str, object]]:
    return [row for row in daemon.letters() if str(row["template"]).startswith("webhook:")]


def test_a_call_tells_the_ticket_and_proves_who_calls(calling: Callable[..., Daemon], hook: Hook, relay: Relay) -> None:
    daemon = calling()
    order(daemon)
    call = hook.next()
    assert call.body["text"] == "New order PO-71001 of Mia Okafor"
    assert call.body["ticket"]["id"] == 1
    assert call.body["ticket"]["fields"]["total_cost"] == "335.00"
    signed = call.headers["X-Maild-Timestamp"].encode() + b"." + call.raw
    proof = hmac.new(SECRET.encode(), signed, hashlib.sha256).hexdigest()
    assert call.headers["X-Maild-Signature"] == f"sha256={proof}"
    assert datetime.fromtimestamp(int(call.headers["X-Maild-Timestamp"]), UTC) == daemon.now
    assert call.headers["Authorization"] == "Bearer let-me-in-to-the-room-9"
    assert call.headers["X-Maild-Delivery"] == call.body["id"]
    daemon.quiet()
    [row] = calls(daemon)
    assert (row["phase"], row["attempt"], row["to_address"]) == ("sent", 1, "chat")
    assert daemon.told("letter.sent")
    assert SECRET not in str(daemon.log)


def test_a_body_is_worded_by_the_configuration(calling: Callable[..., Daemon], hook: Hook, relay: Relay) -> None:
    order(calling(body='body = { message = "{{ text }}!", so = "{{ ticket.fields.so_number }}" }'))
    assert hook.next().body == {"message": "New order PO-71001 of Mia Okafor!", "so": ""}


def test_a_failing_call_is_tried_again_with_the_same_delivery(
    calling: Callable[..., Daemon], hook: Hook, relay: Relay
) -> None:
    daemon = calling()
    hook.answer = 503
    order(daemon)
    first = hook.next()
    daemon.quiet()
    [row] = calls(daemon)
    assert (row["phase"], row["code"]) == ("deferred", "webhook.5xx")
    assert maild(daemon.folder, "webhook", "list", "--json").rows[0]["state"] == "failing"
    hook.answer = 204
    daemon.advance(timedelta(minutes=3))
    second = hook.next()
    assert second.raw == first.raw
    assert second.headers["X-Maild-Delivery"] == first.headers["X-Maild-Delivery"]
    assert second.headers["X-Maild-Timestamp"] > first.headers["X-Maild-Timestamp"]
    [row] = calls(daemon)
    assert (row["phase"], row["attempt"]) == ("sent", 2)
    assert maild(daemon.folder, "webhook", "list", "--json").rows[0]["state"] == "on"


def test_after_a_day_of_failures_it_is_switched_off_and_says_so(
    calling: Callable[..., Daemon], hook: Hook, relay: Relay
) -> None:
    daemon = calling()
    hook.answer = 500
    order(daemon)
    daemon.advance(timedelta(hours=30))
    [row] = calls(daemon)
    assert (row["phase"], row["code"]) == ("failed", "webhook.off")
    assert len(daemon.told("webhook.switched_off")) == 1
    tried = len(hook.calls)
    order(daemon, 2)
    assert calls(daemon)[-1]["code"] == "webhook.off"
    assert len(hook.calls) == tried
    assert maild(daemon.folder, "webhook", "list", "--json").rows[0]["state"] == "off"
    assert maild(daemon.folder, "webhook", "on", "chat").code == 0
    hook.answer = 200
    order(daemon, 3)
    assert calls(daemon)[-1]["phase"] == "sent"
    assert maild(daemon.folder, "outbox", "retry", row["id"]).code == 0
    daemon.quiet()
    assert calls(daemon)[0]["phase"] == "sent"


def test_a_private_address_is_never_called_unless_it_is_allowed(
    start: Callable[..., Daemon], hook: Hook, relay: Relay
) -> None:
    toml = TRIGGER.format(host="localhost", port=hook.port, private="false", body="").replace("http:", "https:")
    daemon = start((ANCHOR, toml + ANCHOR), **SECRETS)
    order(daemon)
    [row] = calls(daemon)
    assert (row["phase"], row["code"]) == ("failed", "webhook.private")
    assert hook.calls == []


def test_a_redirect_is_not_followed(calling: Callable[..., Daemon], hook: Hook, relay: Relay) -> None:
    daemon = calling()
    hook.answer, hook.headers = 302, {"Location": "http://169.254.169.254/"}
    order(daemon)
    [row] = calls(daemon)
    assert (row["phase"], row["code"]) == ("failed", "webhook.redirect")


def test_a_program_is_told_every_event_that_it_asked_for(
    start: Callable[..., Daemon], hook: Hook, relay: Relay
) -> None:
    toml = f"""
[[webhook]]
name = "erp"
url = "http://127.0.0.1:{hook.port}/events"
secret = "${{CHAT_SECRET}}"
private = true
events = ["TicketCreated", "CommentWritten"]

"""
    daemon = start((ANCHOR, toml + ANCHOR), CHAT_SECRET=SECRET)
    order(daemon)
    created = hook.next()
    assert (created.body["event"]["kind"], created.body["ticket"]["id"]) == ("TicketCreated", 1)
    maild(daemon.folder, "ticket", "set", 1, "priority=high", "--as", "orders-agent")  # not asked for
    maild(daemon.folder, "ticket", "note", 1, "Looked at.", "--as", "orders-agent")
    noted = hook.next()
    assert (noted.body["event"]["kind"], noted.body["event"]["actor"]) == ("CommentWritten", "agent:orders-agent")
    assert noted.body["ticket"]["priority"] == "high"
    assert noted.body["event"]["id"] > created.body["event"]["id"]
