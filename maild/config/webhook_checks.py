"""What single keys of [[webhook]] cannot show: two of a name, two secrets, what would cross the internet in clear."""

from collections.abc import Iterator, Mapping

from maild.config.mistakes import Loc, Mistake, duplicates
from maild.config.schema import Webhook
from maild.config.section import Section


def webhooks(found: Mapping[Loc, Section]) -> Iterator[Mistake]:
    """Every contradiction in the webhooks."""
    hooks = [(loc, section) for loc, section in found.items() if isinstance(section, Webhook)]
    yield from duplicates([((*loc, "name"), hook.name) for loc, hook in hooks], "a webhook")
    for loc, hook in hooks:
        if hook.url.startswith("http:") and not hook.private:
            hint = "https://..., or private = true where it stays inside"
            yield Mistake((*loc, "url"), "orders would cross the internet in clear", hint)
        for key in ("secret", "token"):
            if getattr(hook, key) is not None and getattr(hook, f"{key}_file") is not None:
                yield Mistake((*loc, key), f"{key} and {key}_file are both given", "keep one")
