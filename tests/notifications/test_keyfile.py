"""The key file: made once, for its owner only, rotated without losing a valid token."""

import os
from pathlib import Path

import pytest

from maild.errors import CannotCreate, DataError, NotPermitted
from notifications.keyfile import load_keys
from notifications.tokens import Reference, parse_token, token


def test_made_at_the_first_run_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "reply.key"
    keys = load_keys(path)
    assert len(keys.current) == 32 and keys.previous is None
    assert path.stat().st_mode & 0o777 == 0o600
    assert load_keys(path) == keys
    assert list(path.parent.iterdir()) == [path]


def test_the_umask_does_not_widen_it(tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        load_keys(tmp_path / "reply.key")
    finally:
        os.umask(old)
    assert (tmp_path / "reply.key").stat().st_mode & 0o777 == 0o600


def test_a_key_above_the_old_one_signs_and_the_old_one_stays_valid(tmp_path: Path) -> None:
    path = tmp_path / "reply.key"
    before = token(load_keys(path), Reference(1, 2))
    path.write_text(f"{'a5' * 32}\n{path.read_text()}")
    both = load_keys(path)
    assert token(both, Reference(1, 2)) != before
    assert parse_token(both, before) == parse_token(both, token(both, Reference(1, 2))) == Reference(1, 2)
    path.write_text(path.read_text().partition("\n")[0])
    assert parse_token(load_keys(path), before) is None


def test_a_key_others_can_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "reply.key"
    load_keys(path)
    path.chmod(0o640)
    with pytest.raises(NotPermitted) as caught:
        load_keys(path)
    assert "chmod 600" in caught.value.hint


@pytest.mark.parametrize("text", ["", "secret\n", "ab\n", "00" * 32 + "\n" + "11" * 32 + "\n" + "22" * 32, "\xff"])
def test_a_damaged_file_is_refused_not_replaced(tmp_path: Path, text: str) -> None:
    path = tmp_path / "reply.key"
    path.write_text(text)
    path.chmod(0o600)
    with pytest.raises(DataError):
        load_keys(path)
    assert path.read_text() == text


def test_a_place_where_nothing_can_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(CannotCreate):
        load_keys(tmp_path / "file" / "reply.key")
