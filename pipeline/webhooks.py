"""From CallWebhook to a row in the outbox: what is told, to which webhook. Nothing is called here."""

import json
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

import structlog

from maild.config import Config, Webhook
from maild.domain.effects import CallWebhook
from maild.domain.letter import Kind, Phase
from maild.domain.ticket import Snapshot
from maild.store import outbox, restored, webhooks
from maild.store.outbox import NewLetter
from maild.store.tx import Tx
from notifications.tokens import message_id_for
from notifications.webhook_sender import Hook
from pipeline.furniture import Desk
from pipeline.letters import Cause
from rules.call_body import filled

log = structlog.get_logger("maild.webhooks")


def hooks(config: Config) -> dict[str, Hook]:
    """The webhooks of a configuration by name, with their secrets."""
    return {
        entry.name: Hook(entry.name, entry.url, entry.key, entry.bearer, entry.private, entry.timeout)
        for entry in config.webhook
    }


@dataclass(frozen=True, slots=True)
class Happened:
    """An event that a program is told without a rule; ``id`` is its number in the history, as in the API's feed."""

    id: int
    kind: str
    actor: str


def call(
    tx: Tx, desk: Desk, ticket: Snapshot, effect: CallWebhook, cause: Cause, happened: Happened | None = None
) -> None:
    """Queue one call; where the webhook is switched off it stands in the outbox as failed, with the reason."""
    hook = next((hook for hook in desk.config.webhook if hook.name == effect.name), None)
    off = webhooks.is_off(tx, effect.name)
    message_id = message_id_for(desk.keys, cause.key, desk.config.site.domain, "")
    body = _body(hook, ticket, effect, cause, message_id, tx)
    if happened is not None and hook is not None and not hook.body:
        body["event"] = asdict(happened)
    phase, code, why = _fate(tx, effect.name, cause, off=off)
    letter = outbox.put(
        tx,
        NewLetter(
            key=cause.key,
            message_id=message_id,
            template=f"webhook:{effect.name}",
            automatic=False,
            envelope_from="",
            to=(effect.name,),
            subject=ticket.subject,
            raw=json.dumps(body, ensure_ascii=False).encode("utf-8", "replace"),
            ticket=ticket.id,
            phase=phase,
            code=code,
            why=why,
            text=effect.text,
            kind=Kind.WEBHOOK,
        ),
    )
    known = {"ticket": ticket.id, "letter": letter, "webhook": effect.name, "rule": cause.rule}
    queued = phase is Phase.QUEUED
    tx.tell(
        partial(log.info, "webhook.queued", **known) if queued else partial(log.warning, "webhook.withheld", **known)
    )


def _fate(tx: Tx, name: str, cause: Cause, *, off: bool) -> tuple[Phase, str | None, str | None]:
    if off:
        return Phase.FAILED, "webhook.off", webhooks.told(name)
    if restored.withholds(tx, cause.at):
        return Phase.HELD, restored.CODE, restored.WHY
    return Phase.QUEUED, None, None


def _body(
    hook: Webhook | None, ticket: Snapshot, effect: CallWebhook, cause: Cause, message_id: str, tx: Tx
) -> dict[str, Any]:
    if hook is not None and hook.body:
        return dict(filled(hook.body, ticket, effect.text))
    return {
        "id": message_id.strip("<>"),
        "webhook": effect.name,
        "at": tx.now.isoformat().replace("+00:00", "Z"),
        "rule": cause.rule,
        "text": effect.text,
        "ticket": {
            "id": ticket.id,
            "subject": ticket.subject,
            "status": ticket.status.word,
            "priority": ticket.priority,
            "department": ticket.department,
            "group": ticket.group,
            "assignee": ticket.assignee,
            "tags": sorted(ticket.tags),
            "fields": dict(ticket.fields),
            "requester": {"name": ticket.requester.name, "address": ticket.requester.address},
            "organization": ticket.organization.name if ticket.organization else None,
        },
    }
