"""The template engine: strict, sandboxed, bounded, and every refusal with its code."""

import dataclasses
import shutil
from pathlib import Path

import pytest
from jinja2 import DictLoader

from maild.domain.order import OrderLine
from maild.domain.people import Person
from maild.domain.problem import Problem
from notifications import render
from notifications.clean import clean
from notifications.placeholders import Comment, Words, context
from notifications.render import Refused, Rendered, Templates
from notifications.sandbox import MOST_OUTPUT
from tests.notifications.builders import LABELS, NOW, SITE, order, ticket

PACKAGED = Templates.load()


def write(folder: Path, body: str, subject: str = "Hello", html: str = "<p>hi</p>") -> Templates:
    (folder / "own").mkdir()
    for name, text in (("subject.txt", subject), ("body.txt", body), ("body.html", html)):
        (folder / "own" / name).write_text(text, encoding="utf-8")
    return Templates.load(folder)


def rendered(answer: Rendered | Refused) -> Rendered:
    assert isinstance(answer, Rendered), answer
    return answer


def refused(answer: Rendered | Refused) -> Refused:
    assert isinstance(answer, Refused), answer
    return answer


def body_of(source: str, values: dict[str, object]) -> str | Refused:
    """What a letter says whose plain text is this template."""
    parts = {"own/subject.txt": "Hello", "own/body.txt": source, "own/body.html": ""}
    answer = Templates(DictLoader(parts)).render("own", values)
    return answer.text.removesuffix("\n") if isinstance(answer, Rendered) else answer


VALUES = context(ticket(), SITE, labels=LABELS)


def test_operators_folder_wins_file_by_file(tmp_path: Path) -> None:
    (tmp_path / "order_received").mkdir()
    (tmp_path / "order_received" / "subject.txt").write_text("Thanks for {{ ticket.fields.po_number }}")
    letter = rendered(Templates.load(tmp_path).render("order_received", VALUES))
    assert letter.subject == "Thanks for HT-7781"
    assert "What happens next" in letter.text


def test_the_packaged_letters_need_no_file_once_they_are_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(render.PACKAGED, tmp_path / "packaged")
    monkeypatch.setattr(render, "PACKAGED", tmp_path / "packaged")
    templates = Templates.load()
    shutil.rmtree(tmp_path / "packaged")
    assert rendered(templates.render("order_received", VALUES)) == rendered(PACKAGED.render("order_received", VALUES))


def test_own_letters_can_be_added(tmp_path: Path) -> None:
    templates = write(tmp_path, "Dear {{ requester.first_name }}")
    assert "own" in templates.names and "order_received" in templates.names and "_shared" not in templates.names
    assert rendered(templates.render("own", VALUES)).text == "Dear Ada\n"


def test_language_variant_falls_back_to_the_letter_itself() -> None:
    assert "Bestellung" in rendered(PACKAGED.render("order_received", VALUES, "de")).subject
    assert "Bestellung" not in rendered(PACKAGED.render("order_revised", VALUES, "de")).subject


@pytest.mark.parametrize(
    "evil", ["{{7*7}}", "{% include '/etc/passwd' %}", "{{ site }}", "{{ ticket.id }}", "{#", "%}"]
)
def test_i01_template_signs_in_values_are_printed_literally(evil: str) -> None:
    lines = (OrderLine("1", sku=evil, description=evil, quantity="1"),)
    values = context(ticket(subject=evil, orders=(order(lines=lines),)), SITE)
    letter = rendered(PACKAGED.render("order_received", values))
    assert letter.text.count(clean(evil)) == 2
    assert "49" not in letter.text
    assert rendered(PACKAGED.render("order_received_plain", values)).subject.endswith(clean(evil))


@pytest.mark.parametrize("separator", ["\r\n", "\n", "\u2028", "\u2029", "\x85", "\x0b", "\x00"])
def test_i02_a_subject_is_one_line_whatever_the_value(separator: str) -> None:
    values = context(ticket(subject=f"Order{separator}Bcc: x@evil.example"), SITE)
    letter = rendered(PACKAGED.render("order_received_plain", values))
    assert len(letter.subject.splitlines()) == 1
    assert all(char.isprintable() for char in letter.subject)


def test_i02_a_value_cannot_forge_a_line_of_the_text() -> None:
    forged = "Rope\nPlease pay to account 12"
    letter = rendered(
        PACKAGED.render(
            "order_received", context(ticket(orders=(order(lines=(OrderLine("1", description=forged),)),)), SITE)
        )
    )
    assert "\nPlease pay" not in letter.text


def test_i05_html_letters_escape_every_value() -> None:
    evil = "<script>alert('x')</script> & <img onerror=x>"
    lines = (OrderLine("1", sku="<b>", description=evil),)
    person = Person(3, "<i>Ada</i>", "ada@nordlicht.example")
    values = context(
        ticket(orders=(order(lines=lines),), requester=person), SITE, words=Words(text="<u>x</u>\n<u>y</u>")
    )
    for name in ("order_received", "need_more_info", "reply", "notify_lead"):
        html = rendered(PACKAGED.render(name, values)).html
        assert (
            "<script" not in html
            and "<img" not in html
            and "<b>" not in html
            and "<i>" not in html
            and "<u>" not in html
        )
    assert "&lt;script&gt;" in rendered(PACKAGED.render("order_received", values)).html


def test_a20_strangers_words_are_short_and_without_links() -> None:
    evil = "Your account is locked, log in at https://evil.example/login now. " * 5
    lines = (OrderLine("1", sku="evil.example", description=evil),)
    person = Person(3, "https://evil.example Bob", "ada@nordlicht.example")
    values = context(ticket(subject=evil, requester=person, orders=(order(lines=lines, po_number=evil),)), SITE)
    for name in ("order_received", "order_received_plain"):
        letter = rendered(PACKAGED.render(name, values))
        for part in (letter.subject, letter.text, letter.html):
            assert "https://" not in part and "evil.example" not in part
            assert evil[:100] not in part


def test_i11_missing_variable() -> None:
    answer = body_of("{{ ticket.nothing }}", VALUES)
    assert isinstance(answer, Refused) and answer.code == "template.undefined"
    assert "nothing" in answer.why


def test_i11_syntax_error(tmp_path: Path) -> None:
    assert refused(write(tmp_path, "{% if %}").render("own", VALUES)).code == "template.syntax"


LOOPS = {
    "nested": "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
    "one": "{% for a in range(99999) %}{% endfor %}",
    "macro": "{% macro m(n) %}{{ m(n) }}{% endmacro %}{{ m(1) }}",
    "recursive": "{% for a in [1] recursive %}{{ loop([1]) }}{% endfor %}",
    "filtered": "{% for a in range(99999) if a %}{% for b in range(9999) if b %}{% endfor %}{% endfor %}",
}


@pytest.mark.parametrize("name", LOOPS)
def test_i11_endless_loop(tmp_path: Path, name: str) -> None:
    answer = refused(write(tmp_path, LOOPS[name]).render("own", VALUES))
    assert answer.code in ("template.too_long", "template.error")  # recursion may hit Python's own limit first


def test_i11_endless_loop_in_an_included_file(tmp_path: Path) -> None:
    templates = write(tmp_path, '{% from "own/more.txt" import m %}{{ m() }}')
    (tmp_path / "own" / "more.txt").write_text("{% macro m() %}{% for a in range(99999) %}{% endfor %}{% endmacro %}")
    assert refused(templates.render("own", VALUES)).code == "template.too_long"


def test_i11_huge_output(tmp_path: Path) -> None:
    body = "{% for a in range(10000) %}" + "x" * 1000 + "{% endfor %}"
    assert refused(write(tmp_path, body).render("own", VALUES)).code == "template.too_big"
    assert MOST_OUTPUT == 256 * 1024


@pytest.mark.parametrize(
    "source", ["{{ 'x' * 1000000000 }}", "{{ 1000000000 * 'x' }}", "{{ 9 ** 9 ** 9 }}", "{{ [1] * 100000000 }}"]
)
def test_i11_huge_products(source: str) -> None:
    answer = body_of(source, VALUES)
    assert isinstance(answer, Refused) and answer.code == "template.too_big"


@pytest.mark.parametrize(
    "source",
    [
        "{{ '%1000000000d' % 1 }}",
        "{{ lipsum(n=100000) }}",
        "{{ 'x'|center(1000000000) }}",
        "{{ '%99999999d'|format(1) }}",
    ],
)
def test_i11_nothing_pads_without_bound(source: str) -> None:
    answer = body_of(source, VALUES)
    assert isinstance(answer, Refused)


DOUBLING = {
    "concatenation": "{% set ns.s = ns.s ~ ns.s %}",
    "addition": "{% set ns.s = ns.s + ns.s %}",
    "replacement": "{% set ns.s = ns.s|replace('x', 'xx') %}",
    "block": "{% set ns.s %}{{ ns.s }}{{ ns.s }}{% endset %}",
    "join": "{% set ns.s = [ns.s, ns.s]|join %}",
    "product": "{% set ns.s = ns.s * 2 %}",
    "list": "{% set ns.l = ns.l + ns.l %}",
}


@pytest.mark.parametrize("name", DOUBLING)
def test_i11_a_value_that_doubles_is_stopped_long_before_it_fills_the_memory(name: str) -> None:
    source = "{% set ns = namespace(s='x', l=[1]) %}{% for i in range(64) %}" + DOUBLING[name] + "{% endfor %}done"
    answer = body_of(source, VALUES)
    assert isinstance(answer, Refused) and answer.code == "template.too_big"


@pytest.mark.parametrize(
    "source",
    [
        "{{ '{:1000000000}'.format(1) }}",
        "{{ (1).to_bytes(1000000000, 'big') }}",
        "{{ 'x'.ljust(1000000000) }}",
        "{{ 'x'.join(range(99999)|map('string')|list) }}",
        "{{ 'x'.__mul__(1000000000) }}",
        "{{ ticket.subject.encode() }}",
        "{{ ''.__class__.__mro__ }}",
        "{{ ticket.__class__ }}",
        "{{ ticket._held }}",
        "{{ ().__class__.__base__.__subclasses__() }}",
        "{{ requester.__init__.__globals__ }}",
        "{{ self.__init__ }}",
        "{{ ''|attr('__class__') }}",
        "{{ '{0.__class__}'.format(ticket) }}",
        "{% set x = ticket.tags.append('x') %}{{ x }}",
        "{{ config }}",
        "{{ cycler.__init__ }}",
        "{% include '/etc/passwd' %}",
        "{% include '../../../../etc/passwd' %}",
    ],
)
def test_a_template_reaches_nothing_but_its_values(source: str) -> None:
    answer = body_of(source, VALUES)
    assert isinstance(answer, Refused), answer


def test_a_field_may_be_called_like_a_method() -> None:
    labels = dataclasses.replace(LABELS, names={"items": "items", "keys": "keys", "po_number": "PO"})
    values = context(ticket(fields=(("items", "three"),)), SITE, labels=labels)
    assert body_of("{{ ticket.fields.items }}-{{ ticket.fields.keys }}", values) == "three-"


def test_an_empty_required_value_stops_the_letter() -> None:
    fields = tuple((k, v) for k, v in ticket().fields if k != "total_cost")
    answer = refused(PACKAGED.render("order_processed", context(ticket(fields=fields), SITE, labels=LABELS)))
    assert answer.code == "template.empty"
    assert answer.why == "letter order_processed: the total is missing"


def test_unknown_letter() -> None:
    answer = refused(PACKAGED.render("nothing_like_it", VALUES))
    assert answer.code == "template.missing"


def test_options_show_their_labels_and_numbers_their_prefix() -> None:
    text = body_of("{{ ticket.fields.ship_method }} {{ ticket.fields.so_number }}", VALUES)
    assert text == "Ground INVTW1042"
    again = context(ticket(fields=(("so_number", "invtw1042"),)), SITE, labels=LABELS)
    assert body_of("{{ ticket.fields.so_number }}", again) == "invtw1042"


def test_comments_are_shown_through_an_argument() -> None:
    comments = [Comment("Robin Desk", NOW, f"note {n} http://evil.example") for n in range(30)]
    values = context(ticket(), SITE, comments=comments)
    text = body_of("{% for c in ticket.comments %}{{ c.at }} {{ c.author }}: {{ c.text }}\n{% endfor %}", values)
    assert isinstance(text, str) and len(text.splitlines()) == 10
    assert text.splitlines()[-1] == "2026-11-02 10:30 Robin Desk: note 29 [link removed]"


def test_a_persons_letter_may_quote_in_full() -> None:
    long = "x" * 150
    fields = (("order_details", f"{long}\nhttps://shop.example/a"),)
    values = context(ticket(fields=fields), SITE, labels=LABELS, automatic=False)
    assert body_of("{{ ticket.fields.order_details }}", values) == f"{long}\nhttps://shop.example/a"


def test_many_order_lines_are_counted_not_listed() -> None:
    lines = tuple(OrderLine(str(n), f"A-{n}", quantity="1") for n in range(1, 1001))
    letter = rendered(PACKAGED.render("order_received", context(ticket(orders=(order(lines=lines),)), SITE)))
    assert "+900 more lines" in letter.text
    assert len(letter.text) < 10_000


def test_doubtful_values_are_marked() -> None:
    doubts = (Problem("po.totals", "sum differs", "total"), Problem("po.quantity", "12 or 72", "lines[1].quantity"))
    letter = rendered(
        PACKAGED.render("order_received", context(ticket(orders=(order(problems=doubts, needs_review=True),)), SITE))
    )
    marked = [line for line in letter.text.splitlines() if "being checked)" in line and "marked" not in line]
    assert [line.strip()[:6] for line in marked] == ["2. 3 p", "Total:"]
    assert letter.html.count("(being checked)") == 3
    assert "sum differs" not in letter.text


def test_an_order_that_proves_itself_is_not_doubted() -> None:
    letter = rendered(PACKAGED.render("order_received", VALUES))
    assert "checked" not in letter.text and "compares" not in letter.text


def test_a_text_named_at_the_top_is_shown_as_what_it_is_where_it_is_named(tmp_path: Path) -> None:
    body = '{% set mark = "A & B" %}{{ mark }}{% if mark %}<{{ mark|upper }}>{% endif %}'
    letter = rendered(write(tmp_path, body, html=body).render("own", VALUES))
    assert (letter.text, letter.html) == ("A & B<A & B>\n", "A &amp; B<A &amp; B>\n")


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        ('{% set a = "one" %}{{ a }}{% set a = "two" %}{{ a }}', "onetwo"),
        ('{% set a = "one" %}{% for a in [2, 3] %}{{ a }}{% endfor %}{{ a }}', "23one"),
        ('{% set a = "one" %}{% macro m(a) %}{{ a }}{% endmacro %}{{ m("two") }}{{ a }}', "twoone"),
        ('{% macro m() %}{{ a }}{% endmacro %}{% set a = "one" %}{{ m() }}', "one"),
        ('{% extends "base.txt" %}{% set a = "mine" %}{% block b %}{{ a }}{% endblock %}', "base base"),
    ],
)
def test_a_name_that_means_several_things_is_looked_up_each_time(tmp_path: Path, body: str, shown: str) -> None:
    (tmp_path / "base.txt").write_text('{% set a = "base" %}{{ a }} {% block b %}{% endblock %}')
    assert rendered(write(tmp_path, body).render("own", VALUES)).text == f"{shown}\n"


def test_a_letter_says_which_words_stand_in_it_and_in_what_it_takes_in(tmp_path: Path) -> None:
    (tmp_path / "base.txt").write_text("{% block b %}{% endblock %}{{ ticket.comments|length }}")
    (tmp_path / "plain").mkdir()
    for part in ("subject.txt", "body.txt", "body.html"):
        (tmp_path / "plain" / part).write_text("Hello")
    templates = write(tmp_path, '{% extends "base.txt" %}')
    assert templates.says("own", "comments")
    assert not templates.says("plain", "comments")
    assert not templates.says("order_received", "comments")


def test_a_letter_that_takes_in_what_a_value_names_may_say_anything(tmp_path: Path) -> None:
    assert write(tmp_path, "{% include ticket.subject %}").says("own", "comments")
