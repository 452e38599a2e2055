"""The demo plays what a desk's own configuration has."""

import email
import email.policy
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from typing import Any

from maild.demo.mailer import QUESTION, reply, written
from maild.demo.step import came_under, step
from maild.demo.story import DeskClock, understood
from maild.errors import DataError
from pipeline.mime import read_mail

LETTER = b"""From: The Example Shop <orders@shop.example>
To: Mia Okafor <mia@harbour.example>
Reply-To: orders+t7@shop.example
Date: Wed, 25 Nov 2026 11:26:00 +0000
Message-ID: <letter-7@shop.example>
Subject: Your order PO-7

Thank you for your order.

It is being worked on.
"""

ANSWER = {
    "transition": "answer", "label": "Answer", "allowed": True, "attachment": False, "comment": "public",
    "fields": ["topic"], "missing": ["Topic", "a comment"],
}  # fmt: skip
ASK = ANSWER | {"transition": "ask", "label": "Ask", "fields": [], "missing": []}
STAND = {"label": "Requests", "state_label": "Received", "state_due_at": None, "next": [ASK, ANSWER]}


def test_a_step_is_taken_with_the_inputs_that_fit() -> None:
    moved = list[dict[str, Any]]()

    def ask(operation: str, actor: str = "", **given: Any) -> list[dict[str, Any]]:
        match operation:
            case "user.list":
                return [{"name": "eve", "role": "agent"}, {"name": "approver", "role": "light"}]
            case "ticket.show":
                return [{"blueprint": STAND}]
            case "ticket.choices":
                options = [{"id": "other"}, {"id": "repair"}]
                return [{"inputs": [{"name": "topic", "kind": "dropdown", "options": options}]}]
        if given["inputs"] == [("topic", "repair")]:
            raise DataError("Answer needs Serial number")
        moved.append({"actor": actor} | given)
        return [{"status": "solved"}]

    told = step(ask, 7)
    assert told == "eve takes 'Answer' on ticket 7 with topic=other: it is solved now"
    assert [(one["actor"], one["status"], bool(one["comment"])) for one in moved] == [("eve", "answer", True)]


def test_a_new_ticket_tells_what_it_came_under() -> None:
    clock = {"target": "first_reply", "due_at": "2026-11-23T11:00:00Z"}
    ticket = {"department": "service", "sla": {"policy": "Service", "targets": [clock]}, "blueprint": STAND}
    told = "\n".join(came_under(ticket))
    assert "department: service" in told
    assert "service level: Service; first_reply due 2026-11-23 11:00" in told
    assert "stands at: Received in Requests" in told


def test_one_line_is_one_line() -> None:
    ticket: dict[str, Any] = {"fields": {"po_number": "1"}, "orders": [{"lines": [{}]}], "needs_review": False}
    assert ", 1 line, " in understood(ticket)


def test_a_question_goes_to_the_address_that_the_configuration_has() -> None:
    mail = written(1, "service@shop.example", "A question", QUESTION).decode()
    assert "To: service@shop.example" in mail
    assert "leaking" in mail


def test_what_a_demo_customer_answers_is_told_without_the_letter_below_it() -> None:
    letter = email.message_from_bytes(LETTER, policy=email.policy.default)
    assert isinstance(letter, EmailMessage)
    mail = read_mail(reply(letter, "Please deliver on Friday."))
    assert mail.reply_text.strip() == "Please deliver on Friday."


def test_after_the_story_lines_are_told_by_the_clock_of_the_desk() -> None:
    clock = DeskClock(1.0, datetime(2026, 11, 27, 9, 0, tzinfo=UTC))
    lines = [{"ts": f"2026-11-22T15:0{minute}:00+00:00"} for minute in (0, 5)]
    begins = datetime(2026, 11, 27, 9, 0, tzinfo=UTC).astimezone()
    assert [clock.shown(line) for line in lines] == [f"{begins + timedelta(minutes=m):%a %d %b %H:%M}" for m in (0, 5)]
