"""What stands on the desk: everything that a config file decides, loaded and checked together, swapped on reload."""

from dataclasses import dataclass
from email.utils import parseaddr
from pathlib import Path
from typing import TYPE_CHECKING

from maild.config import Config, load, salvage
from maild.domain.mail import Address
from maild.domain.people import Person
from maild.errors import ConfigError
from maild.store import people
from maild.store.tx import Tx
from notifications.check import check_templates
from notifications.keyfile import load_keys, passing_keys
from notifications.placeholders import Labels
from notifications.render import Templates
from notifications.tokens import Keys
from pipeline.intake import Intake
from rules import call_body, webhook_events
from rules.findings import letters_named, near, recipients_named
from rules.load import read_rules
from rules.model import FieldKind, Ruleset

if TYPE_CHECKING:
    from notifications.dkim import Signer


@dataclass(frozen=True, slots=True)
class Desk:
    """Handed to every step of the road; ``sender`` is the mailbox that letters come from.

    Its address is "" where the config names none: then each letter comes from its ticket's own order address.
    ``signer`` is None where letters are not signed.
    """

    config: Config
    ruleset: Ruleset
    templates: Templates
    labels: Labels
    keys: Keys
    intake: Intake
    sender: Address
    signer: "Signer | None" = None

    def user(self, tx: Tx, name: str | None) -> Person | None:
        """One of our own people by the name the config gives them."""
        address = next((user.address for user in self.config.users if user.name == name), None)
        return people.by_address(tx, address.lower()) if address else None

    def members(self, group: str | None) -> list[str]:
        """Names of a group's people, in config order."""
        return [user.name for user in self.config.users if group in user.groups]

    def lead(self, tx: Tx, group: str | None) -> Person | None:
        """Whoever leads a group: a user's name, or an address."""
        lead = next((entry.lead for entry in self.config.groups if entry.name == group), None)
        if lead and "@" in lead:
            return people.meet(tx, lead.lower(), "")
        return self.user(tx, lead)


def furnish(config: Config, *, make_key: bool = False) -> Desk:
    """Load everything that a config file decides; raises ConfigError with every mistake in rules and letters.

    Only the daemon may ``make_key``: made by a command, the reply key could belong to the wrong user.
    """
    ruleset, templates, mistakes = _rules_and_letters(config)
    if mistakes:
        raise ConfigError(mistakes)
    labels = labels_of(ruleset)
    name, address = parseaddr(config.relay.from_)
    key_file = config.letters.reply_key_file
    keys = load_keys(key_file) if make_key or key_file.exists() else passing_keys()
    intake = Intake(config.intake.addresses, split=config.intake.split)
    named = "from" in config.raw.get("relay", {})
    sender = Address(name or config.site.name, address if named else "")
    return Desk(config, ruleset, templates, labels, keys, intake, sender, signer_of(config))


def signer_of(config: Config) -> "Signer | None":
    """What letters are signed with, None where they are not."""
    dkim = config.dkim
    if dkim.key_file is None:
        return None
    from notifications.dkim import load_signer  # cryptography is not everybody's

    sender = parseaddr(config.relay.from_)[1]
    return load_signer(dkim.key_file, dkim.domain or sender.rpartition("@")[2].lower(), dkim.selector)


def _rules_and_letters(config: Config) -> tuple[Ruleset, Templates, list[str]]:
    templates = Templates.load(config.letters.templates)
    ruleset, mistakes = read_rules(config)
    if config.letters.templates is not None:  # the packaged letters alone are proven by tests, not at each start
        mistakes += check_templates(templates, labels_of(ruleset))
    mistakes += call_body.mistakes(config, ruleset.fields)
    mistakes += webhook_events.mistakes(config)
    for letter, place in letters_named(ruleset):
        if letter not in templates.names:
            hint = near(letter, templates.names) or f"one of {', '.join(sorted(templates.names))}"
            mistakes.append(f"{place}: no letter is called {letter!r} ({hint})")
    mistakes += _circles(config, ruleset)
    return ruleset, templates, mistakes


def _circles(config: Config, ruleset: Ruleset) -> list[str]:
    """Letters of rules to an order address: each would come in as an order."""
    return [
        f"{place}: notify: {to} is an order address, so letters to it would circle (give another mailbox)"
        for to, place in recipients_named(ruleset)
        if "@" in to and config.is_intake(to)
    ]


def load_desk(path: Path, *, make_key: bool = False) -> Desk:
    """The furniture of a config file, or ConfigError with every mistake in it at once: sections, rules and letters."""
    try:
        config = load(path)
    except ConfigError as error:
        readable = salvage(path)
        mistakes = _rules_and_letters(readable)[2] if readable else []
        raise ConfigError([*error.mistakes, *mistakes]) from None
    return furnish(config, make_key=make_key)


def inspect(path: Path) -> tuple[Desk, list[str]]:
    """For ``maild check``: the furniture, and what is allowed in the rules but most likely a mistake."""
    desk = load_desk(path)
    return desk, doubts(desk)


def doubts(desk: Desk) -> list[str]:
    """What is allowed in the rules, and in who leads whom, but most likely a mistake."""
    from rules.lint import lint  # not what the daemon asks at its start
    from rules.lint_departments import Lead, leads_out_of_sight

    groups = enumerate(desk.config.groups)
    leads = [Lead(one.name, one.lead or "", desk.config.locate(("group", n, "lead"))) for n, one in groups]
    return [*lint(desk.ruleset, desk.templates.names), *map(str, leads_out_of_sight(desk.ruleset, leads))]


def labels_of(ruleset: Ruleset) -> Labels:
    """How letters show the order form's fields; the shipped letters' own are known even without a form."""
    fields = ruleset.fields.values()
    return Labels(
        names={**Labels().names, **{field.name: field.label for field in fields if field.label}},
        options={field.name: {o.id: o.label for o in field.options} for field in fields if field.options},
        prefixes={field.name: field.prefix for field in fields if field.prefix},
        multiline=frozenset(field.name for field in fields if field.kind is FieldKind.MULTILINE),
    )
