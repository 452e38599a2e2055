"""A blueprint for the tests of this room: an order's way from receiving to shipping."""

from rules.model import Ruleset
from tests.rules.builders import rules

WAY = """
[fields.so_number]
label = "SO number"
[fields.ship_date]
type = "date"
label = "Ship date"
[fields.total_cost]
type = "money"
[fields.note]

[[form]]
name = "order"
fields = ["so_number", "ship_date", "total_cost", "note"]

[schedule.default]
zone = "Europe/Berlin"
mon = "08:00-17:00"
tue = "08:00-17:00"
wed = "08:00-17:00"
thu = "08:00-17:00"
fri = "08:00-15:00"

[[blueprint]]
name = "orders"
label = "Order handling"
all = ["form == 'order'"]
start = "received"
limit = { after = "5bd", levels = [{ after = "5bd", do = [{ add_tags = ["late_way"] }] }] }

[[blueprint.state]]
name = "received"
label = "Received"
status = "open"
limit = { after = "4h", levels = [
  { after = "2h", do = [{ notify = "assignee", template = "notify_agent", text = "half of the time" }] },
  { after = "4h", do = [{ notify = "lead", template = "notify_lead", text = "over the limit" }] },
  { after = "6h", do = [{ set = { assignee = "lead" } }] },
  { after = "8h", do = [{ set = { priority = "urgent" } }] },
] }

[[blueprint.state]]
name = "approved"
status = "open"

[[blueprint.state]]
name = "asked"
label = "Asked the customer"
status = "pending"

[[blueprint.state]]
name = "packed"
status = "on-hold"

[[blueprint.state]]
name = "shipped"
status = "solved"

[[blueprint.state]]
name = "dropped"
status = "solved"
final = true

[[blueprint.transition]]
name = "approve"
label = "Approve"
from = ["received"]
to = "approved"
who = ["group:Orders"]
all = ["total_cost < 10000"]
do = [{ add_tags = ["approved"] }, { notify = "requester", template = "reply", text = "Approved." }]

[[blueprint.transition]]
name = "approve-dear"
from = ["received"]
to = "approved"
who = ["role:lead"]
all = ["total_cost >= 10000"]

[[blueprint.transition]]
name = "pack"
from = ["approved"]
to = "packed"
who = ["agents", "rules"]
needs = ["so_number", "ship_date"]
comment = true
attachment = true

[[blueprint.transition]]
name = "ship"
from = ["packed"]
to = "shipped"
who = ["assignee"]

[[blueprint.transition]]
name = "ask"
label = "Ask the customer"
from = ["received", "approved"]
to = "asked"
who = ["agents"]
comment = "public"

[[blueprint.transition]]
name = "answered"
from = ["asked"]
to = "received"
on = "reply"

[[blueprint.transition]]
name = "give-up"
from = ["asked"]
to = "dropped"
automatic = true
after = "2bd"
do = [{ notify = "requester", template = "reply", text = "We have dropped it." }]

[[blueprint.transition]]
name = "drop"
from = "any"
to = "dropped"
who = ["user:lead", "requester"]

[[blueprint.transition]]
name = "nobodys"
from = ["received"]
to = "dropped"
"""


def way(more: str = "", *changes: tuple[str, str]) -> Ruleset:
    """The rules with it, changed, and more."""
    text = WAY
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return rules(text + more)
