"""Numbers of requests that are none: refused with a reason, never a mistake of ours."""

import pytest

from maild.web.numbers import LARGEST, maybe_number, number
from maild.web.trouble import Refused
from tests.maild.web.conftest import Town

NONE = ("²", "٣", "-1", "+1", "1_0", " 1", "1.0", "9" * 25, "9" * 5000, "x")


@pytest.mark.parametrize("said", [*NONE, "", None])
def test_what_is_no_number_is_refused(said: object) -> None:
    with pytest.raises(Refused) as refused:
        number(said, "the ticket")
    assert refused.value.problem.status == 400
    assert len(refused.value.problem.what) < 100


def test_numbers_are_read_up_to_what_is_there() -> None:
    assert (number("0", "n"), number("007", "n"), number(str(LARGEST), "n")) == (0, 7, LARGEST)
    assert maybe_number("", "n") is maybe_number(None, "n") is None
    with pytest.raises(Refused):
        number("11", "page", 10)


async def test_pages_refuse_them_with_a_reason(town: Town) -> None:
    number, token = await town.order(), await town.sign_in("root")
    for said in NONE:
        for path in ("/bulk", "/bulk/preview"):
            answer = await town.post(path, token, id=said, does="macro:ship")
            assert answer.status_code == 400, (path, said[:30])
        moved = await town.post(f"/tickets/{number}/move", token, status="solved", version=said)
        assert moved.status_code == (303 if said == " 1" else 400) or (said == " 1" and moved.status_code == 409)
    mail = (await town.client.get(f"/tickets/{number}")).text.split('href="/mails/')[1].split("/")[0].split('"')[0]
    for said in (*NONE, "9" * 18):
        for key, path in (("page", "source"), ("line", "source"), ("page", "page")):
            answer = await town.client.get(f"/mails/{mail}/{path}", params={"part": "text", key: said})
            assert answer.status_code in (400, 404), (path, key, said[:30])
        for key in ("days", "months"):
            answer = await town.client.get("/reports/orders", params={key: said})
            assert answer.status_code == 400, (key, said[:30])


@pytest.mark.parametrize("ends", [("0001-01-01", "9999-12-31"), ("0001-01-01", ""), ("", "9999-12-31")])
async def test_periods_beyond_all_time_are_refused(town: Town, ends: tuple[str, str]) -> None:
    await town.sign_in("root")
    for name in ("blueprint", "waiting"):
        answer = await town.client.get(f"/reports/{name}", params={"from": ends[0], "to": ends[1]})
        assert answer.status_code == 400
        assert "beyond what is counted" in answer.text
