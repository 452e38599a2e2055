"""Whose the files are that root makes for a daemon that runs as another user."""

import contextlib
import os
from pathlib import Path


def as_its_folder(path: Path) -> None:
    """Root makes files for whoever owns the folder: a daemon cannot open a database, or a lock, of root's own.

    Where root may not give files away (NFS, containers), they stay as they were made: a copy is a copy all the same.
    """
    if os.geteuid() == 0:
        with contextlib.suppress(OSError):
            owner = path.parent.stat()
            os.chown(path, owner.st_uid, owner.st_gid, follow_symlinks=False)
