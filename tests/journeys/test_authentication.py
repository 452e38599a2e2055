"""Who may speak for a customer: forged, borrowed and lookalike senders against the running desk."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key

from notifications.dkim import Signer, make_key, record
from tests.journeys.customer import ORDER, Customer
from tests.journeys.daemon import Daemon
from tests.journeys.relay import Relay
from tests.names import NameServer

AWAY = "127.0.0.2"  # a loopback address outside the trusted networks
BELIEVED = ("[smtp]", '[smtp]\ntrusted_authserv_ids = ["mx.shop.example"]')
LISTED = 'domains = ["blueharbor.example"]'
TRUSTED = (LISTED, f"{LISTED}\ntrust_unauthenticated = true")
OPERATOR = "lead"


def raw_of(message: EmailMessage, *above: str) -> bytes:
    """The mail as bytes, with fields put on top of it as servers do."""
    raw: bytes = message.as_bytes(policy=message.policy.clone(linesep="\r\n"))
    return "".join(f"{field}\r\n" for field in above).encode() + raw


def numbered(number: int) -> str:
    return ORDER.replace("PO-70231", f"PO-{number}")


def ends(daemon: Daemon) -> list[tuple[str, str]]:
    return [(letter["phase"], letter["code"]) for letter in daemon.letters()]


def reasons(daemon: Daemon, ticket: int) -> str:
    return "; ".join(daemon.ticket(ticket)["review_reasons"])


RESULTS = "Authentication-Results: mx.shop.example;"
FAILURES = [
    f"{RESULTS} dmarc=fail (p=reject) header.from=blueharbor.example",
    f"{RESULTS} spf=fail smtp.mailfrom=mia@blueharbor.example; dkim=none",
    f"{RESULTS} dkim=fail header.d=blueharbor.example",
]


@pytest.mark.parametrize("policy", [False, True], ids=["default", "trusted without proof"])
def test_a01_a_customer_whom_our_mail_server_disproved(
    start: Callable[..., Daemon], relay: Relay, policy: bool
) -> None:
    daemon = start(BELIEVED, *([TRUSTED] if policy else []))
    mia = Customer(daemon, "Mia Okafor", "mia@blueharbor.example")
    for number, failure in enumerate(FAILURES):
        order = mia.mail("Purchase order", numbered(50000 + number))
        mia.send_raw(raw_of(order, failure, "Received: from x by mx.shop.example"), "orders@shop.example")
    daemon.quiet()
    tickets = daemon.tickets("review:yes")
    assert len(tickets) == len(FAILURES)
    assert all("(auth.failed)" in reasons(daemon, ticket["id"]) for ticket in tickets)
    assert ends(daemon) == [("held", "auth.failed")] * len(FAILURES)
    assert relay.letters == []


def test_a02_results_that_the_sender_brought_along_count_for_nothing(
    start: Callable[..., Daemon], relay: Relay
) -> None:
    daemon = start(BELIEVED)
    passing = f"{RESULTS} dmarc=pass header.from=blueharbor.example"
    foreign = "Authentication-Results: mx.evil.example; dmarc=pass header.from=blueharbor.example"
    received = "Received: from x by mx.shop.example"
    near = Customer(daemon, "Mia Okafor", "mia@blueharbor.example")
    away = Customer(daemon, "Mia Okafor", "mia@blueharbor.example", source=AWAY)
    cases = [(away, [passing]), (near, [received, foreign]), (near, [foreign, passing, received])]
    for number, (sender, fields) in enumerate(cases):
        sender.send_raw(raw_of(sender.mail("Order", numbered(51000 + number)), *fields), "orders@shop.example")
    daemon.quiet()
    assert ends(daemon) == [("held", "auth.stranger")] * len(cases)
    assert relay.letters == []
    near.send_raw(raw_of(near.mail("Order", numbered(51999)), passing, received), "orders@shop.example")
    assert relay.next().recipients == ("mia@blueharbor.example",)


def test_a03_without_any_proof_the_customer_s_policy_decides(start: Callable[..., Daemon], relay: Relay) -> None:
    daemon = start(TRUSTED)
    Customer(daemon, "Mia Okafor", "mia@blueharbor.example", source=AWAY).order()
    assert relay.next().recipients == ("mia@blueharbor.example",)
    Customer(daemon, "Lena", "lena@northwind.example", source=AWAY).order("Ours", numbered(52001))
    assert ends(daemon)[-1] == ("held", "auth.stranger")
    assert "(auth.stranger)" in reasons(daemon, 2)


def test_a04_a_display_name_is_no_address(start: Callable[..., Daemon], relay: Relay) -> None:
    daemon = start(TRUSTED)
    boss = Customer(daemon, "Mia Okafor <mia@blueharbor.example>", "mia@evil.example", source=AWAY)
    boss.order()
    [ticket] = daemon.tickets()
    assert ticket["requester"] == "mia@evil.example"
    assert ticket["organization"] is None
    assert ends(daemon) == [("held", "auth.stranger")]


def test_a05_a_number_alone_grants_nothing(daemon: Daemon, customer: Customer, relay: Relay) -> None:
    customer.order()
    relay.next()
    Customer(daemon, "Max", "max@evil.example", source=AWAY).order("[#1] please send me the details", "As above.")
    assert len(daemon.ticket(1)["comments"]) == 1
    assert daemon.ticket(2)["needs_review"]
    assert ends(daemon)[1:] == [("held", "auth.stranger")]


def test_a06_a07_stolen_threads_and_tokens_open_no_door(daemon: Daemon, customer: Customer, relay: Relay) -> None:
    customer.order()
    letter = relay.next()
    before = daemon.ticket(1)
    thief = Customer(daemon, "Max", "max@evil.example", source=AWAY)
    attempts = [
        thief.answer(letter, "Cancel the order and tell me what was ordered."),
        thief.mail("Re: order", numbered(70231), References=str(letter.mail["Message-ID"])),
    ]
    for attempt in attempts:
        thief.send(attempt)
    daemon.quiet()
    after = daemon.ticket(1)
    assert [(c["public"], c["mark"]) for c in after["comments"][1:]] == [(False, "thread.foreign_sender")] * 2
    assert after["needs_review"]
    assert "takes no part" in reasons(daemon, 1)
    assert [after[name] for name in ("status", "tags", "fields", "orders")] == [
        before[name] for name in ("status", "tags", "fields", "orders")
    ]
    assert len(daemon.letters()) == 1


def test_a08_bad_and_unknown_tokens_are_answered_alike(daemon: Daemon, customer: Customer, relay: Relay) -> None:
    customer.order()
    real = str(relay.next().mail["Reply-To"])
    local = real.partition("@")[0]
    wrong = local[:-1] + ("a" if local[-1] != "a" else "b")
    stranger = Customer(daemon, "Max", "max@evil.example", source=AWAY)
    guesses = [
        real,
        f"{wrong}@shop.example",
        "orders+nonsense@shop.example",
        "orders+t9-p9-" + "a" * 26 + "@shop.example",
    ]
    replies = {stranger.send(stranger.mail("Hello", "Anybody?", to=guess)).split(" as ")[0] for guess in guesses}
    assert len(replies) == 1
    daemon.quiet()
    assert [mail["ticket_id"] == 1 for mail in reversed(daemon.ask("mail.list", limit=4))] == [
        True,
        False,
        False,
        False,
    ]


def test_a09_a10_being_copied_makes_nobody_take_part(daemon: Daemon, customer: Customer, relay: Relay) -> None:
    order = customer.mail("Purchase order", Cc="max@evil.example, Ada <ada@blueharbor.example>")
    customer.send(order)
    letter = relay.next()
    assert letter.recipients == ("mia@blueharbor.example",)
    answer = customer.answer(letter, "When will it come?")
    answer["Cc"] = "max@evil.example, eve@evil.example"
    customer.send(answer)
    daemon.quiet()
    notes = [c for c in daemon.ticket(1)["comments"] if c["mark"] == "thread.copied"]
    assert [note["text"].splitlines()[-1] for note in notes] == [
        "max@evil.example ada@blueharbor.example",
        "eve@evil.example",
    ]
    assert not any(note["public"] for note in notes)
    daemon.ask("ticket.reply", actor=OPERATOR, id=1, text="Tomorrow.")
    reply = relay.next()
    assert reply.recipients == ("mia@blueharbor.example",)
    assert b"evil.example" not in reply.raw
    assert b"When will it come" not in reply.raw


SPELLINGS = [
    ("mia@blueharbor.example", True),
    ("MIA@BlueHarbor.Example", True),
    ("mia+po@blueharbor.example", True),
    ("anybody@blueharbor.example", True),
    ("mia@blueharbor.example.", False),
    ("mia@mail.blueharbor.example", False),
    ("mia@blueharbor.example.evil.example", False),
    ("mia@xblueharbor.example", False),
    ("mia@blueharb0r.example", False),
    ("mia@blueharbоr.example", False),  # a Cyrillic o
    ("mia@xn--blueharbr-wqi.example", False),
    ('"mia@blueharbor.example"@evil.example', False),
    ("mia%blueharbor.example@evil.example", False),
    ("mia@evil.example,mia@blueharbor.example", False),
]


def test_a11_only_listed_domains_are_trusted_however_they_are_spelt(start: Callable[..., Daemon], relay: Relay) -> None:
    daemon = start(TRUSTED)
    sender = Customer(daemon, "Mia", "x@bounce.example", source=AWAY)
    for number, (address, _) in enumerate(SPELLINGS):
        order = sender.mail("Order", numbered(53000 + number))
        raw = raw_of(order).replace(b"Mia <x@bounce.example>", f"Mia <{address}>".encode())
        assert address.encode() in raw
        sender.send_raw(raw, "orders@shop.example")
    daemon.quiet()
    found = {row["po_number"]: row["id"] for row in daemon.tickets()}
    held = {letter["ticket_id"]: letter["phase"] for letter in daemon.letters()}
    trusted = [held.get(found[f"PO-{53000 + number}"]) == "sent" for number in range(len(SPELLINGS))]
    assert trusted == [expected for _, expected in SPELLINGS]


def test_a12_an_address_of_two_organizations_is_refused_and_an_exact_one_beats_a_domain(
    start: Callable[..., Daemon], relay: Relay
) -> None:
    both = '\n[[organization]]\nname = "Northwind"\naddresses = ["mia@blueharbor.example"]\n'
    daemon = start((LISTED, LISTED + both))
    Customer(daemon, "Mia Okafor", "mia@blueharbor.example").order()
    Customer(daemon, "Ada", "ada@blueharbor.example").order("Another", numbered(54001))
    names = {row["requester"]: row["organization"] for row in daemon.tickets()}
    assert names == {"mia@blueharbor.example": "Northwind", "ada@blueharbor.example": "Blue Harbor Supplies"}


SENSITIVE = {
    "Please cancel order 77.": "to cancel an order",
    "Please change the delivery address to 9 Dark Lane.": "for another delivery address",
    "Our bank account has changed, see below.": "for another bank account",
}


def test_a13_what_only_a_person_may_grant_is_never_automatic(daemon: Daemon, customer: Customer, relay: Relay) -> None:
    customer.order()
    letter = relay.next()
    before = daemon.ticket(1)
    changed = ORDER.replace("12 Quay Street", "9 Dark Lane").replace("Hello,", "Hello, the delivery address changed.")
    for text in (*SENSITIVE, changed):
        customer.send(customer.answer(letter, text))
    customer.send(customer.mail("Purchase order PO-70231", changed))
    daemon.quiet()
    after = daemon.ticket(1)
    assert after["needs_review"]
    for wish in SENSITIVE.values():
        assert f"the mail asks {wish} (intent.sensitive)" in reasons(daemon, 1)
    assert [after[name] for name in ("status", "fields", "orders")] == [
        before[name] for name in ("status", "fields", "orders")
    ]
    assert [letter.recipients for letter in relay.letters[1:]] == [("agent@shop.example",)], "a notice to the owner"
    customer.send(customer.mail("Cancel order 77", "Please do."))
    daemon.quiet()
    assert "(intent.sensitive)" in reasons(daemon, 2)


def test_a13_a_change_that_nothing_proves_changes_nothing(daemon: Daemon, customer: Customer, relay: Relay) -> None:
    customer.order()
    letter = relay.next()
    before = daemon.ticket(1)
    unproved = Customer(daemon, "Mia Okafor", "mia@blueharbor.example", source=AWAY)
    more = ORDER.replace("  20 ", " 999 ").replace("250.00", "12487.50").replace("335.00", "12572.50")
    unproved.send(unproved.answer(letter, more))
    unproved.send(unproved.mail("Purchase order PO-70231", more))
    daemon.quiet()
    after = daemon.ticket(1)
    assert [after[name] for name in ("fields", "orders")] == [before[name] for name in ("fields", "orders")]
    assert "nothing proves its sender" in reasons(daemon, 1)
    assert len(relay.letters) == 1


def test_a14_a_customer_who_names_anothers_order_gets_a_ticket_of_his_own(
    daemon: Daemon, customer: Customer, relay: Relay
) -> None:
    customer.order()
    relay.next()
    lena = Customer(daemon, "Lena", "lena@northwind.example")
    lena.order("Our PO-70231", "What is the state of PO-70231?\n")
    answer = relay.next()
    assert answer.recipients == ("lena@northwind.example",)
    assert not any(word in answer.raw for word in (b"Quay", b"BH-1001", b"335.00", b"Blue Harbor"))
    assert len(daemon.ticket(1)["comments"]) == 1


def test_a15_a_mail_bomb_with_two_hundred_forged_victims_sends_nothing(daemon: Daemon, relay: Relay) -> None:
    for number in range(200):
        forger = Customer(daemon, "Victim", f"victim{number}@victims{number % 40}.example", source=AWAY)
        forger.send(forger.mail("Order", numbered(60000 + number)))
    daemon.quiet()
    assert len(daemon.tickets("review:yes")) == 100  # the listing's own limit
    assert set(ends(daemon)) == {("held", "auth.stranger")}
    assert len(daemon.letters()) == 200
    assert relay.letters == []


def test_a16_the_envelope_alone_decides_whose_order_address_it_was(start: Callable[..., Daemon], relay: Relay) -> None:
    addresses = 'addresses = ["orders@shop.example"'
    daemon = start((addresses, f'{addresses}, "parts@shop.example"'))
    mia = Customer(daemon, "Mia Okafor", "mia@blueharbor.example")
    order = mia.mail("Order", to="parts@shop.example")
    mia.send_raw(raw_of(order), "orders@shop.example")
    daemon.quiet()
    assert daemon.ticket(1)["order_address"] == "orders@shop.example"


def test_a17_other_fields_that_name_a_sender_authorise_nobody(start: Callable[..., Daemon], relay: Relay) -> None:
    daemon = start(TRUSTED)
    max_ = Customer(daemon, "Max", "max@evil.example", source=AWAY)
    mia = "mia@blueharbor.example"
    order = max_.mail("Order", ORDER, Sender=mia, Resent_From=mia, X_Original_From=mia, Reply_To=mia)
    order["Return-Path"] = f"<{mia}>"
    max_.send(order, envelope_from=mia)
    daemon.quiet()
    assert daemon.ticket(1)["requester"]["address"] == "max@evil.example"
    assert ends(daemon) == [("held", "auth.stranger")]


def test_a18_a_token_outlives_neither_the_ticket_nor_half_a_year(
    daemon: Daemon, customer: Customer, relay: Relay
) -> None:
    customer.order()
    letter = relay.next()
    daemon.advance(timedelta(days=200))
    customer.send(customer.answer(letter, "Is it on its way?"))
    daemon.quiet()
    assert "nobody touched for" in reasons(daemon, 1)
    daemon.ask("ticket.move", actor=OPERATOR, id=1, status="solved")
    daemon.ask("ticket.move", actor=OPERATOR, id=1, status="closed")
    customer.send(customer.answer(letter, "And now?"))
    daemon.quiet()
    follow_up = daemon.ticket(2)
    assert not {"order_processed", "order_ready_to_process"} & set(follow_up["tags"])
    assert daemon.ticket(1)["status"] == "closed"


def test_a19_dangerous_attachments_are_kept_and_travel_no_further(
    daemon: Daemon, customer: Customer, relay: Relay
) -> None:
    order = customer.mail("Order", ORDER)
    for name in ("offer.exe", "invoice.docm", "page.html", "x.pdf.js"):
        order.add_attachment(b"MZ\x90harmful bytes", maintype="application", subtype="octet-stream", filename=name)
    customer.send(order)
    letter = relay.next()
    daemon.quiet()
    assert not any(word in letter.raw for word in (b"offer.exe", b"docm", b"harmful", b"TVqQ"))
    assert [part.get_content_type() for part in letter.mail.walk()] == [
        "multipart/alternative",
        "text/plain",
        "text/html",
    ]
    number = daemon.ticket(1)["mails"][0]["id"]
    assert daemon.ask("mail.show", id=number)[0]["size"] > 0


def test_a20_a_letter_repeats_no_words_and_links_of_the_mail(daemon: Daemon, customer: Customer, relay: Relay) -> None:
    bait = "Your account is locked! Sign in at https://evil.example/login or call +1 555 0100 NOW. "
    text = bait + "\n\n" + ORDER.replace("Brass ball valve DN15", "Valve https://evil.example/x <b>pay</b>" + "y" * 200)
    customer.send(customer.mail(bait, text))
    letter = relay.next()
    assert "locked" not in letter.text
    assert b"evil.example" not in letter.raw
    html = letter.mail.get_body(("html",))
    assert html is not None
    assert "evil.example" not in html.get_content()
    assert "<b>pay" not in html.get_content()
    assert "y" * 81 not in html.get_content() + letter.text


KEY = generate_private_key(65537, 1024)


@pytest.fixture
def names() -> Iterator[NameServer]:
    server = NameServer(
        {
            ("_dmarc.blueharbor.example", "TXT"): ("v=DMARC1; p=reject",),
            ("one._domainkey.blueharbor.example", "TXT"): (record(KEY),),
            ("blueharbor.example", "TXT"): ("v=spf1 ip4:192.0.2.1 -all",),
            ("_dmarc.silent.example", "TXT"): ("?",),
        }
    )
    yield server
    server.stop()


def checking(start: Callable[..., Daemon], names: NameServer, patience: str = "30s") -> Daemon:
    return start(
        ("[smtp]", "[smtp]\ncheck_authentication = true"),
        ("[relay]", f'[dns]\nservers = ["{names.address}"]\ntimeout = "{patience}"\n[relay]'),
    )


def test_a01_our_own_check_lets_the_signed_order_pass_and_holds_the_forged_one(
    start: Callable[..., Daemon], relay: Relay, names: NameServer
) -> None:
    daemon = checking(start, names)
    mia = Customer(daemon, "Mia Okafor", "mia@blueharbor.example", source=AWAY)
    signer = Signer("blueharbor.example", "one", KEY)
    mia.send_raw(
        signer.sign(raw_of(mia.mail("Order", ORDER)), datetime(2026, 11, 2, tzinfo=UTC)), "orders@shop.example"
    )
    assert relay.next().recipients == ("mia@blueharbor.example",)
    mia.send(mia.mail("Order", numbered(55001)))
    daemon.quiet()
    assert ends(daemon) == [("sent", "sent"), ("held", "auth.failed")]
    assert "DMARC fails for blueharbor.example" in reasons(daemon, 2)
    assert [line["verdict"] for line in daemon.told("mail.checked", 2)] == ["yes", "failed"]
    kept = [mail["checked"] for mail in reversed(daemon.ask("mail.list"))]
    assert [text.partition(":")[0] for text in kept] == ["yes", "failed"]
    assert "dkim=pass header.d=blueharbor.example" in kept[0]


def test_what_the_dns_leaves_open_neither_delays_the_250_nor_proves_anything(
    start: Callable[..., Daemon], relay: Relay, names: NameServer
) -> None:
    daemon = checking(start, names, "250ms")
    silent = Customer(daemon, "Sil", "sil@silent.example", source=AWAY)
    assert silent.send(silent.mail("Order", ORDER)).startswith("250")
    daemon.quiet()
    assert ends(daemon) == [("held", "auth.stranger")]
    assert [line["verdict"] for line in daemon.told("mail.checked")] == ["open"]


def test_our_letters_are_signed_when_they_are_written(
    start: Callable[..., Daemon], relay: Relay, desk_folder: Path
) -> None:
    key = make_key(desk_folder / "dkim.pem", 1024)
    daemon = start(("[relay]", '[dkim]\nkey_file = "dkim.pem"\nselector = "desk"\n[relay]'))
    Customer(daemon, "Mia Okafor", "mia@blueharbor.example").order()
    letter = relay.next()
    unsigned = letter.raw[letter.raw.index(b"\r\nDate: ") + 2 :]
    assert Signer("shop.example", "desk", key).sign(unsigned, daemon.now) == letter.raw
