"""Orders forwarded by a colleague: the order's own text or markup below the head of a forwarded mail."""

from html import escape

from tests.pipeline.orders.layouts.as_html import markup_of
from tests.pipeline.orders.layouts.as_text import body_rows
from tests.pipeline.orders.layouts.drawn import Drawn, mail_of, truth_of
from tests.pipeline.orders.layouts.facts import Facts
from tests.pipeline.orders.layouts.printing import printer_for

_MARKS = {
    "de": "WG: ",
    "it": "I: ",
    "fr": "TR: ",
    "es": "RV: ",
    "pt": "Enc: ",
    "pl": "PD: ",
    "zh": "转发：",
    "nl": "FW: ",
}


def draw_forward(seed: int, facts: Facts) -> Drawn:
    printer = printer_for(facts)
    subject = facts.pick("subject").replace("{po}", facts.po).replace("{company}", facts.buyer.company)
    mark = facts.dice.choice(("Fwd: ", "FW: ", _MARKS.get(facts.language, "Fwd: ")))
    opening, sender, sent, about, to = facts.dice.choice(facts.words["forward"])
    author = f"{facts.pick('people')} <orders@buyer.example>"
    head = [
        opening,
        f"{sender}: {author}",
        f"{sent}: {printer.day(facts.day)} 09:12",
        f"{about}: {subject}",
        f"{to}: sales@shop.example",
    ]
    if facts.chance(0.5):
        text = "\n".join(["FYI", "", *head, "", *body_rows(facts, printer)]) + "\n"
        return Drawn(seed, "forward", facts.language, truth_of(facts), mail_of(facts, mark + subject, text))
    markup = markup_of(facts, printer)
    above = "<div>FYI</div><br><div>" + "<br>".join(map(escape, head)) + "</div><br>"
    return Drawn(
        seed,
        "forward",
        facts.language,
        truth_of(facts),
        mail_of(facts, mark + subject, html=markup.replace("<body>", "<body>" + above, 1)),
    )
