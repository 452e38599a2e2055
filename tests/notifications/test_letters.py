"""The letters themselves: each says what the workflow promises, in text and in HTML."""

import dataclasses
import html
import re
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from maild.domain.people import Person
from notifications.placeholders import Words, context
from notifications.render import Rendered, Templates
from tests.notifications.builders import LABELS, SITE, order, ticket

TEMPLATES = Templates.load()
LINK = "https://desk.example/o/7"
AGENT = Person(9, "Robin Desk", "robin@harbour.example")
WORDS = Words(
    text="Which colour shall the rope have?", reason="open for 24 hours", occasion="a task", expected_by="2026-11-04"
)
CUSTOMER = [
    "order_received",
    "order_received_plain",
    "need_more_info",
    "reminder",
    "order_processed",
    "order_shipped",
    "order_revised",
    "problem_notice",
    "summed_up",
]
NOTICES = ["notify_approver", "notify_agent", "notify_lead", "escalation"]
STAFF = [*NOTICES, "command_refused", "mentioned", "mention_unknown", "side_answered"]
OUTSIDERS = ["side_message"]


def write(name: str, link: str | None = LINK, language: str = "", words: Words = WORDS, **changes: object) -> Rendered:
    automatic = name != "reply"
    values = context(ticket(**changes), SITE, AGENT, LABELS, link, words=words, automatic=automatic)
    letter = TEMPLATES.render(name, values, language)
    assert isinstance(letter, Rendered), letter
    return letter


def words(page: str) -> str:
    body = page.partition("<body")[2].partition(">")[2]
    return " ".join(re.sub(r"<[^>]*>", " ", body).split())


def test_all_letters_of_the_workflow_are_there() -> None:
    assert {*CUSTOMER, *STAFF, *OUTSIDERS, "reply"} == TEMPLATES.names


@pytest.mark.parametrize("name", [*CUSTOMER, *STAFF, *OUTSIDERS, "reply"])
def test_every_letter_has_a_subject_a_text_and_an_html_body(name: str) -> None:
    letter = write(name)
    assert 10 < len(letter.subject) < 120
    assert letter.html.startswith("<!DOCTYPE html>") and letter.html.rstrip().endswith("</html>")
    for part in (letter.subject, letter.text, letter.html):
        assert "{{" not in part and "{%" not in part and "None" not in part
    assert "\n\n\n" not in letter.text
    assert all(line == line.rstrip() for line in letter.text.splitlines())


@pytest.mark.parametrize("name", [*CUSTOMER, *STAFF])
def test_the_link_stands_there_only_when_the_web_is_on(name: str) -> None:
    assert LINK in write(name).text and f'href="{LINK}"' in write(name).html
    off = write(name, link=None)
    assert "http" not in off.text and "href" not in off.html and "online" not in off.text


@pytest.mark.parametrize("language", ["", "de"])
def test_order_received_says_what_we_understood_and_what_happens_next(language: str) -> None:
    letter = write("order_received", language=language)
    assert "HT-7781" in letter.subject
    for part in (letter.text, words(letter.html)):
        for said in ("ROPE-12", "Rope 12 mm", "12 m", "SHK-3", "Nordlicht, Kai 4, 24103 Kiel, DE", "2", "Ada"):
            assert said in part
    if language == "de":
        assert "1.234,50 EUR" in letter.text and "2 Werktagen, bis zum 04.11.2026" in letter.text
        assert "Antworten Sie einfach auf diese Mail" in letter.text and 'lang="de"' in letter.html
    else:
        assert "1,234.50 EUR" in letter.text and "within 2 business days, by 4 November 2026" in letter.text
        assert "confirmation" in letter.text and "tracking number" in letter.text
        assert "reply to this mail to change it" in letter.text and "reply to this mail to change it" in letter.html


@pytest.mark.parametrize("language", ["", "de"])
def test_order_received_without_an_order_makes_no_table(language: str) -> None:
    letter = write("order_received", language=language, orders=())
    assert "ROPE" not in letter.text and "<th" not in letter.html


def test_the_plain_receipt_shows_no_table_of_the_order() -> None:
    letter = write("order_received_plain")
    assert "ROPE" not in letter.text and "<th" not in letter.html
    assert "within 2 business days" in letter.text


def test_order_processed_has_all_the_article_lists() -> None:
    letter = write("order_processed")
    assert letter.subject == "Your order has been processed: PO# HT-7781, our order INVTW1042"
    for part in (letter.text, words(letter.html)):
        for said in (
            "HT-7781",
            "INVTW1042",
            "Nordlicht - Kiel",
            "12 x Rope",
            "3 x Shackle",
            "1,234.50 EUR",
            "Ground (Prepaid)",
        ):
            assert said in part


@pytest.mark.parametrize(
    "empty", ["po_number", "so_number", "ship_to", "order_details", "total_cost", "ship_method", "freight_charge_to"]
)
def test_order_processed_needs_each_of_them(empty: str) -> None:
    fields = tuple((k, v) for k, v in ticket().fields if k != empty)
    answer = TEMPLATES.render("order_processed", context(ticket(fields=fields), SITE, labels=LABELS))
    assert not isinstance(answer, Rendered) and answer.code == "template.empty"


def test_order_shipped_has_the_tracking_number() -> None:
    letter = write("order_shipped")
    for part in (letter.text, words(letter.html)):
        assert "PX-99812" in part and "Paketdienst" in part and "5 November 2026" in part


def test_order_shipped_without_tracking_is_not_sent() -> None:
    fields = tuple((k, v) for k, v in ticket().fields if k != "tracking_number")
    answer = TEMPLATES.render("order_shipped", context(ticket(fields=fields), SITE, labels=LABELS))
    assert not isinstance(answer, Rendered) and answer.code == "template.empty"


@pytest.mark.parametrize("name", ["need_more_info", "reminder", "problem_notice", "reply", *STAFF])
def test_the_words_given_to_a_letter_stand_in_it(name: str) -> None:
    letter = write(name)
    assert "Which colour shall the rope have?" in letter.text
    assert "Which colour shall the rope have?" in letter.html


def test_need_more_info_names_the_empty_fields_where_nobody_wrote_a_question() -> None:
    letter = write("need_more_info", words=Words(), fields=(("po_number", "HT-1"),))
    assert "- ship to" in letter.text and "- order details" in letter.text and "- po number" not in letter.text
    assert "<li>ship to</li>" in letter.html


def test_need_more_info_with_nothing_missing_asks_for_what_is_open() -> None:
    letter = write("need_more_info", words=Words())
    assert "anything that is still open" in letter.text and "<li>anything that is still open" in letter.html


@pytest.mark.parametrize("name", [*CUSTOMER, "reply"])
@pytest.mark.parametrize("language", ["", "de"])
def test_our_own_reasons_stay_in_the_house(name: str, language: str) -> None:
    letter = write(name, language=language, words=Words("A question.", "DMARC fails for nordlicht.example"))
    assert "DMARC" not in letter.text and "DMARC" not in letter.html


@pytest.mark.parametrize("name", CUSTOMER)
def test_an_automatic_letter_is_signed_by_the_desk_a_persons_by_the_person(name: str) -> None:
    assert "Robin" not in write(name).text and "Robin" not in write(name).html
    own = TEMPLATES.render(name, context(ticket(), SITE, AGENT, LABELS, words=WORDS, automatic=False))
    assert isinstance(own, Rendered) and "Robin Desk\nHarbour Tools" in own.text and "Robin Desk<br>" in own.html


def test_a_desk_without_a_name_signs_with_its_domain() -> None:
    nameless = dataclasses.replace(SITE, name="")
    letter = TEMPLATES.render("order_received", context(ticket(), nameless, labels=LABELS))
    assert isinstance(letter, Rendered) and "Kind regards\nharbour.example\n" in letter.text


@pytest.mark.parametrize("name", NOTICES)
def test_a_notice_to_colleagues_tells_which_order_and_why(name: str) -> None:
    letter = write(name)
    for said in ("Nordlicht GmbH", "HT-7781", "Ada Nordlicht", "open for 24 hours", "1,234.50 EUR"):
        assert said in letter.text and said in words(letter.html)


def test_a_reply_is_the_agents_words_and_name() -> None:
    letter = write("reply", words=Words(text="Dear Ada,\n\nred is sold out.\nBlue?"))
    assert letter.subject == "Re: Our order HT-7781"
    assert letter.text.startswith("Dear Ada,\n\nred is sold out.\nBlue?\n\nRobin Desk\nHarbour Tools\n")
    assert "red is sold out.<br>" in letter.html


def test_a_requester_without_a_name_is_greeted_all_the_same() -> None:
    letter = write("order_received", requester=Person(3, "", "ada@nordlicht.example"), orders=(order(),))
    assert letter.text.startswith("Hello,\n")


def test_a_refusal_tells_the_reasons_and_how_to_write_it() -> None:
    letter = write("command_refused", words=Words(text="- no status 'finished'\n\nYou wrote:\n\n> #status finished"))
    assert "Nothing of your mail about order 7 was done" in letter.text
    assert "\n- no status 'finished'\n\nYou wrote:\n\n> #status finished\n" in letter.text
    assert "goes to the customer; begin" not in letter.text
    assert "- no status &#39;finished&#39;<br>" in letter.html


SPOKEN = {
    "fr": {
        "order_received": ("bien reçue", "1\u202f234,50 EUR", "au plus tard le 4 novembre 2026"),
        "order_received_plain": ("bien arrivé", "au plus tard le 4 novembre 2026"),
        "order_processed": ("est traitée", "Adresse de livraison"),
        "order_shipped": ("est en route", "Numéro de suivi"),
    },
    "es": {
        "order_received": ("Lo hemos recibido", "1.234,50 EUR", "antes del 4 de noviembre de 2026"),
        "order_received_plain": ("Ha llegado", "antes del 4 de noviembre de 2026"),
        "order_processed": ("está tramitado", "Dirección de entrega"),
        "order_shipped": ("está en camino", "Número de seguimiento"),
    },
    "de": {
        "order_received": ("haben sie erhalten", "1.234,50 EUR", "bis zum 04.11.2026"),
        "order_received_plain": ("eingegangen", "bis zum 04.11.2026"),
        "order_processed": ("wurde bearbeitet", "Lieferadresse"),
        "order_shipped": ("ist unterwegs", "Sendungsnummer"),
    },
}


@pytest.mark.parametrize(("language", "name"), [(lang, name) for lang, names in SPOKEN.items() for name in names])
def test_received_in_progress_and_shipped_are_there_in_german_french_and_spanish(language: str, name: str) -> None:
    letter = write(name, language=language)
    for part in (" ".join(letter.text.split()), words(letter.html)):
        for said in SPOKEN[language][name]:
            assert " ".join(said.split()) in part
    assert f'lang="{language}"' in letter.html
    assert "Hello" not in letter.text and "Kind regards" not in letter.text


def test_an_outsider_reads_the_words_and_nothing_of_the_order() -> None:
    letter = write("side_message")
    for part in (letter.text, letter.html):
        assert "Which colour shall the rope have?" in part
        for secret in ("HT-7781", "Ada", "Nordlicht", LINK, "ROPE-12", "1,234.50"):
            assert secret not in part


@pytest.mark.parametrize("language", ["", "de", "fr", "es"])
def test_the_shipped_letter_asks_how_content_somebody_is_where_a_page_answers(language: str) -> None:
    link = "https://desk.example/rate/r7-p1-token"
    values = context(ticket(), SITE, None, LABELS, None, words=WORDS, rating_link=link)
    letter = TEMPLATES.render("order_shipped", values, language)
    assert isinstance(letter, Rendered)
    assert link in letter.text and f'href="{link}"' in letter.html
    assert "/rate/" not in write("order_shipped", language=language).text


@pytest.mark.parametrize("name", ["notify_agent", "notify_lead"])
def test_a_notice_says_what_it_was_sent_for_and_claims_nothing_else(name: str) -> None:
    letter = write(name, words=Words(text="this one is yours now", occasion='the rule "Tell whoever got it"'))
    for part in (letter.text, words(html.unescape(letter.html))):
        assert 'because of: the rule "Tell whoever got it"' in part and "this one is yours now" in part
        assert "promised" not in part and "reminded" not in part and "To be looked at" not in part
    assert "because of" not in write(name, words=Words(text="a task")).text


@pytest.mark.parametrize("name", ["notify_agent", "notify_lead"])
def test_a_letter_of_a_task_says_until_when_and_which_rule_gave_it(name: str) -> None:
    due = datetime(2026, 11, 25, 16, 30, tzinfo=UTC)
    letter = write(name, words=Words(text="Call them", occasion='the rule "Call back"', due=due))
    for part in (letter.text, words(html.unescape(letter.html))):
        assert 'because of: the rule "Call back"' in part and "a rule says so" not in part
        assert f"Due: {due.astimezone(ZoneInfo(SITE.timezone)):%Y-%m-%d %H:%M} ({SITE.timezone})" in part
    assert "Due" not in write(name, words=Words(text="Call them")).text


def test_a_refusal_about_an_order_that_its_reader_does_not_see_tells_its_number_and_nothing_else() -> None:
    letters = {
        seen: TEMPLATES.render("command_refused", context(ticket(), SITE, seen=seen), "") for seen in (True, False)
    }
    for seen, letter in letters.items():
        assert isinstance(letter, Rendered)
        for part in (letter.text, words(letter.html)):
            assert "stands there as a private note" in part and "as it was" not in part
            for told in ("Requested", "Requester", "(open)", "answer this letter"):
                assert seen or told not in part, told
            assert not seen or "Requester" in part


@pytest.mark.parametrize(
    ("language", "rows"),
    [
        ("", ("Subtotal: 1,234.50 EUR", "Tax: 246.90 EUR", "Total: 1,481.40 EUR")),
        ("de", ("Zwischensumme: 1.234,50 EUR", "Steuer: 246,90 EUR", "Gesamtbetrag: 1.481,40 EUR")),
        ("es", ("Subtotal: 1.234,50 EUR", "Impuestos: 246,90 EUR", "Total: 1.481,40 EUR")),
        (
            "fr",
            (
                "Sous-total: 1\N{NARROW NO-BREAK SPACE}234,50 EUR",
                "Taxes: 246,90 EUR",
                "Total: 1\N{NARROW NO-BREAK SPACE}481,40 EUR",
            ),
        ),
    ],
)
def test_the_lines_and_the_total_are_told_with_what_is_between_them(language: str, rows: tuple[str, ...]) -> None:
    taxed = order(subtotal="1234.50", tax="246.90", total="1481.40")
    letter = write("order_received", language=language, orders=(taxed,))
    assert [line.strip() for line in letter.text.splitlines() if line.strip().endswith("0 EUR")] == list(rows)
    cells = [said for row in rows for said in row.split(": ")]
    places = [letter.html.index(f">{said}</td>") for said in cells]
    assert places == sorted(places)
    assert "Steuer" not in write("order_received", language=language).text


def test_words_of_an_own_letter_that_name_no_subtotal_still_fit(tmp_path: Path) -> None:
    (tmp_path / "own").mkdir()
    body = (
        '{% from "_shared/order.txt" import lines %}{{ lines(order, ("om", "Totaal", "meer", "gezien", "per"), "nl") }}'
    )
    for name, text in (("subject.txt", "Order"), ("body.txt", body), ("body.html", "<p>Order</p>")):
        (tmp_path / "own" / name).write_text(text, encoding="utf-8")
    values = context(ticket(orders=(order(subtotal="30.00"),)), SITE)
    letter = Templates.load(tmp_path).render("own", values)
    assert isinstance(letter, Rendered), letter
    assert "Subtotal: 30.00 EUR" in letter.text
