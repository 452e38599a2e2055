"""Who buys where the seller's address could be taken for the buyer's, and the doubt where nothing decides."""

import pytest

from tests.pipeline.orders.test_systems_layouts import GOODS
from tests.pipeline.orders.test_unseen_kinds import drawn

BUYER = "Fernhill Tools Ltd"
NUMBER = (40.0, 190.0, "PO Number: F-4471")
SHIP_TO = ((40, 110, BUYER), (40, 122, "Gate 4, Mill Lane"), (40, 134, "Leeds LS1 4AB"))
PAPERS = {
    "the seller's address stands unlabelled beside the place of delivery": (
        (40, 40, BUYER), (40, 52, "Mill Lane, Leeds, United Kingdom"),
        (40, 98, "Shipping address"), *SHIP_TO,
        (340, 98, "Tall Timber Merchants Ltd"), (340, 110, "9 Wharf Street"), (340, 122, "Halifax HX6 2AE"),
    ),
    "a label for any company stands over the seller": (
        (40, 30, BUYER), (40, 42, "Mill Lane, Leeds, United Kingdom"),
        (340, 60, "Company"), (340, 72, "Tall Timber Merchants Ltd"), (340, 84, "Halifax HX6 2AE"),
        (40, 98, "Please deliver to:"), *SHIP_TO,
    ),
}  # fmt: skip
TORN = (
    (40, 30, BUYER), (40, 42, "Mill Lane, Leeds, United Kingdom"),
    (340, 60, "Company"), (340, 72, "Tall Timber Merchants Ltd"), (340, 84, "Halifax HX6 2AE"),
)  # fmt: skip


def floats(words: "tuple[tuple[float, float, str], ...]") -> "list[tuple[float, float, str]]":
    return [(float(x), float(y), text) for x, y, text in words]


@pytest.mark.parametrize("kind", PAPERS)
def test_who_issues_the_paper_and_gets_the_goods_buys(kind: str) -> None:
    order = drawn([*floats(PAPERS[kind]), NUMBER, *GOODS])
    assert (order.buyer, order.needs_review) == (BUYER, False)
    assert order.ship_to is not None
    assert (order.ship_to.company, order.ship_to.postcode) == (BUYER, "LS1 4AB")


def test_two_companies_that_are_as_likely_are_both_named() -> None:
    order = drawn([*floats(TORN), NUMBER, *GOODS])
    [problem] = [problem for problem in order.problems if problem.code == "po.buyer_unclear"]
    assert sorted(problem.candidates) == [BUYER, "Tall Timber Merchants Ltd"]
    assert order.needs_review


def test_one_company_under_two_labels_is_no_doubt() -> None:
    own = [(x, y, BUYER if text.startswith("Tall") else text) for x, y, text in floats(TORN)]
    order = drawn([*own, NUMBER, *GOODS])
    assert (order.buyer, order.needs_review) == (BUYER, False)
