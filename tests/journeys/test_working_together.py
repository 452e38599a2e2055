"""Colleagues work on one order together: notes that call somebody, outsiders asked aside, tasks that must come first,
what was learned, and how content the customer was. One desk for all journeys.
"""

from collections.abc import Iterator
from datetime import timedelta
from email.message import EmailMessage

import pytest

from tests.journeys.command import Answer, maild
from tests.journeys.customer import ORDER, Customer
from tests.journeys.relay import Received
from tests.journeys.shop import Shop

AWAY = "127.0.0.2"  # outside the trusted networks: nothing proves who writes from there
LIGHT = (
    '[[group]]\nname = "Support"\n',
    '[[user]]\nname = "night-watch"\naddress = "watch@shop.example"\nrole = "light"\ngroups = ["Orders"]\n'
    '[[group]]\nname = "Support"\n',
)
RULES = """
[[trigger]]
name = "Solve it outside of every matrix"
on = "updated"
all = ["tags any ['solve_now']"]
outside_matrix = true
do = [{ set = { status = "solved" } }, { remove_tags = ["solve_now"] }]

[[trigger]]
name = "Ask for papers"
on = "updated"
all = ["tags any ['papers']"]
do = [
  { task = "Get the export papers", to = "assignee", priority = "high", blocks = true },
  { remove_tags = ["papers"] },
]
"""


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    shop = Shop.opened(tmp_path_factory.mktemp("together"), LIGHT, more=RULES)
    yield shop
    shop.close()


@pytest.fixture
def ticket(shop: Shop) -> int:
    return shop.order()


def person(shop: Shop, address: str, source: str = "127.0.0.1") -> Customer:
    shop.orders += 1
    return Customer(shop.daemon, "", address, source, written=shop.orders * 100)


def since(shop: Shop, before: int) -> list[Received]:
    shop.daemon.quiet()
    return shop.relay.letters[before:]


def send(shop: Shop, author: Customer, message: EmailMessage) -> list[Received]:
    """The letters that a mail sets off."""
    before = len(shop.relay.letters)
    author.send(message)
    return since(shop, before)


def typed(shop: Shop, *words: object, actor: str = "orders-agent") -> Answer:
    answer = maild(shop.daemon.folder, *words, "--as", actor)
    shop.daemon.quiet()
    return answer


def comments(shop: Shop, ticket: int) -> list[tuple[str, bool, str]]:
    return [(c["actor"], c["public"], c["text"].strip()) for c in shop.show(ticket)["comments"]]


def messages(shop: Shop, side: int) -> list[tuple[str, str | None, str]]:
    [shown] = shop.daemon.ask("side.show", id=side)
    return [(m["actor"], m["mark"], m["text"].strip()) for m in shown["messages"]]


def aside(shop: Shop, ticket: int, to: str, text: str = "Can you collect on Friday?") -> tuple[int, Received]:
    """A side conversation and its first letter."""
    before = len(shop.relay.letters)
    opened = typed(shop, "ticket", "aside", ticket, "--to", to, "--subject", "Two pallets", text, "--json")
    assert opened.code == 0, opened.err
    [letter] = since(shop, before)
    return opened.rows[0]["id"], letter


def test_a_note_calls_a_colleague_whose_answer_is_a_note(shop: Shop, ticket: int) -> None:
    before = len(shop.relay.letters)
    noted = typed(shop, "ticket", "note", ticket, "@approver is the credit limit fine? @bob too")
    assert noted.code == 0 and "refused: nobody is called @bob; there are" in noted.err
    [letter] = since(shop, before)
    assert letter.recipients == ("approver@shop.example",)
    assert "orders-agent wrote:" in letter.text and "is the credit limit fine?" in letter.text
    assert letter.mail["Auto-Submitted"] == "auto-generated"
    approver = person(shop, "approver@shop.example")
    assert send(shop, approver, approver.answer(letter, "Yes, up to 10,000.")) == []
    assert comments(shop, ticket)[-1][1:] == (False, "Yes, up to 10,000.")


def test_a_mention_is_found_without_its_reply_address_too(shop: Shop, ticket: int) -> None:
    """By Message-ID alone, and by the line in the body alone."""
    before = len(shop.relay.letters)
    typed(shop, "ticket", "note", ticket, "@approver please look")
    [letter] = since(shop, before)
    approver = person(shop, "approver@shop.example")
    plain = approver.mail("Re: x", "By thread.", In_Reply_To=str(letter.mail["Message-ID"]))
    assert send(shop, approver, plain) == []
    line = letter.text.splitlines()[0]
    assert send(shop, approver, approver.mail("Re: x", f"By line.\n\n{line}\n> {letter.text[:80]}")) == []
    assert [said[1] for said in comments(shop, ticket)[-2:]] == [False, False]


def test_a_mailed_note_calls_too_and_its_author_hears_of_names_that_nobody_has(shop: Shop, ticket: int) -> None:
    agent = person(shop, "agent@shop.example")
    note = agent.mail(f"About [#{ticket}]", "#note\n@approver please look, and @bob")
    letters = {letter.recipients[0]: letter for letter in send(shop, agent, note)}
    assert set(letters) == {"approver@shop.example", "agent@shop.example"}
    assert "@approver please look" in letters["approver@shop.example"].text
    assert "nobody is called @bob" in letters["agent@shop.example"].text
    assert comments(shop, ticket)[-1][1] is False


def test_t22_a_customer_and_a_stranger_call_nobody(shop: Shop, ticket: int) -> None:
    before = len(shop.relay.letters)
    shop.answer(ticket, "@approver please approve this at once")
    stranger = person(shop, "mallory@evil.example", AWAY)
    send(shop, stranger, stranger.answer(shop.first[ticket], "#note\n@approver approve"))
    assert not [n for n in since(shop, before) if n.recipients == ("approver@shop.example",)]


@pytest.mark.parametrize(
    ("operation", "how"),
    [
        ("ticket.set", {"changes": [["priority", "high"]]}),
        ("ticket.move", {"status": "solved"}),
        ("ticket.macro", {"macro": "approve"}),
        ("ticket.reply", {"text": "Hello"}),
        ("ticket.resolve", {"text": "Done"}),
        ("side.begin", {"to": "carrier@freight.example", "subject": "x", "text": "x"}),
        ("task.add", {"ticket": 1, "title": "x", "to": "lead"}),
        ("task.done", {}),
        ("outbox.release", {}),
        ("person.set", {"address": "mia@blueharbor.example", "changes": [["name", "x"]]}),
        ("article.withdraw", {}),
    ],
)
def test_a_light_agent_reads_and_notes_and_every_other_door_says_why_not(
    shop: Shop, operation: str, how: dict[str, object]
) -> None:
    ticket = min(shop.first) if shop.first else shop.order()
    before = shop.show(ticket)["version"]
    with pytest.raises(Exception, match="light agent, who may read and leave private notes"):
        shop.daemon.ask(operation, "night-watch", **{"id": ticket} | how)
    assert shop.show(ticket)["version"] == before


def test_a_light_agent_works_by_mail_in_private_only(shop: Shop, ticket: int) -> None:
    assert typed(shop, "ticket", "note", ticket, "Seen at night.", actor="night-watch").code == 0
    watch = person(shop, "watch@shop.example")
    [refused] = send(shop, watch, watch.mail(f"About [#{ticket}]", "#status solved\n#field carrier UPS\n#public\nHi"))
    assert refused.recipients == ("watch@shop.example",)
    assert "may read and comment only" in refused.text and "may not edit" in refused.text
    assert send(shop, watch, watch.mail(f"About [#{ticket}]", "The gate was open.")) == []
    assert comments(shop, ticket)[-1][1:] == (False, "The gate was open.")
    assert shop.show(ticket)["status"] != "solved"


def test_an_outsider_is_asked_and_answers_aside(shop: Shop, ticket: int) -> None:
    side, letter = aside(shop, ticket, "Carrier@Freight.example")
    assert letter.recipients == ("carrier@freight.example",)
    assert letter.mail["Subject"] == "Two pallets" and letter.mail["Auto-Submitted"] is None
    for secret in ("Mia", "Blue Harbor", "blueharbor", "PO-6", "335.00", "agent@shop.example"):
        assert secret not in letter.raw.decode()
    known, public = comments(shop, ticket), len(shop.relay.letters)
    carrier = person(shop, "carrier@freight.example", AWAY)
    [told] = send(shop, carrier, carrier.answer(letter, "Friday at ten."))
    assert told.recipients == ("agent@shop.example",) and "Friday at ten." in told.text
    assert comments(shop, ticket) == known and len(shop.relay.letters) == public + 1
    agent = person(shop, "agent@shop.example")
    [next_letter] = send(shop, agent, agent.answer(told, "Then Friday at ten."))
    assert next_letter.recipients == ("carrier@freight.example",) and "Then Friday at ten." in next_letter.text
    assert next_letter.mail["In-Reply-To"] is not None
    assert send(shop, agent, agent.answer(told, "#note\nThey are always late.")) == []
    assert [(mark, text) for _, mark, text in messages(shop, side)][:3] == [
        (None, "Can you collect on Friday?"),
        (None, "Friday at ten."),
        (None, "Then Friday at ten."),
    ]
    assert messages(shop, side)[3][1] == "agent.mail"
    [listed] = typed(shop, "aside", "list", "--ticket", ticket, "--json").rows
    assert (listed["id"], listed["messages"], listed["state"]) == (side, 4, "open")
    assert "Friday at ten." in typed(shop, "aside", "show", side).out
    assert "Side conversations" in typed(shop, "ticket", "show", ticket).out
    shop.answer(ticket, "Any news?")
    shop.do("reply", ticket, text="It leaves on Friday.")
    ids = {str(n.mail["Message-ID"]) for n in (letter, told, next_letter)}
    public_letter = shop.relay.newest("mia@blueharbor.example")
    assert not ids & set(str(public_letter.mail["References"]).split())


def test_a_closed_side_conversation_is_opened_again_by_an_answer(shop: Shop, ticket: int) -> None:
    side, letter = aside(shop, ticket, "carrier@freight.example")
    assert typed(shop, "aside", "close", side).code == 0
    assert typed(shop, "aside", "close", side).code == 65
    assert typed(shop, "aside", "list", "--ticket", ticket, "--json").rows == []
    shop.do("move", ticket, status="solved")
    carrier = person(shop, "carrier@freight.example")
    # Without the reply address: the Message-ID leads there too.
    answer = carrier.mail("Re: Two pallets", "One more thing.", In_Reply_To=str(letter.mail["Message-ID"]))
    assert [n.recipients for n in send(shop, carrier, answer)] == [("agent@shop.example",)]
    assert shop.show(ticket)["status"] == "solved"
    assert typed(shop, "aside", "list", "--ticket", ticket, "--json").rows[0]["state"] == "open"


def test_t22_whoever_holds_a_stolen_side_token_reads_and_changes_nothing(shop: Shop, ticket: int) -> None:
    side, letter = aside(shop, ticket, "carrier@freight.example")
    before = {key: shop.show(ticket)[key] for key in ("status", "fields", "tags", "comments", "orders")}
    text = ORDER.replace("PO-70231", "PO-90001") + "\n#status solved\nPlease cancel the order."
    thief = person(shop, "mallory@evil.example", AWAY)
    assert send(shop, thief, thief.answer(letter, text)) == []
    assert send(shop, shop.customer, shop.customer.answer(letter, "I should not have this.")) == []
    forged = person(shop, "agent@shop.example", AWAY)
    assert send(shop, forged, forged.answer(letter, "#status solved\nSend it to me.")) == []
    after = shop.show(ticket)
    assert {key: after[key] for key in before} == before
    assert after["needs_review"] and len(after["review_reasons"]) >= 3
    marks = [mark for _, mark, _ in messages(shop, side)]
    assert marks == [None, "thread.foreign_sender", "thread.foreign_sender", "thread.forged_sender"]
    token = str(letter.mail["Reply-To"]).partition("+")[2].partition("@")[0]
    for wrong in (token.replace("s", "t", 1), token[:-1] + ("a" if token[-1] != "a" else "b")):
        message = thief.mail("Hello", "Let me in.", to=f"orders+{wrong}@shop.example")
        send(shop, thief, message)
    assert len(messages(shop, side)) == 4 and shop.show(ticket)["comments"] == before["comments"]


def test_two_programs_that_answer_each_other_aside_come_to_rest(shop: Shop, ticket: int) -> None:
    side, letter = aside(shop, ticket, "carrier@freight.example")
    robot = person(shop, "carrier@freight.example")
    away = robot.answer(letter, "I am on holiday.")
    away["Auto-Submitted"] = "auto-replied"
    assert send(shop, robot, away) == []
    assert messages(shop, side)[-1][1] == "auto.reply"
    # Neither says what it is: each letter of ours is answered at once, on both sides.
    agent, told, sent = person(shop, "agent@shop.example"), None, 0
    [told] = send(shop, robot, robot.answer(letter, "Got it."))
    for _ in range(40):
        outward = send(shop, agent, agent.answer(told, "Got it, too."))
        if not outward:
            break
        sent += 1
        [told] = send(shop, robot, robot.answer(outward[0], "Got it."))
    assert sent == 20
    assert messages(shop, side)[-1][1] == "loop.suspected"
    assert "loop.suspected" in " ".join(shop.show(ticket)["review_reasons"])


def test_a_letter_aside_that_comes_back_is_told_there(shop: Shop, ticket: int) -> None:
    side, letter = aside(shop, ticket, "gone@freight.example")
    known = comments(shop, ticket)
    report = (
        f"From: mailer-daemon@freight.example\r\nTo: {letter.sender}\r\nSubject: Undelivered Mail\r\n"
        f"Message-ID: <bounce-{side}@freight.example>\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nNo such user.\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.freight.example\r\n\r\n"
        "Final-Recipient: rfc822; gone@freight.example\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n--b--\r\n"
    )
    person(shop, "").send_raw(report.encode(), letter.sender, "")
    shop.daemon.quiet()
    assert messages(shop, side)[-1][1] == "bounce"
    assert comments(shop, ticket) == known
    assert "came back from gone@freight.example" in " ".join(shop.show(ticket)["review_reasons"])


def test_who_is_no_outsider_is_not_asked_aside(shop: Shop, ticket: int) -> None:
    for to, why in (
        ("mia@blueharbor.example", "customer's side"),
        ("lead@shop.example", "is a colleague"),
        ("orders@shop.example", "address of this desk"),
        ("nonsense", "no mail address"),
    ):
        refused = typed(shop, "ticket", "aside", ticket, "--to", to, "--subject", "x", "y")
        assert refused.code in (64, 65) and why in refused.err
    assert typed(shop, "aside", "list", "--ticket", ticket, "--all", "--json").rows == []


def test_no_door_solves_an_order_while_a_blocking_task_is_open(shop: Shop, ticket: int) -> None:
    shop.fill(ticket, carrier="UPS", tracking_number="1Z", so_number="1", ship_date="2026-11-30")
    shop.do("set", ticket, changes=[["tags", "+papers"]])
    [task] = shop.show(ticket)["tasks"]
    assert (task["blocks"], task["priority"], task["title"]) == (True, "high", "Get the export papers")
    why = f"solved waits for task {task['id']} (Get the export papers)"
    assert why in shop.refused("move", ticket, status="solved")
    assert why in shop.refused("set", ticket, changes=[["status", "solved"]])
    assert "waits for task" in shop.refused("move", ticket, status="closed")
    shop.do("set", ticket, changes=[["tags", "+order_processed"]])
    assert why in shop.refused("macro", ticket, macro="shipped")
    assert "solved" not in shop.show(ticket)["next_steps"]["legal"]
    agent = person(shop, "agent@shop.example")
    [letter] = send(shop, agent, agent.mail(f"About [#{ticket}]", "#status solved"))
    assert why in " ".join(letter.text.split())
    shop.do("set", ticket, changes=[["tags", "+solve_now"]])
    assert "refused" in [step["what"] for step in shop.steps(ticket, "Solve it outside of every matrix")]
    assert shop.show(ticket)["status"] not in ("solved", "closed")
    assert typed(shop, "task", "done", task["id"]).code == 0
    shop.do("move", ticket, status="solved")
    late = typed(shop, "task", "add", ticket, "Too late", "--to", "lead", "--blocks")
    assert late.code == 65 and "solved already" in late.err


def test_what_was_learned_is_found_and_published_without_a_name(shop: Shop, ticket: int) -> None:
    said = "The valve leaks because the seal sits the wrong way. Mia turned it round."
    assert typed(shop, "ticket", "resolve", ticket, said).code == 0
    [hit] = typed(shop, "search", "seal", "Valve", "--json").rows
    assert (hit["ticket"], hit["where"]) == (ticket, "resolution") and "«valve»" in hit["text"]
    refused = typed(shop, "article", "publish", ticket, "--folder", "kb", "--title", "A leaking valve")
    assert refused.code == 65 and "Mia" in refused.err
    assert not (shop.daemon.folder / "kb").exists()
    typed(shop, "ticket", "resolve", ticket, "The valve leaks because the seal sits the wrong way. Turn it round.")
    assert typed(shop, "search", "Mia", "turned", "round", "--json").rows == []
    assert typed(shop, "article", "publish", ticket, "--folder", "kb", "--title", "A leaking valve").code == 0
    file = shop.daemon.folder / "kb" / f"a-leaking-valve-{ticket}.md"
    assert file.read_text().startswith("# A leaking valve\n") and "Turn it round." in file.read_text()
    assert [row["title"] for row in typed(shop, "article", "list", "--json").rows] == ["A leaking valve"]
    typed(shop, "article", "publish", ticket, "--folder", "kb", "--title", "Valve leaks")
    assert [path.name for path in file.parent.iterdir()] == [f"valve-leaks-{ticket}.md"]
    assert typed(shop, "article", "withdraw", ticket, "--folder", "kb").code == 0
    assert list(file.parent.iterdir()) == [] and typed(shop, "article", "list", "--json").rows == []
    assert "Turn it round" in typed(shop, "ticket", "show", ticket).out


def test_words_are_found_in_orders_comments_and_subjects_best_first(shop: Shop, ticket: int) -> None:
    shop.do("note", ticket, text="Die Größe der Dichtung stimmt nicht.")
    assert [row["ticket"] for row in typed(shop, "search", "grosse", "dichtung", "--json").rows] in ([ticket], [])
    assert [row["ticket"] for row in typed(shop, "search", "größe", "dicht*", "--json").rows] == [ticket]
    number = shop.show(ticket)["fields"]["po_number"]
    assert typed(shop, "search", number, "--json").rows[0]["ticket"] == ticket
    assert ticket in [row["ticket"] for row in typed(shop, "search", "BH-2040", "dichtung", "--json").rows]
    for hostile in ('"', "' OR 1=1 --", "NEAR(", "a AND", "*", "(((", "-", "\\", "text:x", "é" * 3000):
        assert typed(shop, "search", "--json", "--", hostile).code == 0


def test_a_colleague_of_another_group_finds_what_lists_show_them(shop: Shop, ticket: int) -> None:
    shop.do("note", ticket, text="Zanzibar")
    [found] = typed(shop, "search", "zanzibar", "--json").rows
    assert typed(shop, "search", "zanzibar", "--json", actor="helper").rows == [found]
    listed = {row["id"] for row in typed(shop, "ticket", "list", "--json", actor="helper").rows}
    assert found["ticket"] in listed


def test_a_customer_is_written_to_in_their_language(shop: Shop) -> None:
    number = "PO-44001"
    text = ORDER.replace("PO-70231", number).replace(
        "Hello,\n\nplease supply the following.",
        "Bonjour,\n\nveuillez trouver notre commande pour les articles suivants. Merci pour votre livraison.",
    )
    before = len(shop.relay.letters)
    shop.customer.order(f"Commande {number}", text)
    [letter] = [n for n in since(shop, before) if n.recipients == ("mia@blueharbor.example",)]
    assert "Merci pour votre commande" in letter.text and letter.mail["Subject"].startswith("Votre commande")
    typed(shop, "organization", "set", "Rio Claro", "domains=rioclaro.example", "language=es", actor="lead")
    ana = person(shop, "ana@rioclaro.example")
    assert str(first_letter(shop, ana, "PO-44002").mail["Subject"]).startswith("Hemos recibido su pedido")
    typed(shop, "person", "set", "ana@rioclaro.example", "language=de-AT", actor="lead")
    assert str(first_letter(shop, ana, "PO-44003").mail["Subject"]).startswith("Ihre Bestellung ist eingegangen")
    assert typed(shop, "person", "set", "ana@rioclaro.example", "language=../../x", actor="lead").code == 65
    typed(shop, "person", "set", "ana@rioclaro.example", "language=", actor="lead")
    assert "Hemos recibido" in str(first_letter(shop, ana, "PO-44004").mail["Subject"])


def first_letter(shop: Shop, customer: Customer, number: str) -> Received:
    before = len(shop.relay.letters)
    customer.order(f"Order {number}", ORDER.replace("PO-70231", number))
    return next(letter for letter in since(shop, before) if letter.recipients == (customer.address,))


def test_reminders_come_with_the_tasks_priority(shop: Shop, ticket: int) -> None:
    given = typed(
        shop, "task", "add", ticket, "Call the customs", "--to", "lead", "--due", "2h", "--priority", "urgent"
    )
    assert given.code == 0
    assert typed(shop, "task", "add", ticket, "x", "--priority", "soon").code == 64
    before = len(shop.relay.letters)
    shop.wait(timedelta(hours=2))
    assert [n.recipients for n in since(shop, before) if "Reminder: Call the customs" in n.text] == [
        ("lead@shop.example",)
    ]
