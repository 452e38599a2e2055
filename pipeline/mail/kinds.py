"""Whether a person wrote: bounces, auto-replies and lists, by header, envelope, sender and subject."""

from pipeline.mail.headers import Header


def automatic(header: Header) -> tuple[str, str]:
    """("auto_reply" | "list" | "", why)."""
    value = (header.first("auto-submitted") or b"no").split(b";")[0].strip().lower()
    if value != b"no":
        return "auto_reply", "Auto-Submitted"
    if header.first("list-id"):
        return "list", "List-Id"
    return "", ""
