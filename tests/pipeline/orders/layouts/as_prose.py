"""Orders as people write them by hand: a few lines in a list or a sentence, the rest said in words."""

# ruff: noqa: E501 (what is printed stays on its line)

from tests.pipeline.orders.layouts.drawn import Drawn, mail_of, subject_of, truth_of
from tests.pipeline.orders.layouts.facts import Facts, Item
from tests.pipeline.orders.layouts.printing import Printer, printer_for

_EACH = {
    "en": ("@ {p}", "@ {p} each", "at {p} ea", "- {p}/pc"), "de": ("à {p}", "zu je {p}", "zum Preis von {p}"), "fr": ("à {p}", "à {p} pièce", "PU {p}"),
    "it": ("a {p} cad.", "€/cad {p}", "al prezzo di {p}"), "es": ("a {p}", "a {p} c/u", "a {p}/ud"), "nl": ("à {p}", "à {p} per stuk", "voor {p} p/st"),
    "pt": ("a {p}", "a {p} cada", "a {p}/un"), "pl": ("po {p}", "w cenie {p}", "po {p} netto"), "ru": ("по {p}", "по цене {p}", "цена {p}"),
    "zh": ("单价{p}", "@{p}", "每件{p}"),
}  # fmt: skip
_SHAPES = (
    "{q} x {c} {g}", "{q}x {c} - {g}", "{q} {u} {g} ({c})", "{q} {u} {c} {g}", "{c} {g} - {q} {u}", "{c} - {g}: {q} {u}", "{g}, {c}, {q} {u}",
    "{q} {u}  {c}  {g}", "{c}: {q} {u}", "{c} x {q}",
)  # fmt: skip
_BULLETS = ("- ", "* ", "• ", "", "", "– ", "{n}. ", "{n}) ", "  ")


def draw_prose(seed: int, facts: Facts) -> Drawn:
    printer = printer_for(facts)
    subject = subject_of(facts)
    rows = [facts.pick("hello"), ""]
    name = "intro_day" if facts.chance(0.2) else "intro"
    if name == "intro_day":
        facts.shown.add("day")
    rows += [facts.pick(name).replace("{po}", facts.po).replace("{day}", printer.day(facts.day)), ""]
    facts.shown |= {"po", "codes"}
    rows += [*_lines(facts, printer), ""]
    if "prices" in facts.shown and facts.chance(0.6):
        rows += [facts.pick("sum_up").replace("{total}", printer.sum(facts.goods)), ""]
        facts.shown |= {"goods total"} | ({"currency"} if printer.money != "none" else set())
    rows += [*_place(facts, printer), ""]
    rows += [facts.pick("thanks"), facts.pick("people"), facts.buyer.company]
    if facts.chance(0.4):
        rows += ["Tel. +00 555 0155-12"]
    return Drawn(seed, "prose", facts.language, truth_of(facts), mail_of(facts, subject, "\n".join(rows) + "\n"))


def _lines(facts: Facts, printer: Printer) -> list[str]:
    dice = facts.dice
    shape, bullet = dice.choice(_SHAPES), dice.choice(_BULLETS)
    priced = facts.chance(0.65)
    each = dice.choice(_EACH[facts.language]) if priced else ""
    if priced:
        facts.shown |= {"prices"} | ({"currency"} if printer.money != "none" else set())
    said = [_said(item, shape, each, printer) for item in facts.items]
    if facts.chance(0.12):
        mark = "，" if facts.language == "zh" else ", "
        return [mark.join(said) + ("。" if facts.language == "zh" else ".")]
    return [bullet.replace("{n}", str(at)) + row for at, row in enumerate(said, 1)]


def _said(item: Item, shape: str, each: str, printer: Printer) -> str:
    text = shape.format(q=printer.quantity(item.quantity), u=item.unit, c=item.theirs, g=item.goods)
    return f"{text} {each.replace('{p}', printer.sum(item.price))}" if each else text


def _place(facts: Facts, printer: Printer) -> list[str]:
    facts.shown |= {"ship", "wanted"}
    if facts.chance(0.5):
        return [
            facts.pick("deliver").replace("{wanted}", printer.day(facts.wanted)).replace("{ship}", facts.ship.spoken)
        ]
    mark = "：" if facts.language == "zh" else ":"
    return [
        f"{facts.pick('ship')}{mark}",
        *facts.ship.rows,
        f"{facts.pick('wanted')}{mark} {printer.day(facts.wanted)}",
    ]
