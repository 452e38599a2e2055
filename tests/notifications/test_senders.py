"""Letters into a folder."""

from pathlib import Path

from structlog.testing import capture_logs

from maild.domain.letter import Later, Sent
from notifications.senders import FolderSender
from tests.notifications.builders import letter


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


async def nothing() -> None:
    return None


async def test_a_letter_lands_as_an_eml_file_and_the_log_says_so(tmp_path: Path) -> None:
    with capture_logs() as logs:
        result = await FolderSender(tmp_path / "letters").send(letter(12), nothing)
    path = tmp_path / "letters" / "letter-000012.eml"
    assert result == Sent("filed as letter-000012.eml")
    assert path.read_bytes() == letter(12).raw
    assert path.stat().st_mode & 0o777 == 0o600
    assert logs == [
        {"event": "letter.filed", "letter": 12, "file": str(path), "to": ["ada@nordlicht.example"], "log_level": "info"}
    ]


async def test_at_dot_comes_before_the_file_is_there(tmp_path: Path) -> None:
    seen: list[list[str]] = []

    async def at_dot() -> None:
        seen.append(names(tmp_path))

    await FolderSender(tmp_path).send(letter(1), at_dot)
    assert seen == [["letter-000001.part"]]
    assert names(tmp_path) == ["letter-000001.eml"]


async def test_the_same_letter_again_is_still_one_file(tmp_path: Path) -> None:
    sender = FolderSender(tmp_path)
    for _ in range(3):
        assert isinstance(await sender.send(letter(1), nothing), Sent)
    await sender.close()
    assert len(names(tmp_path)) == 1


async def test_a_folder_that_cannot_be_written_defers(tmp_path: Path) -> None:
    (tmp_path / "letters").write_text("a file")
    result = await FolderSender(tmp_path / "letters").send(letter(1), nothing)
    assert isinstance(result, Later) and result.code == "folder.write" and not result.ambiguous
