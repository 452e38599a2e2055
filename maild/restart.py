"""What of a new configuration waits for the next start."""

from maild.config import Config

AT_START = ("database", "imap", "relay", "retry", "dns", "workers", "control", "metrics", "log", "web")
SMTP_AT_START = ("enabled", "listen")  # the rest of [smtp] is taken over at once


def needing_restart(old: Config, new: Config) -> list[str]:
    """What changed but is read only at start: sections, and of [smtp] its keys, as "smtp.listen"."""
    changed = [name for name in AT_START if getattr(old, name) != getattr(new, name)]
    return changed + [f"smtp.{key}" for key in SMTP_AT_START if getattr(old.smtp, key) != getattr(new.smtp, key)]
