"""A desk in two departments, for the tests of this room."""

from typing import Any

from rules.model import Ruleset
from tests.rules.builders import rules

INTAKE = {"addresses": ["orders@shop.example", "service@shop.example"]}
DESK = """
[fields.po_number]
from = "order.po_number"
[fields.topic]
type = "dropdown"
options = { question = "Question", repair = "Repair", other = "Other" }
[fields.serial]
[fields.colours]
type = "multiselect"
options = { red = "Red", blue = "Blue" }

[[form]]
name = "order"
fields = ["po_number", "topic", "serial"]
required = { on-hold = ["po_number"] }
[[form]]
name = "request"
fields = ["topic", "serial", "po_number"]

[schedule.default]
zone = "UTC"
tue = "09:00-17:00"
wed = "09:00-17:00"
[schedule.early]
zone = "UTC"
tue = "06:00-12:00"
wed = "06:00-12:00"

[[department]]
name = "orders"
label = "Orders"
addresses = ["orders@shop.example"]
groups = ["Orders"]
forms = ["order"]

[[department]]
name = "service"
label = "Service"
addresses = ["Service@Shop.example"]
groups = ["Support"]
users = ["lead"]
forms = ["request", "order"]
schedule = "early"
statuses = { on-hold = "Waiting for parts" }
options = { topic = ["repair", "other"], colours = ["red"] }
moves = ["orders"]

[[department]]
name = "attic"
label = "Attic"
users = ["helper"]
moves = []

[[layout]]
department = "service"
form = "order"
fields = ["serial", "topic"]
required = { solved = ["serial"] }
shown_if = { serial = "topic == repair" }
"""


def divided(more: str = "", **tables: Any) -> Ruleset:
    return rules(DESK + more, intake=INTAKE, **tables)
