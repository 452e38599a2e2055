"""What of a new configuration waits for the next start."""

from maild.config import Config

AT_START = ("database", "imap", "relay", "retry", "dns", "workers", "control", "metrics", "log", "web")


def needing_restart(old: Config, new: Config) -> list[str]:
    """Sections that changed but are read only at start."""
    return [name for name in AT_START if getattr(old, name) != getattr(new, name)]
