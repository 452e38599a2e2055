"""Whose the files are that root makes for a daemon that runs as another user."""

import os
from pathlib import Path


def as_its_folder(path: Path) -> None:
    """Root makes files for whoever owns the folder: a daemon cannot open a database, or a lock, of root's own."""
    if os.geteuid() == 0:
        owner = path.parent.stat()
        os.chown(path, owner.st_uid, owner.st_gid, follow_symlinks=False)
