"""Takes the pictures of the console anew: ``python docs/photograph.py``, with Chromium and the extra ``browser``.

The desk is made up for it: the shipped workflow, a few orders of firms that there are not, and a clock of its own.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from email.message import EmailMessage
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from maild.cli.config import example_text  # noqa: E402
from maild.control.client import NoDaemon, ask  # noqa: E402
from maild.passwords import hashed  # noqa: E402

PICTURES = ROOT / "docs" / "pictures"
PORT, CLOCK, WORD = 18_097, "from:2026-11-23T08:30:00Z", "only for these pictures"
FIRMS = (
    ("Harbor Supply Co", "Mia Okafor", "mia@harborsupply.example", "48 Quay Street, Portville"),
    ("Nordlicht Haustechnik GmbH", "Jonas Weidemann", "weidemann@nordlicht.example", "Am Speicher 4, Kiel"),
    ("Birchwood Fittings", "Pat Lee", "lee@birchwood.example", "9 Mill Road, Arlington"),
    ("Carrière & Fils", "Camille Perrin", "perrin@carriere.example", "2 rue du Port, Brest"),
    ("Valley Ironworks", "Tom Becker", "becker@valley.example", "77 Forge Lane, Milltown"),
)
KNOWN = """
[[organization]]
name = "{name}"
domains = ["{domain}"]
trust_unauthenticated = true
"""
GOODS = (("AX-100", "Anchor bolt M12", 150), ("BX-200", "Brass washer", 40), ("HN-12", "Hex nut", 12))


def main() -> None:
    from playwright.sync_api import sync_playwright

    folder = Path(tempfile.mkdtemp(prefix="pictures"))
    daemon = _open(folder)
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
            _take(browser)
            browser.close()
    finally:
        daemon.terminate()
        daemon.wait()
        shutil.rmtree(folder)


def _open(folder: Path) -> "subprocess.Popen[bytes]":
    """The desk with its orders, ready."""
    site = f'[site]\nbase_url = "http://127.0.0.1:{PORT}"\n'
    text = re.sub(r"(?m)^\[site\]\n", site, example_text())
    text = re.sub(r"(?m)^(\[web\].*)\n", rf'\1\nenabled = true\nlisten = "127.0.0.1:{PORT}"\n', text)
    text = re.sub(r"(?m)^(\[smtp\].*)\n", r"\1\nenabled = false\n", text)
    firms = (KNOWN.format(name=name, domain=address.partition("@")[2]) for name, _, address, _ in FIRMS)
    (folder / "config.toml").write_text("\n".join([text, *firms]), encoding="utf-8")
    (folder / "mails").mkdir()
    for number in range(11):
        (folder / "mails" / f"{number:02}.eml").write_bytes(_order(number))
    command = [sys.executable, "-m", "maild"]
    how: dict[str, Any] = {"cwd": folder, "env": os.environ | {"MAILD_CLOCK": CLOCK, "PYTHONPATH": str(ROOT)}}
    subprocess.run([*command, "db", "upgrade", "-c", "config.toml"], check=True, stdout=subprocess.DEVNULL, **how)
    subprocess.run(
        [*command, "ingest", "mails", "--to", "orders@shop.example", "-c", "config.toml"],
        check=True,
        stdout=subprocess.DEVNULL,
        **how,
    )
    daemon = subprocess.Popen([*command, "run", "-c", "config.toml"], stderr=subprocess.DEVNULL, **how)
    _until_read(folder)
    return daemon


def _order(number: int) -> bytes:
    firm, who, address, place = FIRMS[number % len(FIRMS)]
    mail = EmailMessage()
    mail["From"], mail["To"] = f'"{who}" <{address}>', "orders@shop.example"
    mail["Subject"], mail["Message-ID"] = f"Purchase order PO-{7041 + number}", f"<{number}@{address.split('@')[1]}>"
    count, goods = 200 + 50 * number, GOODS[: 2 + number % 2]
    lines = [f"{sku} | {what} | {count} | {_sum(cents)} | {_sum(count * cents)}" for sku, what, cents in goods]
    head = f"Purchase order PO-{7041 + number}\nShip to: {firm}, {place}\nPayment terms: Net 30"
    total = f"Total: EUR {_sum(sum(count * cents for _, _, cents in goods))}"
    columns = "Item | Description | Qty | Unit price | Amount"
    mail.set_content("\n".join([head, "", columns, *lines, "", total, "", "Thank you", who, ""]))
    return mail.as_bytes()


def _sum(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02}"


def _until_read(folder: Path) -> None:
    for _ in range(120):
        time.sleep(0.5)
        try:
            [status] = [json.loads(row) for row in ask(folder / "maild.sock", "status", {})]
        except NoDaemon:
            continue
        if status["tickets"] and not status["mails"].get("ready") and not status["mails"].get("leased"):
            for _ in ask(
                folder / "maild.sock", "user.password", {"name": "approver", "hash": hashed(WORD)}, "approver"
            ):
                pass
            return
    raise SystemExit("the desk does not answer")


def _take(browser: Any) -> None:
    wide, phone = {"width": 1200, "height": 760}, {"width": 390, "height": 760}
    page = _sign_in(browser, wide, "light")
    page.goto("/views/open")
    for _ in range(3):
        page.keyboard.press("j")
    page.keyboard.press("x")
    page.screenshot(path=PICTURES / "view.png")
    page.goto("/tickets/2")
    page.screenshot(path=PICTURES / "ticket.png")
    page = _sign_in(browser, wide, "dark")
    page.goto("/rules")
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    page.wait_for_function("[...document.images].every((image) => image.complete && image.naturalWidth)")
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    page.screenshot(path=PICTURES / "rules.png")
    page = _sign_in(browser, phone, "dark")
    page.goto("/tickets/3")
    page.screenshot(path=PICTURES / "phone.png")


def _sign_in(browser: Any, size: dict[str, int], scheme: str) -> Any:
    page = browser.new_page(base_url=f"http://127.0.0.1:{PORT}", viewport=size, color_scheme=scheme)
    page.goto("/")
    page.get_by_label("Name or mail address").fill("approver")
    page.get_by_label("Password").fill(WORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("button", name="Sign out").wait_for()
    return page


if __name__ == "__main__":
    main()
