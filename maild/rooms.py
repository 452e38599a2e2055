"""What the daemon needs only once it takes in mail: half of it, imported while clients are already answered.

It is all there before the daemon is ready: where descriptors or memory run out later, no module can be imported.
"""

from importlib import import_module

from maild.config import Config

ROOMS = (
    "apscheduler.schedulers.asyncio",
    "importlib.readers",  # of the packaged letters and lists
    "maild.attendance",
    "maild.control.server",
    "maild.crew",
)


def load(config: Config, roles: tuple[str, ...]) -> None:
    """Import them; those of mailboxes, figures and pages only where there are such."""
    for room in (*ROOMS, *_asked(config, roles)):
        import_module(room)


def _asked(config: Config, roles: tuple[str, ...]) -> list[str]:
    asked = {
        "pipeline.receive.imap": "imap" in roles and bool(config.imap),
        "maild.web.probes": config.metrics.listen is not None,
        "maild.web.server": "web" in roles and config.web.enabled,
    }
    return [room for room, wanted in asked.items() if wanted]
