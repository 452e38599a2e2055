"""What is taken in twice is told as the same; what differs as changed."""

from maild.domain.prices import Price
from maild.store import facts, knowledge
from maild.store.db import Database
from maild.store.facts import NewFact


def test_a_fact_is_new_the_same_and_changed(unchecked: Database) -> None:
    one, other = (NewFact(None, "pat@buyer.example", "note", "n1", text=text) for text in ("calls", "writes"))
    told = unchecked.write_now(lambda tx: facts.put(tx, [one, one, other], "cli"))
    assert [put.what for put in told] == ["new", "same", "changed"]


def test_an_entry_of_a_price_list_is_too(unchecked: Database) -> None:
    one, dearer = Price("AX-1", "10.00", "EUR"), Price("AX-1", "11.00", "EUR")
    told = [unchecked.write_now(lambda tx, p=p: knowledge.replace_prices(tx, {None: [p]})) for p in (one, one, dearer)]
    assert told == [["new"], ["same"], ["changed"]]
