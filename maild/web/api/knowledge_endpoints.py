"""How tickets were resolved, the articles made of that, and finding all of it again."""

from typing import Annotated

from pydantic import Field

from maild.web.api.endpoint import Answer, Asked, Call, Endpoint, described, following, maybe, several
from maild.web.api.ticket_endpoints import Line, Number


class Resolution(Asked):
    text: Annotated[str, Field(min_length=1, max_length=20_000)]
    version: Number | None = None


class NewArticle(Asked):
    """``what`` tells the question; the resolution is the answer."""

    title: Annotated[str, Field(min_length=1, max_length=200)]
    what: Annotated[str, Field(max_length=20_000)] = ""


class Articles(Asked):
    """``all`` with withdrawn ones; ``before`` is the last one's ticket."""

    all: bool = False
    before: Number | None = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50


class Finding(Asked):
    """All these words; "hydr*" for beginnings."""

    q: Line
    limit: Annotated[int, Field(ge=1, le=200)] = 50


def resolve(call: Call) -> Answer:
    asked = call.body
    return Answer(call.carry_out("ticket.resolve", id=call.path["id"], text=asked.text, version=asked.version)[0])


def publish(call: Call) -> Answer:
    asked = call.body
    return Answer(call.carry_out("article.publish", id=call.path["id"], title=asked.title, what=asked.what)[0])


def withdraw(call: Call) -> Answer:
    return Answer(call.carry_out("article.withdraw", id=call.path["id"])[0])


def articles(call: Call) -> Answer:
    asked = call.query
    rows = call.carry_out("article.list", **asked.model_dump())
    return following("articles", rows, asked.limit, key="ticket_id")


def find(call: Call) -> Answer:
    return Answer({"hits": call.carry_out("search", words=call.query.q, limit=call.query.limit)})


ARTICLE = described(ticket_id="integer", file="string", title="string", what="string", how="string")
HIT = described(ticket="integer", subject="string", status="string")

ENDPOINTS = (
    Endpoint("PUT", "/tickets/{id:int}/resolution", "resolveTicket", "tickets:write",
             "Keep how a ticket was resolved; its status stays.", resolve,
             described(id="integer", resolution="string", by="string"), body=Resolution, of_ticket="id"),
    Endpoint("PUT", "/tickets/{id:int}/article", "publishArticle", "articles:write",
             "Make the resolution an article for everybody.", publish, ARTICLE, body=NewArticle, of_ticket="id"),
    Endpoint("DELETE", "/tickets/{id:int}/article", "withdrawArticle", "articles:write",
             "Nobody shall see the article any more.", withdraw, ARTICLE, of_ticket="id"),
    Endpoint("GET", "/articles", "listArticles", "tickets:read", "Published articles, newest first.", articles,
             described(articles=several(ARTICLE), before=maybe("integer")), query=Articles),
    Endpoint("GET", "/search", "search", "tickets:read",
             "Tickets with all these words in what was said, ordered and resolved, best first.", find,
             described(hits=several(HIT)), query=Finding),
)  # fmt: skip
