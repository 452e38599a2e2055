"""The shop: the shipped configuration and workflow, with a relay, time limits and a task with a reminder."""

import re
import tempfile
from functools import cache
from pathlib import Path

from pipeline.furniture import Desk, load_desk
from tests.simulation.faults import RELAY
from tests.simulation.writing import GATEWAY

EXAMPLE = Path(__file__).parents[2] / "config.example.toml"
KEY = "0123456789abcdef" * 4 + "\n"
MORE = """
[matrix.order.limits]
open = { after = "12bh", notify = "assignee", template = "notify_agent" }
pending = { after = "3bd", notify = "lead", template = "notify_lead" }

[[macro]]
name = "Orders :: Ring"
groups = ["Orders"]
do = [{ task = "Ring the customer", to = "assignee", due = "2bd", remind = "4bh" }]
"""
SERVICE = """
[[group]]
name = "Service"
lead = "service-lead"

[[user]]
name = "eve"
address = "eve@shop.example"
groups = ["Service"]

[[user]]
name = "finn"
address = "finn@shop.example"
groups = ["Service"]

[[user]]
name = "gus"
address = "gus@shop.example"
groups = ["Service"]

[[user]]
name = "service-lead"
address = "service-lead@shop.example"
role = "lead"
groups = ["Service"]

[[department]]
name = "orders"
addresses = ["orders@shop.example"]
groups = ["Orders"]
forms = ["order"]

[[department]]
name = "service"
addresses = ["service@shop.example"]
groups = ["Service"]
forms = ["request"]

[fields.serial_number]
label = "Serial number"

[[form]]
name = "request"
fields = ["serial_number"]

[[assignment]]
name = "Service in turn"
department = "service"
users = ["eve", "finn", "gus"]
order = "rotate"
cap = 1
counts = ["status in [new, open, pending, on-hold]"]

[[sla]]
name = "Service"
all = ["department == 'service'"]
first_reply = "2bh"
resolution = "8bh"
pause = ["pending"]

[[blueprint]]
name = "requests"
department = "service"
strict = true

[[blueprint.state]]
name = "received"
status = "open"

[[blueprint.state]]
name = "asked"
status = "pending"

[[blueprint.state]]
name = "repairing"
status = "on-hold"

[[blueprint.state]]
name = "answered"
status = "solved"
final = true

[[blueprint.transition]]
name = "ask"
from = ["received", "repairing"]
to = "asked"
who = ["group:Service"]
comment = "public"

[[blueprint.transition]]
name = "customer-answers"
from = ["asked"]
to = "received"
on = "reply"

[[blueprint.transition]]
name = "give-up"
from = ["asked"]
to = "answered"
automatic = true
after = "4bh"

[[blueprint.transition]]
name = "repair"
from = ["received"]
to = "repairing"
who = ["assignee"]
needs = ["serial_number"]

[[blueprint.transition]]
name = "answer"
from = ["received", "repairing"]
to = "answered"
who = ["assignee", "role:lead"]
comment = "public"

[[blueprint.transition]]
name = "again"
from = ["answered"]
to = "received"
on = "reply"
"""


@cache
def desk(per_address: int) -> Desk:
    """Everything that the configuration decides; ``per_address`` automatic letters an hour go to one address."""
    text = EXAMPLE.read_text()
    for section, lines in (
        ("[relay]", f'host = "{RELAY}"\nport = 25\ntls = "none"\n'),
        ("[smtp]", f'trusted_authserv_ids = ["{GATEWAY}"]\nhostname = "desk.shop.example"\n'),
        ("[letters]", f"per_address_per_hour = {per_address}\n"),
    ):
        assert f"\n{section}\n" in text
        text = text.replace(f"\n{section}\n", f"\n{section}\n{lines}", 1)
    with tempfile.TemporaryDirectory(prefix="maild-sim") as folder:
        path = Path(folder) / "config.toml"
        path.write_text(_divided(text) + MORE + SERVICE)
        key = Path(folder) / "reply.key"
        key.write_text(KEY)
        key.chmod(0o600)
        return load_desk(path)


def _divided(text: str) -> str:
    """The shipped workflow is that of the orders; requests for service come to an address of their own."""
    text = text.replace(
        'addresses = ["orders@shop.example"]', 'addresses = ["orders@shop.example", "service@shop.example"]', 1
    )
    rules = r'(?m)^(\[\[(?:trigger|automation|sequence)\]\]\n(?:name = "(?!system\.).*\n))'
    return re.sub(rules, r'\1department = "orders"\n', text)
