import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from maild.errors import CannotCreate, Unavailable
from maild.store.backup import put_in_place
from maild.store.lock import Lock

HOLD = """
import sys
from maild.store.lock import Lock
with Lock.of(sys.argv[1]):
    print("held", flush=True)
    sys.stdin.readline()
"""


def test_x03_a_second_daemon_on_one_file_is_refused(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/maild.db"
    with Lock.of(url), pytest.raises(Unavailable, match=r"another maild runs on maild\.db"), Lock.of(url):
        pass
    with Lock.of(url):
        pass


def test_the_lock_dies_with_its_process(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/maild.db"
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, url], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout and other.stdout.readline() == "held\n"
        with pytest.raises(Unavailable), Lock.of(url):
            pass
        os.kill(other.pid, signal.SIGKILL)
        other.wait()
    with Lock.of(url):
        pass


def test_postgresql_needs_no_lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with Lock.of("postgresql://db.example/maild") as one, Lock.of("postgresql://db.example/maild") as other:
        assert one is not other
        assert list(tmp_path.iterdir()) == []


def test_a_place_where_no_lock_can_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(CannotCreate, match="file"), Lock.of(f"sqlite:///{tmp_path}/file/maild.db"):
        pass


def test_what_root_makes_belongs_to_the_owner_of_its_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given = list[tuple[Path, int, int]]()
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(os, "chown", lambda path, uid, gid, follow_symlinks: given.append((path, uid, gid)))
    owner = tmp_path.stat()
    with Lock.of(f"sqlite:///{tmp_path}/maild.db"):
        pass
    draft = tmp_path / "draft"
    draft.write_bytes(b"")
    put_in_place(draft, tmp_path / "maild.db")
    assert given == [(tmp_path / "maild.db.lock", owner.st_uid, owner.st_gid), (draft, owner.st_uid, owner.st_gid)]
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with Lock.of(f"sqlite:///{tmp_path}/maild.db"):
        pass
    assert len(given) == 2


def test_where_root_may_not_give_files_away_a_copy_is_made_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on NFS with root squashed, or in a container without CAP_CHOWN."""

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(os, "chown", refuse)
    draft = tmp_path / "draft"
    draft.write_bytes(b"copied")
    put_in_place(draft, tmp_path / "copy.db")
    assert (tmp_path / "copy.db").read_bytes() == b"copied"
    with Lock.of(f"sqlite:///{tmp_path}/maild.db"):
        assert (tmp_path / "maild.db.lock").exists()
