"""Events that programs are told without a rule: known by name, each mistake with its place."""

from maild.config import Config
from maild.config.schema import Webhook
from rules.webhook_events import KINDS, mistakes, told


def config(*events: str) -> Config:
    hook = {"name": "erp", "url": "https://erp.example/hook", "events": list(events)}
    return Config.default(webhook=[hook])


def test_a_program_is_told_what_it_named_or_all() -> None:
    assert told(config("TicketCreated"), "TicketCreated") == ["erp"]
    assert told(config("TicketCreated"), "MailArrived") == []
    assert all(told(config("*"), kind) == ["erp"] for kind in KINDS)
    assert told(config(), "TicketCreated") == []
    assert Webhook.model_fields["events"].default == ()


def test_a_name_that_is_no_events_is_a_mistake() -> None:
    assert mistakes(config("*", "MailArrived")) == []
    [mistake] = mistakes(config("TicketCreate"))
    assert mistake.endswith("webhook.events: no event 'TicketCreate' (did you mean TicketCreated?)")
