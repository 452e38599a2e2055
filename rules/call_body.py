"""What a webhook is sent where the configuration words it: { text = "{{ text }}", order = "{{ order.po_number }}" }."""

import re
from collections.abc import Iterable, Mapping

from maild.config import Config
from maild.domain.ticket import Snapshot
from rules.table import near
from rules.wording import fill, known_names, parse_wording

_TEXT = re.compile(r"\{\{\s*text\s*\}\}")


def filled(body: Mapping[str, str], ticket: Snapshot, text: str) -> dict[str, str]:
    """``text`` is what the rule says; what the ticket has no value for is left out. Values are not read again."""
    return {name: _filled(source, ticket, text) for name, source in body.items()}


def _filled(source: str, ticket: Snapshot, text: str) -> str:
    return text.join(fill(parse_wording(part), ticket).text for part in _TEXT.split(source))


def mistakes(config: Config, fields: Iterable[str]) -> list[str]:
    """Placeholders that are none, as "file:line: what (hint)"."""
    known = [*known_names(list(fields)), "text"]
    found = []
    for number, hook in enumerate(config.webhook):
        for name, source in hook.body.items():
            where = config.locate(("webhook", number, "body", name))
            found += [f"{where}: webhook.body.{name}: {wrong}" for wrong in _wrong(source, known)]
    return found


def _wrong(source: str, known: list[str]) -> list[str]:
    try:
        names = parse_wording(source).names
    except ValueError as error:
        return [str(error)]
    told = ((name, near(name, known)) for name in names if name not in known)
    return [f"there is no placeholder {name!r}" + (f" ({hint})" if hint else "") for name, hint in told]
