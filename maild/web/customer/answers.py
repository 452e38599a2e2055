"""What somebody fills into a field of a public form: as they write it, as it is stored, and what is wrong with it."""

import re
from dataclasses import dataclass

from starlette.datastructures import FormData

from maild.web.customer.language import say as say_in
from maild.web.routes import text
from notifications import filters
from rules import fields
from rules.model import Field, FieldKind

LONGEST = 20_000
PREFIX = "field."
NUMBERS = (FieldKind.INTEGER, FieldKind.DECIMAL, FieldKind.MONEY)
_BLANKS = re.compile("[ \u00a0\u202f]")
_POINT = re.compile(r"[+-]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]{1,8})?")
_COMMA = re.compile(r"[+-]?([0-9]{1,18}|[0-9]{1,3}(\.[0-9]{3})+)(,[0-9]{1,8})?")
_DAY = re.compile(r"([0-9]{1,2})[./]([0-9]{1,2})[./]([0-9]{4})")


@dataclass(frozen=True, slots=True)
class Answer:
    """``value`` is "" where nothing is filled in or ``mistake`` tells what is wrong with it."""

    field: Field
    typed: str
    value: str
    mistake: str = ""

    @property
    def line(self) -> str:
        """As somebody would write it in a mail, so that it is read like one; "" for nothing."""
        chosen = self.value.split(",") if self.field.kind is FieldKind.MULTISELECT else [self.value]
        labels = {option.id: option.label for option in self.field.options}
        shown = ", ".join(labels.get(one, one) for one in chosen)
        if self.field.kind is FieldKind.CHECKBOX:
            shown = "yes" if self.value == "true" else ""
        if not shown:
            return ""
        return f"\n{self.field.label}:\n{shown}\n" if "\n" in shown else f"{self.field.label}: {shown}"


def answer(field: Field, form: FormData, language: str) -> Answer:
    name = PREFIX + field.name
    if field.kind is FieldKind.MULTISELECT:
        typed = ",".join(str(one) for one in form.getlist(name)[:200] if isinstance(one, str))[:LONGEST]
    else:
        typed = text(form, name, LONGEST + 1)
    found = fields.checked(field, _plain(field.kind, typed, language))
    if isinstance(found, fields.Refused):
        return Answer(field, typed, "", mistake(field, typed, language))
    return Answer(field, typed, found)


def was_asked(field: Field, form: FormData) -> bool:
    """Whether the page that was sent had the field; what is not ticked is not sent."""
    return PREFIX + field.name in form or field.name in form.getlist("asked")


def mistake(field: Field, typed: str, language: str) -> str:
    """What to write instead, in a language."""
    if field.kind not in (FieldKind.MULTILINE, *NUMBERS) and len(typed) > fields.LONGEST_LINE:
        return say_in(language, "this is too long")
    match field.kind:
        case FieldKind.INTEGER:
            return say_in(language, "write a whole number, such as 12")
        case FieldKind.MONEY if typed.startswith("-"):
            return say_in(language, "write a sum of 0 or more")
        case FieldKind.DECIMAL | FieldKind.MONEY:
            number = filters.number("1234.50", language or "en")
            return say_in(language, "write a number, such as {number}", number=number)
        case FieldKind.DATE:
            return say_in(language, "write a day that there is, such as 2026-11-21")
        case FieldKind.DROPDOWN | FieldKind.MULTISELECT | FieldKind.CHECKBOX:
            return say_in(language, "choose from what is offered")
        case FieldKind.REGEXP:
            return say_in(language, "this does not look as it should")
    return say_in(language, "this is too long, or holds what no text holds")


def _plain(kind: FieldKind, typed: str, language: str) -> str:
    """Numbers and dates as people of that language write them, in plain notation; anything else stays as it is."""
    if kind in NUMBERS:
        number = _BLANKS.sub("", typed)
        if language and _COMMA.fullmatch(number):
            return number.replace(".", "").replace(",", ".")
        return number.replace(",", "") if not language and _POINT.fullmatch(number) else number
    if kind is FieldKind.DATE and language and (found := _DAY.fullmatch(typed)):
        day, month, year = found.groups()
        return f"{year}-{month:0>2}-{day:0>2}"
    return typed
