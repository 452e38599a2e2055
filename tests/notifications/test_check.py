"""Mistakes in letters, found at the start with file, line and a hint."""

from pathlib import Path

from notifications.check import check_templates
from notifications.placeholders import Labels
from notifications.render import Templates
from tests.notifications.builders import LABELS

PARTS = {"subject.txt": "Hello", "body.txt": "Hi", "body.html": "<p>Hi</p>"}


def check(folder: Path, **files: str) -> list[str]:
    (folder / "own").mkdir()
    for name, text in PARTS.items():
        (folder / "own" / name).write_text(files.get(name.replace(".", "_"), text), encoding="utf-8")
    return check_templates(Templates.load(folder), LABELS)


def test_the_packaged_letters_are_clean() -> None:
    assert check_templates(Templates.load(), LABELS) == []
    assert check_templates(Templates.load(), Labels()) == []


def test_a_letter_that_rules_name_must_exist() -> None:
    assert check_templates(Templates.load(), LABELS, ["order_recieved"]) == [
        "no letter is called order_recieved (did you mean order_received?)"
    ]


def test_i11_unknown_placeholders_with_line_and_hint(tmp_path: Path) -> None:
    found = check(
        tmp_path, body_txt="Hi\n{{ ticket.subjct }}\n{{ tickt.id }}\n{% for l in order.lines %}{{ l.skuu }}{% endfor %}"
    )
    assert found == [
        "own/body.txt:3: no placeholder tickt (did you mean ticket?)",
        "own/body.txt:2: no placeholder ticket.subjct (did you mean ticket.subject?)",
        "own/body.txt:4: no placeholder l.skuu (did you mean l.sku?)",
    ]


def test_i11_a_field_that_is_not_on_the_form(tmp_path: Path) -> None:
    assert check(tmp_path, subject_txt="{{ ticket.fields.colour }}") == [
        "own/subject.txt:1: no placeholder ticket.fields.colour"
    ]


def test_i11_syntax_error(tmp_path: Path) -> None:
    [mistake] = check(tmp_path, body_html="<p>\n{% if ticket.id %}")
    assert mistake.startswith("own/body.html:2: ")


def test_i11_unknown_filter(tmp_path: Path) -> None:
    [mistake] = check(tmp_path, body_txt="{{ ticket.id|shout }}")
    assert mistake.startswith("own/body.txt:1: No filter named 'shout'")


def test_i11_a_loop_without_end(tmp_path: Path) -> None:
    [mistake] = check(
        tmp_path, body_txt="{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}"
    )
    assert "template.too_long" in mistake and "own" in mistake


def test_i11_huge_output(tmp_path: Path) -> None:
    [mistake] = check(tmp_path, body_txt="{% for a in range(9999) %}" + "x" * 500 + "{% endfor %}")
    assert "template.too_big" in mistake


def test_a_placeholder_that_fails_only_without_an_order(tmp_path: Path) -> None:
    [mistake] = check(tmp_path, body_txt="{{ order.po_number }}")
    assert "template.undefined" in mistake


def test_a_required_value_that_is_empty_is_no_mistake(tmp_path: Path) -> None:
    assert check(tmp_path, body_txt="{{ ticket.fields.po_number|required('the PO number') }}") == []


def test_a_missing_part(tmp_path: Path) -> None:
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "subject.txt").write_text("Hello")
    found = check_templates(Templates.load(tmp_path), LABELS)
    assert found[:2] == ["own: body.txt is missing", "own: body.html is missing"]


def test_names_a_template_makes_itself_are_known(tmp_path: Path) -> None:
    body = (
        "{% macro m(a) %}{{ a.b }}{% endmacro %}{% set x = 1 %}{{ x }}{{ m({'b': 1}) }}"
        "{% for l in order.lines if order %}{{ loop.index }}{{ l.sku }}{% endfor %}"
    )
    assert check(tmp_path, body_txt="{% if order %}" + body + "{% endif %}") == []
