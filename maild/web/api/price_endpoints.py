"""What orders are read by: price lists, and how customers write."""

from typing import Annotated

from pydantic import Field

from maild.web.api.endpoint import Answer, Asked, Call, Endpoint, described, following, maybe, several
from maild.web.api.row_lists import taken
from maild.web.api.ticket_endpoints import Line

Cell = Annotated[str, Field(max_length=200)]


class PriceSearch(Asked):
    """Of one organization, "" for everybody's list; ``after`` is the last one's number."""

    organization: Cell | None = None
    after: Annotated[int, Field(ge=0, le=2**53)] = 0
    limit: Annotated[int, Field(ge=1, le=500)] = 100


class NewPrice(Asked):
    """Without an organization it is in everybody's list. ``price`` and ``per`` are decimals, the days ISO 8601."""

    organization: Cell = ""
    sku: Annotated[str, Field(min_length=1, max_length=100)]
    unit: Annotated[str, Field(max_length=32)] = ""
    price: Annotated[str, Field(max_length=32)]
    currency: Annotated[str, Field(pattern="^[A-Z]{3}$")]
    per: Annotated[str, Field(max_length=32)] = ""
    valid_from: Annotated[str, Field(max_length=10)] = ""
    valid_to: Annotated[str, Field(max_length=10)] = ""


class NewPrices(Asked):
    """Every list that is named here is replaced as a whole."""

    prices: Annotated[tuple[NewPrice, ...], Field(min_length=1, max_length=10_000)]


class Habits(Asked):
    organization: Cell | None = None


class NewHabit(Asked):
    """``name`` of what is usual with an organization, ``said`` as its documents have it, ``value`` as it is meant."""

    organization: Line
    name: Line
    value: Annotated[str, Field(min_length=1, max_length=200)]
    said: Cell = ""
    layout: Cell = ""


def find_prices(call: Call) -> Answer:
    asked = call.query
    return following("prices", call.carry_out("price.list", **asked.model_dump()), asked.limit, to="after")


def put_prices(call: Call) -> Answer:
    return Answer(taken(call, "price.import", "prices", [price.model_dump() for price in call.body.prices])[0])


def habits(call: Call) -> Answer:
    return Answer({"habits": call.carry_out("habit.list", organization=call.query.organization)})


def add_habit(call: Call) -> Answer:
    return Answer(call.carry_out("habit.set", **call.body.model_dump())[0], 201)


def drop_habit(call: Call) -> Answer:
    return Answer(call.carry_out("habit.drop", id=call.path["id"])[0])


PRICE = described(id="integer", organization="string", sku="string", price="string", currency="string")
HABIT = described(id="integer", organization=maybe("string"), name="string", value="string")

ENDPOINTS = (
    Endpoint("GET", "/prices", "listPrices", "people:read", "Price lists that orders are checked by.", find_prices,
             described(prices=several(PRICE), after=maybe("integer")), query=PriceSearch),
    Endpoint("PUT", "/prices", "putPrices", "prices:write", "Replace price lists; all or nothing.", put_prices,
             described(rows="integer", new="integer", changed="integer", same="integer"), body=NewPrices),
    Endpoint("GET", "/habits", "listHabits", "people:read", "What customers' orders are known to mean.", habits,
             described(habits=several(HABIT)), query=Habits),
    Endpoint("POST", "/habits", "addHabit", "people:write", "Say what a customer's orders mean.", add_habit, HABIT,
             body=NewHabit, status=201),
    Endpoint("DELETE", "/habits/{id:int}", "dropHabit", "people:write", "Read orders without it from now on.",
             drop_habit, HABIT),
)  # fmt: skip
