"""What the author of a reply newly wrote."""

MARKER_PREFIX = "-- Please reply above this line --"


def split_reply(text: str, html: str | None) -> tuple[str, str]:
    """(newly written, cut off)."""
    at = text.find("[ref:")
    if at < 0:
        return text, ""
    start = text.rfind("\n", 0, at) + 1
    return text[:start].rstrip(), text[start:]
