"""What a mail brings neither runs in the console nor leaves it."""

from typing import Any

import pytest

from tests.browser.conftest import Console

BAD = '<script>alert(1)</script><img src=x onerror=alert(2)> {{ 7 * 7 }} "><svg onload=alert(3)>'
HTML = (
    '<p onclick="alert(4)">Hello</p><script>alert(5)</script>'
    '<img src="https://tracker.example/1.gif" onerror="alert(6)">'
    '<a href="javascript:alert(7)">click</a><form action="https://thief.example"><input name=p></form>'
)


@pytest.fixture(scope="module")
def ticket(console: Console) -> int:
    customer = console.shop.customer
    mail = customer.mail(f"{BAD} PO-9", f"Hello {BAD}\n")
    mail.add_alternative(HTML, subtype="html")
    mail.add_attachment(
        b"<script>alert(8)</script>", maintype="text", subtype="html", filename=f"a{BAD}.html".replace("/", "")
    )
    mail.add_attachment(
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(9)'/>",
        maintype="image",
        subtype="svg+xml",
        filename="b.svg",
    )
    customer.send(mail)
    console.shop.daemon.quiet()
    number: int = console.shop.daemon.tickets()[0]["id"]
    return number


def outside(page: Any) -> list[str]:
    """Addresses asked for that are not ours."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    return asked


def test_w05_i05_what_a_mail_says_is_text_on_every_page(console: Console, ticket: int) -> None:
    page = console.sign_in("lead")
    asked = outside(page)
    mail = console.shop.daemon.ticket(ticket)["mails"][0]["id"]
    pages = (
        "/",
        "/views/open",
        f"/tickets/{ticket}",
        f"/tickets/{ticket}/explain",
        "/operations",
        f"/mails/{mail}",
        f"/mails/{mail}/source?part=text",
    )
    for path in pages:
        assert page.goto(path).status == 200
        assert not page.locator("main script, main svg[onload], main img[onerror]").count()
    page.goto(f"/search?q={BAD}")
    page.goto(f"/tickets/{ticket}")
    assert "{{ 7 * 7 }}" in page.locator("h1").inner_text()
    assert all(url.startswith(console.address) for url in asked)
    assert console.complaints == []


def test_w06_letters_are_framed_without_rights_and_files_are_saved_not_shown(console: Console, ticket: int) -> None:
    page = console.sign_in("lead")
    mail = console.shop.daemon.ticket(ticket)["mails"][0]["id"]
    letter = page.request.get(f"/mails/{mail}/letter")
    assert "sandbox" in letter.headers["content-security-policy"]
    for bad in ("script", "onclick", "onerror", "tracker.example", "javascript:", "<form"):
        assert bad not in letter.text()
    page.goto(f"/mails/{mail}")
    names = [link.get_attribute("href") for link in page.locator("main ul.plain a[href*='/file?']").all()]
    assert len(names) == 2
    for name in names:
        file = page.request.get(name)
        assert file.headers["content-disposition"].startswith("attachment")
        assert file.headers["content-type"] == "application/octet-stream"
        assert file.headers["x-content-type-options"] == "nosniff"
        assert "\n" not in file.headers["content-disposition"]


def test_w07_no_path_leads_out_of_a_mail(console: Console, ticket: int) -> None:
    page = console.sign_in("lead")
    mail = console.shop.daemon.ticket(ticket)["mails"][0]["id"]
    for name in ("../../etc/passwd", "..%2f..%2fetc%2fpasswd", "/etc/passwd", "config.toml"):
        assert page.request.get(f"/mails/{mail}/file?name={name}").status == 404
    assert page.request.get(f"/mails/{mail}/file?name=%00").status in (400, 404)
    assert page.request.get("/mails/999999").status == 404


def test_w04_a_form_of_another_site_changes_nothing(console: Console, ticket: int) -> None:
    page = console.sign_in("approver")
    before = console.shop.daemon.ticket(ticket)["version"]
    form = {"kind": "note", "text": "forged"}
    for headers in ({"origin": "https://thief.example"}, {"sec-fetch-site": "cross-site"}, {}):
        assert page.request.post(f"/tickets/{ticket}/say", form=form, headers=headers).status == 403
    assert console.shop.daemon.ticket(ticket)["version"] == before
