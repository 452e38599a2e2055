"""The couriers of a daemon: one for letters, one for webhooks."""

from collections.abc import Callable
from functools import partial

import structlog

from maild import __version__
from maild.clock import Clock
from maild.config import Config
from maild.store.db import Database
from notifications.courier import Courier, Patience
from notifications.outbox import StoreOutbox
from notifications.relay import RelaySender, settings_of
from notifications.senders import FolderSender, Sender
from notifications.webhook_outbox import Unhurried, WebhookOutbox
from notifications.webhook_sender import WebhookSender
from pipeline import sight
from pipeline.furniture import Desk
from pipeline.webhooks import hooks

WEBHOOK_CALLS = 4  # at once

log = structlog.get_logger("maild")


def letters(name: str, db: Database, desk: Desk, clock: Clock) -> Courier:
    """``name`` marks what it has in work."""
    config = desk.config
    senders: list[Sender] = (
        [RelaySender(settings) for _ in range(config.relay.connections)]
        if (settings := settings_of(config.relay))
        else [FolderSender(config.relay.folder)]
    )
    if not config.relay.host:
        log.warning("relay.none", letters_land_in=str(config.relay.folder), hint="set [relay] host to send mail")
    kept = outbox(name, db, desk)
    return Courier(kept, senders, clock, _patience(config), hasten=kept.hasten)


def outbox(name: str, db: Database, desk: Desk) -> StoreOutbox:
    return StoreOutbox(db, name, desk.config.letters, desk.keys, partial(sight.withheld, desk))


def webhooks(name: str, db: Database, config: Callable[[], Config], clock: Clock) -> Courier:
    """``config`` is the one in force when a call is made."""
    senders: list[Sender] = [
        WebhookSender(lambda: hooks(config()), clock, version=__version__) for _ in range(WEBHOOK_CALLS)
    ]
    return Courier(WebhookOutbox(db, name), senders, clock, _patience(config()), backoff=Unhurried())


def _patience(config: Config) -> Patience:
    return Patience(config.retry.schedule, config.retry.give_up_after)
