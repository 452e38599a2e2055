"""The file that holds the signing keys: a hexadecimal line each, the signing one first, readable by its owner only."""

import contextlib
import os
import secrets
from pathlib import Path

from maild.errors import CannotCreate, DataError, NotPermitted
from notifications.tokens import Keys

KEY_BYTES = 32


def load_keys(path: Path) -> Keys:
    """Read the keys, making the file at the first run.

    Raises NotPermitted when others may read it, DataError when it is damaged, CannotCreate when it can be neither read
    nor made.
    """
    try:
        text = _read(path)
    except FileNotFoundError:
        _create(path)
        text = _read(path)
    except OSError as error:
        raise CannotCreate(f"{path}: the reply key cannot be read: {error.strerror}") from error
    return _parse(path, text)


def passing_keys() -> Keys:
    """Keys that nothing was ever signed with, for looking at a configuration without making its key file."""
    return Keys(secrets.token_bytes(KEY_BYTES))


def _create(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
        _write_new(fresh, Keys(secrets.token_bytes(KEY_BYTES)))
        try:
            with contextlib.suppress(FileExistsError):  # another process was quicker: its key is the one
                os.link(fresh, path)
        finally:
            fresh.unlink()
        _sync_folder(path.parent)
    except OSError as error:
        raise CannotCreate(
            f"{path}: the reply key cannot be made: {error.strerror}", "check letters.reply_key_file"
        ) from error


def _read(path: Path) -> str:
    mode = path.stat().st_mode
    if mode & 0o077:
        raise NotPermitted(f"{path}: others may read the reply key (mode {mode & 0o777:o})", f"chmod 600 {path}")
    return path.read_text(encoding="ascii", errors="replace")


def _parse(path: Path, text: str) -> Keys:
    try:
        keys = [bytes.fromhex(line) for line in text.split()]
    except ValueError:
        keys = []
    if not 1 <= len(keys) <= 2 or any(len(key) < KEY_BYTES for key in keys):
        raise DataError(
            f"{path}: not a reply key file", "one or two lines of 64 hexadecimal digits; restore it from a backup"
        )
    return Keys(*keys)


def _write_new(path: Path, keys: Keys) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write("".join(f"{key.hex()}\n" for key in keys.all))
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
