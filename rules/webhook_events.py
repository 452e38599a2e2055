"""Which programs of the configuration are told of an event without a rule."""

from typing import get_args

from maild.config import Config
from maild.domain.events import Event
from rules.table import near

KINDS = tuple(kind.__name__ for kind in get_args(Event))
EVERY = "*"


def told(config: Config, kind: str) -> list[str]:
    """Names of webhooks, in the order of the file."""
    return [hook.name for hook in config.webhook if kind in hook.events or EVERY in hook.events]


def mistakes(config: Config) -> list[str]:
    """Names that are no event's, as "file:line: what (hint)"."""
    return [
        f"{config.locate(('webhook', number, 'events'))}: webhook.events: no event {kind!r} ({near(kind, KINDS)})"
        for number, hook in enumerate(config.webhook)
        for kind in hook.events
        if kind not in KINDS and kind != EVERY
    ]
