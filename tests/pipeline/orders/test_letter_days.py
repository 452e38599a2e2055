"""Days beside wrapped labels, in a dateline, and in a sentence that asks for the goods."""

import pytest

from tests.pipeline.orders.test_systems_layouts import GOODS, LETTERHEAD
from tests.pipeline.orders.test_unseen_kinds import drawn

NUMBER = (340.0, 100.0, "PO Number: F-4471")
DEAR = (40.0, 180.0, "Dear Sirs,")
KINDS = {
    "a day alone": ((40, 100, "16th November 2026"), "2026-11-16", None),
    "a place and a day": ((440, 28, "Leeds, 16.11.2026"), "2026-11-16", None),
    "received by": ((340, 120, "Receive By: 12/24/2026"), None, "2026-12-24"),
    "until a weekday": ((40, 120, "Please deliver it on or before Friday 4th December 2026."), None, "2026-12-04"),
    "until a day": ((40, 120, "Bitte liefern Sie bis spätestens zum 4. Dezember 2026."), None, "2026-12-04"),
    "to be paid until": ((40, 120, "Please pay on or before Friday 4th December 2026."), None, None),
    "a day of something else": ((40, 120, "Our stock count was on 4th December 2026, see below."), None, None),
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_days_of_a_letter(kind: str) -> None:
    (x, y, text), ordered, requested = KINDS[kind]
    order = drawn([*LETTERHEAD, NUMBER, DEAR, (float(x), float(y), text), *GOODS])
    assert (order.order_date, order.requested_date) == (ordered, requested)


def test_a_sentence_goes_on_in_the_next_row() -> None:
    rows = [(40.0, 120.0, "Please supply these to the yard on or before"), (40.0, 132.0, "Friday 4th December 2026.")]
    assert drawn([*LETTERHEAD, NUMBER, DEAR, *rows, *GOODS]).requested_date == "2026-12-04"


def test_a_day_alone_on_a_form_tells_nothing() -> None:
    assert drawn([*LETTERHEAD, NUMBER, (40.0, 100.0, "16th November 2026"), *GOODS]).order_date is None


def test_two_datelines_tell_nothing() -> None:
    rows = [(40.0, 100.0, "16th November 2026"), (40.0, 114.0, "18th November 2026")]
    assert drawn([*LETTERHEAD, NUMBER, DEAR, *rows, *GOODS]).order_date is None


def test_a_label_goes_on_below() -> None:
    rows = [(40.0, 120.0, "Date"), (150.0, 120.0, "4 December 2026"), (40.0, 132.0, "required:")]
    title = (40.0, 100.0, "Purchase Order F-4471 dated 16 November 2026")
    order = drawn([*LETTERHEAD, title, *rows, *GOODS])
    assert (order.order_date, order.requested_date) == ("2026-11-16", "2026-12-04")
