"""Webhooks: which there are, how they fare, and switching one on again."""

from collections.abc import Iterable

from maild.control.operation import Operation, Request, Row
from maild.errors import UsageError
from maild.store import webhooks
from maild.store.tx import Tx
from pipeline.furniture import Desk


def list_webhooks(tx: Tx, desk: Desk, request: Request) -> Iterable[Row]:
    """Those of the configuration. ``failing_since`` is the first failure after the last success."""
    known = {row["name"]: row for row in webhooks.rows(tx)}
    for hook in desk.config.webhook:
        row = known.get(hook.name, {})
        yield {
            "name": hook.name,
            "url": hook.url,
            "state": "off" if row.get("off_at") else "failing" if row else "on",
            "failing_since": row.get("failing_since"),
            "off_at": row.get("off_at"),
            "why": row.get("why"),
        }


def switch_on(tx: Tx, desk: Desk, request: Request) -> Iterable[Row]:
    """Forget its failures. Calls that failed meanwhile stay failed: 'maild outbox retry' sends one again."""
    name = request.text("name")
    if name not in {hook.name for hook in desk.config.webhook}:
        raise UsageError(f"no webhook {name!r}", "see 'maild webhook list'")
    webhooks.worked(tx, name)
    return [{"name": name, "state": "on"}]


OPERATIONS = {
    "webhook.list": Operation(list_webhooks),
    "webhook.on": Operation(switch_on, writes=True),
}
