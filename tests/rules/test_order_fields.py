"""Drop-downs as an order words them: an option is found between punctuation, and no default talks over the order."""

from dataclasses import replace

import pytest

from maild.domain.mail import Mail
from maild.domain.order import Order
from maild.domain.ticket import Snapshot
from pipeline.orders.read import read_orders
from rules.fields import spoken, unfit
from rules.triggers import run
from tests.rules.builders import ORDER, created, rules, shipped, ticket

MAIL = """Purchase order PO-88410

Freight: {freight}

20 pcs bracket AX-10 at 12.50 EUR
10 pcs hinge AX-22 at 8.50 EUR

Total 335.00 EUR
"""


def read(freight: str) -> Order:
    [order] = read_orders(
        Mail(sender=None, subject="Purchase order PO-88410", text=MAIL.format(freight=freight))
    ).orders
    return order


def settled(order: Order) -> Snapshot:
    return run(shipped(), ticket(orders=(order,)), created(order)).after


def test_collect_before_a_comma_is_collect_and_the_account_no_reason_to_prepay() -> None:
    done = settled(read("Collect, account 4471-20"))
    assert done.value("freight_charge_to") == "collect"
    assert done.review_reasons == ()


@pytest.mark.parametrize(
    ("said", "payer"),
    [
        ("COLLECT.", "collect"),
        ("Freight-Collect (acct. 4471-20)", "collect"),
        ("PPD; add to invoice", "prepaid"),
        ("3rd-party: account 77", "third-party"),
        ("Third Party/UPS", "third-party"),
        ("Pre-Paid", "prepaid"),
        ("Collection at our dock", ""),
        ("-", ""),
    ],
)
def test_an_option_is_a_whole_word_whatever_stands_around_it(said: str, payer: str) -> None:
    assert spoken(shipped().fields["freight_charge_to"], replace(ORDER, freight_terms=said)) == payer


def test_a_spelling_of_punctuation_alone_is_never_found() -> None:
    ruleset = rules(
        '[fields.payer]\ntype = "dropdown"\nfrom = "order.freight_terms"\n'
        'options = { none = { label = "None", also = ["--"] }, us = "Us" }'
    )
    assert spoken(ruleset.fields["payer"], replace(ORDER, freight_terms="")) == ""
    assert spoken(ruleset.fields["payer"], replace(ORDER, freight_terms="-- us --")) == "us"


def test_a_default_leaves_empty_what_the_order_says_in_other_words_and_asks_for_a_look() -> None:
    done = settled(replace(ORDER, freight_terms="Ex works, our forwarder"))
    assert done.value("freight_charge_to") is None
    assert done.needs_review
    [reason] = done.review_reasons
    assert "the order's freight_charge_to: 'Ex works, our forwarder' is not one of prepaid, collect" in reason
    assert done.value("ship_method") == "overnight", "the other field is none the worse"


@pytest.mark.parametrize("nothing", [None, "", "-", "--- "])
def test_a_default_fills_where_the_order_says_nothing(nothing: str | None) -> None:
    order = replace(ORDER, freight_terms=nothing)
    done = settled(order)
    assert (done.value("freight_charge_to"), done.needs_review) == ("prepaid", False)
    assert unfit(shipped().fields["freight_charge_to"], order) == ""
