"""Time per stage from what histories say."""

from datetime import UTC, datetime, timedelta

from maild.domain.stages import Happened, stages

START = datetime(2026, 11, 23, 9, tzinfo=UTC)


def told(*events: tuple[int, int, str]) -> dict[str, tuple[list[float], int]]:
    happened = [
        Happened(ticket, START + timedelta(hours=hour), tuple(said.split("; ")) if said else ())
        for ticket, hour, said in events
    ]
    return {stage.name: ([s / 3600 for s in stage.ended], stage.going_on) for stage in stages(happened)}


def test_trap_35_visits_are_counted_and_stays_that_go_on_are_apart() -> None:
    found = told(
        (1, 0, "status open; +late +vip"),
        (1, 2, "status pending; -late"),
        (1, 5, "status open"),
        (1, 6, "status solved"),
        (2, 0, ""),
        (2, 4, "status open"),
    )
    assert found["status new"] == ([0, 4], 0)
    assert found["status open"] == ([2, 1], 1)
    assert found["status pending"] == ([3], 0)
    assert found["status solved"] == ([], 1)
    assert found["tag late"] == ([2], 0)
    assert found["tag vip"] == ([], 1)


def test_replaced_tags_and_repeated_words() -> None:
    found = told((1, 0, "+a +b"), (1, 1, "tags b c"), (1, 2, "status new"), (1, 3, "tags none"), (1, 4, "-never_there"))
    assert found["tag a"] == ([1], 0)
    assert found["tag b"] == ([3], 0)
    assert found["tag c"] == ([2], 0)
    assert found["status new"] == ([], 1)
    assert "tag never_there" not in found


def test_nothing_gives_nothing() -> None:
    assert stages([]) == []
