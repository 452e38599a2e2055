"""The daemon's side: one child, replaced when a mail ends it; answers kept for a while."""

from collections.abc import AsyncGenerator

import pytest

from maild.config import Workers
from pipeline.viewing.viewer import Viewer
from pipeline.viewing.wish import What, Wish
from tests.pipeline.viewing.test_show import mail, order_pdf

CONTENTS = Wish(What.CONTENTS)


@pytest.fixture
async def viewer() -> AsyncGenerator[Viewer, None]:
    made = Viewer(Workers())
    yield made
    await made.close()


async def test_a_mail_is_opened_in_a_child(viewer: Viewer) -> None:
    raw = mail(("order.pdf", "application/pdf", order_pdf()))
    view, _ = await viewer.look(raw, CONTENTS)
    assert [file.name for file in view.files] == ["order.pdf"]
    assert (await viewer.look(raw, Wish(What.PAGE, "order.pdf", 1)))[1].startswith(b"\x89PNG")


async def test_what_takes_too_long_is_told_and_the_next_is_answered() -> None:
    viewer = Viewer(Workers(), wall_seconds=0.0)
    view, _ = await viewer.look(mail(), CONTENTS)
    assert "limits" in view.missing
    viewer._wall_seconds = 20.0
    view, _ = await viewer.look(mail(), CONTENTS)
    await viewer.close()
    assert not view.missing


async def test_an_answer_is_kept_and_does_not_need_the_child(viewer: Viewer) -> None:
    raw = mail()
    first = await viewer.look(raw, CONTENTS)
    await viewer.close()
    viewer._wall_seconds = 0.0
    assert await viewer.look(raw, CONTENTS) == first
