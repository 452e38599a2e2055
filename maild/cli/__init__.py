"""The operator's commands: thin doors, one file per noun."""


def main() -> int:
    """Entry point of the ``maild`` command."""
    raise SystemExit(64)
