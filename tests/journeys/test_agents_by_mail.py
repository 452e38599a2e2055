"""The desk's own people work from their mail program: they answer, note and command, and hear why when they may not."""

from collections.abc import Callable

import pytest

from tests.journeys.customer import Customer
from tests.journeys.daemon import Daemon
from tests.journeys.relay import Received, Relay

AWAY = "127.0.0.2"  # outside the trusted networks: nothing proves who writes from there
TOLD = (
    "# ---- automations:",
    '[[trigger]]\nname = "Tell the desk"\non = "created"\n'
    'do = [{ notify = "group", template = "notify_agent" }]\n'
    "# ---- automations:",
)


@pytest.fixture
def daemon(start: Callable[..., Daemon]) -> Daemon:
    return start(TOLD)


@pytest.fixture
def agent(daemon: Daemon) -> Customer:
    return Customer(daemon, "Olga Agent", "agent@shop.example")


@pytest.fixture
def told(customer: Customer, relay: Relay) -> dict[str, Received]:
    """An order has come: the letters about it, by who got them."""
    customer.order()
    return {received.recipients[0]: received for received in relay.letters}


def said(daemon: Daemon) -> list[tuple[str, bool, str]]:
    comments = daemon.ticket(1)["comments"][1:]
    return [(comment["actor"], comment["public"], comment["text"].strip()) for comment in comments]


def hear(daemon: Daemon, relay: Relay, agent: Customer, told: dict[str, Received], text: str) -> list[Received]:
    """The letters that an answer to the notification sets off."""
    before = len(relay.letters)
    agent.send(agent.answer(told["agent@shop.example"], text))
    daemon.quiet()
    return relay.letters[before:]


def test_an_answer_to_a_notification_goes_to_the_customer(
    daemon: Daemon, relay: Relay, agent: Customer, told: dict[str, Received]
) -> None:
    assert set(told) > {"mia@blueharbor.example", "agent@shop.example", "approver@shop.example", "lead@shop.example"}
    [letter] = hear(daemon, relay, agent, told, "Your valves leave on Friday.")
    assert letter.recipients == ("mia@blueharbor.example",)
    assert "Your valves leave on Friday." in letter.text
    assert "Tell the desk" not in letter.text
    assert "agent@shop.example" not in letter.raw.decode()
    assert letter.mail["In-Reply-To"] is not None
    assert letter.mail["Auto-Submitted"] is None
    assert said(daemon) == [("agent:orders-agent", True, "Your valves leave on Friday.")]
    ticket = daemon.ticket(1)
    assert ticket["comments"][-1]["message"] == ticket["mails"][0]["id"]
    assert (ticket["agent_mails"], ticket["unread"], ticket["needs_review"]) == (1, False, False)
    customer = Customer(daemon, "Mia Okafor", "mia@blueharbor.example", written=50)
    customer.send(customer.answer(letter, "Friday is fine."))
    daemon.quiet()
    assert said(daemon)[-1] == ("customer:mia@blueharbor.example", True, "Friday is fine.")


def test_a_note_stays_among_colleagues(
    daemon: Daemon, relay: Relay, agent: Customer, told: dict[str, Received]
) -> None:
    assert hear(daemon, relay, agent, told, "#note\nTheir last invoice is overdue.") == []
    [(actor, public, text)] = said(daemon)
    assert (actor, public) == ("agent:agent@shop.example", False)
    assert "Their last invoice is overdue." in text


def test_commands_act_together_in_their_order(
    daemon: Daemon, relay: Relay, agent: Customer, told: dict[str, Received]
) -> None:
    commands = "#field so_number 4711\n#macro approve\n#macro confirm-processing\n#assign escalation-agent\n"
    commands += "#field carrier UPS\n"
    letters = hear(daemon, relay, agent, told, f"{commands}\nWe are on it.")
    assert [letter.recipients for letter in letters] == [("mia@blueharbor.example",)] * 2
    assert "We are on it." in letters[0].text
    assert "INVTW4711" in letters[1].text
    ticket = daemon.ticket(1)
    assert (ticket["status"], ticket["assignee"]) == ("on-hold", "escalation-agent")
    assert (ticket["fields"]["so_number"], ticket["fields"]["carrier"]) == ("4711", "UPS")
    assert "order_processed" in ticket["tags"]
    assert ("agent:orders-agent", True, "We are on it.") in said(daemon)
    acts = [entry["kind"] for entry in ticket["history"] if entry["actor"] == "agent:orders-agent"]
    assert acts == ["CommentWritten", "FieldEdited", "MacroApplied", "MacroApplied", "FieldEdited", "FieldEdited"]


def test_what_cannot_be_done_is_not_half_done_and_its_author_hears_why(
    daemon: Daemon, relay: Relay, agent: Customer, told: dict[str, Received]
) -> None:
    before = daemon.ticket(1)
    wrong = "#field so_number 4711\n#macro shipped\n#status finished\n#field ship_method pigeon\n#assign nobody-here\n"
    [report] = hear(daemon, relay, agent, told, f"{wrong}\nIt is on its way.")
    assert report.recipients == ("agent@shop.example",)
    for reason in ("Carrier, Tracking number", "no status 'finished'", "pigeon", "no user 'nobody-here'"):
        assert reason in report.text
    assert "> #macro shipped" in report.text
    assert report.mail["Auto-Submitted"] == "auto-generated"
    assert report.mail["X-Auto-Response-Suppress"] == "All"
    after = daemon.ticket(1)
    assert {key: after[key] for key in ("status", "assignee", "fields", "tags")} == {
        key: before[key] for key in ("status", "assignee", "fields", "tags")
    }
    assert [(c["public"], c["mark"]) for c in after["comments"][1:]] == [(False, "agent.refused")]
    told["agent@shop.example"] = report
    [letter] = hear(daemon, relay, agent, told, "#field so_number 4711\nIt is on its way.")
    assert letter.recipients == ("mia@blueharbor.example",)
    assert daemon.ticket(1)["fields"]["so_number"] == "4711"


def test_a_slip_of_the_pen_does_not_reach_the_customer(
    daemon: Daemon, relay: Relay, agent: Customer, told: dict[str, Received]
) -> None:
    for text in ("#stauts solved\nDone.", "Done.\n#status solved", "#public"):
        [report] = hear(daemon, relay, agent, told, text)
        assert report.recipients == ("agent@shop.example",)
    letter = agent.answer(told["agent@shop.example"], "The invoice is attached.")
    letter.add_attachment(b"%PDF-1.4", maintype="application", subtype="pdf", filename="invoice.pdf")
    report = relay.letters[-1]
    agent.send(letter)
    daemon.quiet()
    assert "letters carry no attachments (invoice.pdf)" in relay.letters[-1].text
    assert report is not relay.letters[-1]
    assert not any(public for _, public, _ in said(daemon))


def test_the_status_matrix_and_groups_bind_the_mailing_agent(start: Callable[..., Daemon], relay: Relay) -> None:
    clerk = '[[user]]\nname = "clerk"\naddress = "clerk@shop.example"\ngroups = []\n'
    light = '[[user]]\nname = "reader"\naddress = "reader@shop.example"\nrole = "light"\ngroups = ["Orders"]\n'
    matrix = '[matrix.order]\nopen = ["pending"]\n[schedule.default]'
    users = '[[user]]\nname = "approver"'
    daemon = start(TOLD, (users, clerk + light + users), ("[schedule.default]", matrix))
    Customer(daemon, "Mia Okafor", "mia@blueharbor.example").order()
    letter = next(one for one in relay.letters if one.recipients == ("reader@shop.example",))
    reader = Customer(daemon, "Rita", "reader@shop.example")
    for number, (author, text, reason) in enumerate(
        [
            (reader, "#public\nHello Mia.", "reader may comment privately only"),
            (reader, "#status pending", "may read and comment only"),
            (Customer(daemon, "Carl", "clerk@shop.example"), "#macro approve", "is for Orders"),
            (Customer(daemon, "Olga", "agent@shop.example"), "#status solved", "solved may not follow open"),
        ],
        start=len(relay.letters),
    ):
        author.send(author.answer(letter, text))
        daemon.quiet()
        assert len(relay.letters) == number + 1
        assert relay.letters[number].recipients == (author.address,)
        assert reason in relay.letters[number].text
    reader.send(reader.answer(letter, "I only wanted to say that they called."))
    daemon.quiet()
    assert (daemon.ticket(1)["status"], len(relay.letters)) == ("open", number + 1)
    assert said(daemon)[-1] == ("agent:reader@shop.example", False, "I only wanted to say that they called.")


def test_nobody_commands_in_an_agents_name_without_proof(start: Callable[..., Daemon], relay: Relay) -> None:
    """Not from elsewhere, not with a stolen reply address, and not where a customer's policy trusts the domain."""
    ours = '[[organization]]\nname = "Ourselves"\ndomains = ["shop.example"]\ntrust_unauthenticated = true\n[[group]]'
    daemon = start(TOLD, ("[[group]]", ours))
    Customer(daemon, "Mia Okafor", "mia@blueharbor.example").order()
    told = {received.recipients[0]: received for received in relay.letters}
    before, letters = daemon.ticket(1), len(relay.letters)
    forger = Customer(daemon, "Olga Agent", "agent@shop.example", source=AWAY)
    mia = Customer(daemon, "Mia Okafor", "mia@blueharbor.example", written=70)
    forger.send(forger.answer(told["agent@shop.example"], "#status solved\nSend it to 9 Dark Alley."))
    forger.send(forger.mail("Please do [#1]", "#status solved"))
    mia.send(mia.answer(told["mia@blueharbor.example"], "#status solved\n#field total_cost 1.00"))
    daemon.quiet()
    after = daemon.ticket(1)
    assert (after["status"], after["fields"]) == (before["status"], before["fields"])
    assert after["needs_review"]
    notes = after["comments"][1:]
    assert [(note["public"], note["mark"]) for note in notes] == [*[(False, "thread.forged_sender")] * 2, (True, None)]
    assert {address for letter in relay.letters[letters:] for address in letter.recipients} <= set(told)
    assert daemon.events("agent.acted") == []


def test_an_agents_autoresponder_starts_no_loop(
    daemon: Daemon, relay: Relay, agent: Customer, told: dict[str, Received]
) -> None:
    """One that says what it is does nothing; one that does not is stopped after some rounds."""
    polite = agent.answer(told["agent@shop.example"], "#status solved\nI am away.")
    polite["Auto-Submitted"] = "auto-replied"
    before = len(relay.letters)
    agent.send(polite)
    daemon.quiet()
    assert len(relay.letters) == before
    assert daemon.ticket(1)["status"] == "open"
    rude = told["agent@shop.example"]
    for _ in range(25):
        count = len(relay.letters)
        agent.send(agent.answer(rude, "#away until Monday"))
        daemon.quiet()
        if len(relay.letters) == count:
            break
        rude = relay.letters[-1]
    assert len(relay.letters) - before == 19  # the polite one counts too
    assert daemon.ticket(1)["comments"][-1]["mark"] == "loop.suspected"
    assert daemon.ticket(1)["needs_review"]
    assert len(daemon.told("loop.suspected")) == 1


def test_mail_that_answers_no_notification_is_no_letter_to_the_customer(
    daemon: Daemon, relay: Relay, agent: Customer, told: dict[str, Received]
) -> None:
    """By number, as a copy of what the customer got already, or lost altogether."""
    before = len(relay.letters)
    agent.send(agent.mail("About [#1]", "#field so_number 4711\nI called them."))
    copy = agent.answer(told["agent@shop.example"], "I answered you directly.")
    copy["Cc"] = "Mia Okafor <mia@blueharbor.example>"
    agent.send(copy)
    daemon.quiet()
    assert len(relay.letters) == before
    assert [public for _, public, _ in said(daemon)] == [False, False]
    assert daemon.ticket(1)["fields"]["so_number"] == "4711"
    agent.send(agent.mail("Please", "#status solved"))
    daemon.quiet()
    reports = [letter for letter in relay.letters[before:] if "Not done" in str(letter.mail["Subject"])]
    assert [letter.recipients for letter in reports] == [("agent@shop.example",)]
    assert "it opened ticket 2" in reports[0].text
    assert daemon.ticket(2)["status"] == "open"


def test_a_mistyped_number_makes_the_agent_no_customer(
    daemon: Daemon, relay: Relay, agent: Customer, told: dict[str, Received]
) -> None:
    before = len(relay.letters)
    agent.send(agent.mail("About [#999]", "#status solved\nIt left."))
    daemon.quiet()
    ours = [row for row in daemon.letters(2) if row["template"] != "notify_agent"]
    assert [(row["template"], row["phase"]) for row in ours] == [("command_refused", "sent")]
    [report] = [letter for letter in relay.letters[before:] if "Not done" in str(letter.mail["Subject"])]
    assert report.recipients == ("agent@shop.example",)
    assert "there is no order 999" in report.text
    place = daemon.ticket(2)
    assert [(c["public"], c["mark"]) for c in place["comments"]] == [(False, "agent.refused")]
    assert (place["requester"]["address"], place["needs_review"]) == ("unknown@sender.invalid", True)
    assert daemon.ticket(1)["status"] == "open"


def test_a_mail_forged_in_an_agents_name_is_a_note_on_the_order_that_its_subject_names(
    start: Callable[..., Daemon], relay: Relay
) -> None:
    """Disproved or only unproved; where there is no such order it opens one for review that is nobody's."""
    daemon = start(TOLD, ("[smtp]", '[smtp]\ntrusted_authserv_ids = ["mx.shop.example"]'))
    Customer(daemon, "Mia Okafor", "mia@blueharbor.example").order()
    before = len(daemon.letters())
    forger = Customer(daemon, "Olga Agent", "agent@shop.example")
    failed = b"Authentication-Results: mx.shop.example; dmarc=fail header.from=shop.example\r\n"
    for number in (1, 999):
        mail = forger.mail(f"About [#{number}]", "#status solved")
        forger.send_raw(failed + mail.as_bytes(policy=mail.policy.clone(linesep="\r\n")), "orders@shop.example")
    elsewhere = Customer(daemon, "Olga Agent", "agent@shop.example", source=AWAY, written=50)
    elsewhere.send(elsewhere.mail("Once more [#1]", "#note\nIt left."))
    daemon.quiet()
    order, stray = daemon.ticket(1), daemon.ticket(2)
    assert (order["status"], order["needs_review"], stray["needs_review"]) == ("open", True, True)
    mark = (False, "thread.forged_sender")
    assert [(c["public"], c["mark"]) for c in order["comments"][1:]] == [mark, mark]
    assert [(c["public"], c["mark"]) for c in stray["comments"]] == [mark]
    assert stray["requester"]["address"] == "unknown@sender.invalid"
    assert {row["template"] for row in daemon.letters()[before:]} <= {"notify_agent"}
    assert len(daemon.letters(1)) == before
