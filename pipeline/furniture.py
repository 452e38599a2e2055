"""What stands on the desk: everything that a config file decides, loaded and checked together, swapped on reload."""

from dataclasses import dataclass

from maild.config import Config
from maild.domain.mail import Address
from maild.domain.people import Person
from maild.store import people
from maild.store.tx import Tx
from notifications.placeholders import Labels
from notifications.render import Templates
from notifications.tokens import Keys
from pipeline.intake import Intake
from rules.model import Ruleset


@dataclass(frozen=True, slots=True)
class Desk:
    """Handed to every step of the road; ``sender`` is the mailbox that letters come from."""

    config: Config
    ruleset: Ruleset
    templates: Templates
    labels: Labels
    keys: Keys
    intake: Intake
    sender: Address

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
