"""Everything that happens, as a feed; and how the programs fare that are called about it."""

from difflib import get_close_matches
from typing import Annotated, Any

from pydantic import Field

from maild.errors import UsageError
from maild.web.api.endpoint import Answer, Call, Endpoint, described, maybe, several
from maild.web.api.event_schemas import HAPPENED
from maild.web.api.order_endpoints import Following
from maild.web.api.ticket_endpoints import Number


class FollowingEvents(Following):
    """``kinds`` are names of events with commas between; all as without. ``ticket`` for those of one ticket."""

    kinds: Annotated[str, Field(max_length=500)] = ""
    ticket: Number | None = None


def events(call: Call) -> Answer:
    asked = call.query
    kinds = [word.strip() for word in asked.kinds.split(",") if word.strip()]
    for kind in kinds:
        _demand_known(kind)
    given: dict[str, Any] = {"after": asked.after, "limit": asked.limit, "ticket": asked.ticket, "kinds": kinds}
    rows = call.carry_out("event.feed", **given, most=call.most)
    return Answer({"events": rows, "after": rows[-1]["id"] if rows else asked.after})


def _demand_known(kind: str) -> None:
    """A kind that is misspelt would wait for ever."""
    if kind not in HAPPENED:
        near = get_close_matches(kind, HAPPENED, n=1, cutoff=0.5)
        hint = f"did you mean {near[0]}? there are " if near else "there are "
        raise UsageError(f"no event {kind[:100]!r}", hint + ", ".join(HAPPENED))


def webhooks(call: Call) -> Answer:
    return Answer({"webhooks": call.carry_out("webhook.list")})


EVENT = {
    "anyOf": [
        described(
            id="integer", at="string", ticket="integer", kind={"const": kind}, actor="string", rules="array",
            data={"$ref": f"#/components/schemas/{kind}"},
        )
        for kind in HAPPENED
    ]
}  # fmt: skip
WEBHOOK = described(name="string", url="string", state="string", failing_since=maybe("string"), why=maybe("string"))

ENDPOINTS = (
    Endpoint("GET", "/events", "followEvents", "events:read",
             "Everything that happened to tickets, oldest first; no event is skipped and none comes twice.", events,
             described(events=several(EVENT), after="integer"), query=FollowingEvents, feed="history"),
    Endpoint("GET", "/webhooks", "listWebhooks", "events:read",
             "Programs that are called about events, and whether they answer.", webhooks,
             described(webhooks=several(WEBHOOK))),
)  # fmt: skip
