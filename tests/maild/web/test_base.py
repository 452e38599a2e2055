"""What holds for every page: sign-in, sessions, forms, headers, errors."""

import asyncio
from datetime import timedelta

import httpx
import pytest
from structlog.testing import capture_logs

from maild import passwords
from maild.store import sign_ins
from maild.web import rendering
from maild.web.guard import HEADERS
from tests.maild.web.conftest import PASSWORD, Town, csrf_of


async def give_password(town: Town, name: str = "anna", password: str = PASSWORD) -> None:
    hashed = await asyncio.to_thread(passwords.hashed, password)
    await town.write(lambda tx: sign_ins.set_password(tx, name, hashed))


async def sign_in(town: Town, name: str, password: str, next: str = "/") -> httpx.Response:
    form = await town.client.get("/sign-in", params={"next": next})
    return await town.post("/sign-in", csrf_of(form.text), name=name, password=password, next=next)


async def test_w08_a_session_begins_with_the_right_password_and_a_new_identifier(town: Town) -> None:
    await give_password(town)
    planted = "planted-by-somebody-else-before-the-sign-in"
    town.client.cookies.set("maild_session", planted, domain="127.0.0.1", path="/")
    answer = await sign_in(town, "anna", PASSWORD, "/tickets/1")
    assert (answer.status_code, answer.headers["location"]) == (303, "/tickets/1")
    cookie = answer.headers["set-cookie"]
    assert planted not in cookie
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    home = await town.client.get("/")
    assert home.status_code == 200
    assert "Open orders" in home.text


async def test_w08_wrong_name_and_wrong_password_look_alike_and_no_password_opens_nothing(town: Town) -> None:
    await give_password(town)
    answers = [await sign_in(town, name, "something-else-1") for name in ("anna", "nobody", "lena")]
    texts = {a.text.replace(name, "X") for a, name in zip(answers, ("anna", "nobody", "lena"), strict=True)}
    assert {a.status_code for a in answers} == {401}
    assert len({text.split('value="')[0] for text in texts}) == 1


async def test_w08_after_five_wrong_passwords_the_right_one_waits_too(town: Town) -> None:
    await give_password(town)
    for _ in range(5):
        assert (await sign_in(town, "anna", "something-else-1")).status_code == 401
    limited = await sign_in(town, "anna", PASSWORD)
    assert limited.status_code == 429
    assert limited.headers["retry-after"] == "900"
    town.clock.move_to(town.clock.now() + timedelta(minutes=16))
    assert (await sign_in(town, "anna", PASSWORD)).status_code == 303


async def test_a_new_password_ends_every_session(town: Town) -> None:
    await town.sign_in()
    assert (await town.client.get("/")).status_code == 200
    assert await town.write(lambda tx: sign_ins.set_password(tx, "anna", "$argon2id$other")) == 1
    assert (await town.client.get("/")).headers["location"] == "/sign-in?next=/"


@pytest.mark.parametrize(("step", "steps"), [(timedelta(hours=13), 1), (timedelta(hours=11), 16)])
async def test_sessions_end_idle_and_in_any_case(town: Town, step: timedelta, steps: int) -> None:
    await town.sign_in()
    for number in range(steps):
        assert (await town.client.get("/")).status_code == 200, number
        town.clock.move_to(town.clock.now() + step)
    assert (await town.client.get("/")).status_code == 303


async def test_signing_out_ends_the_session_not_only_the_cookie(town: Town) -> None:
    csrf = await town.sign_in()
    cookie = town.client.cookies["maild_session"]
    assert (await town.post("/sign-out", csrf)).headers["location"] == "/sign-in"
    town.client.cookies.set("maild_session", cookie, domain="127.0.0.1", path="/")
    assert (await town.client.get("/")).status_code == 303


@pytest.mark.parametrize(
    "forged",
    [
        {"headers": {"origin": "https://evil.example"}},
        {"headers": {"sec-fetch-site": "cross-site"}},
        {"headers": {"sec-fetch-site": "same-site"}},
        {"headers": {"origin": "null"}},
        {"data": {"csrf": ""}},
        {"data": {"csrf": "A" * 24}},
    ],
)
async def test_w04_a_form_of_another_site_does_nothing(town: Town, forged: dict[str, dict[str, str]]) -> None:
    csrf = await town.sign_in()
    headers, data = forged.get("headers", {}), forged.get("data", {"csrf": csrf})
    answer = await town.client.post("/sign-out", headers=headers, data=data)
    assert answer.status_code == 403
    assert (await town.client.get("/")).status_code == 200  # still signed in


async def test_w13_nobody_is_led_away_after_the_sign_in(town: Town) -> None:
    await town.sign_in()
    for there in ("https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "/\t/evil"):
        assert (await town.client.get("/sign-in", params={"next": there})).headers["location"] == "/"
    assert (await town.client.get("/sign-in", params={"next": "/tickets/7"})).headers["location"] == "/tickets/7"


async def test_w16_every_answer_forbids_frames_other_sites_and_keeping(town: Town) -> None:
    await town.sign_in()
    for path in ("/", "/sign-in", "/no-such-page", "/robots.txt", "/api/v1/nothing"):
        answer = await town.client.get(path)
        for name, value in HEADERS:
            assert answer.headers[name] == value, (path, name)
        assert "server" not in answer.headers


async def test_w14_the_access_log_names_the_page_and_no_query(town: Town) -> None:
    with capture_logs() as told:
        await town.client.get("/sign-in?next=/secret-place&token=hunter29")
    answered = [line for line in told if line["event"] == "web.answered"]
    assert [(line["method"], line["route"], line["status"]) for line in answered] == [("GET", "/sign-in", 200)]
    assert "secret" not in str(told)
    assert "hunter29" not in str(told)


@pytest.mark.parametrize(
    "path", ["/static/x/style.css", "/static/..%2f..%2fapp.py/style.css", "/static/%00/a", "/../x"]
)
async def test_w07_no_path_leads_to_a_file(town: Town, path: str) -> None:
    answer = await town.client.get(path)
    assert answer.status_code == 404
    assert "import" not in answer.text


async def test_files_are_kept_for_ever_under_their_digest(town: Town) -> None:
    answer = await town.client.get(rendering.static("style.css"))
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/css; charset=utf-8")
    assert "immutable" in answer.headers["cache-control"]


async def test_a_mistake_of_ours_shows_a_case_and_no_exception(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    await town.sign_in()

    def fails(*_: object) -> None:
        raise RuntimeError("the secret is hunter29")

    monkeypatch.setattr(sign_ins, "session", fails)
    answer = await town.client.get("/")
    assert answer.status_code == 500
    assert "case" in answer.text
    assert "hunter29" not in answer.text
    assert "RuntimeError" not in answer.text
