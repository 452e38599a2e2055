"""A running desk with its console, and a real browser in front of it."""

import shutil
from collections.abc import Generator, Iterator
from typing import Any

import pytest
from argon2 import PasswordHasher

from tests.journeys.shop import Shop

PASSWORD = "correct horse battery staple"
PATIENCE = 60_000  # ms before a page is taken for broken; never waited for when all is well
SITE = '[site]\nbase_url = "http://127.0.0.1:8080"\n'  # the port that links name; pages are asked for at the real one
WEB = '\n[web]\nenabled = true\nlisten = "127.0.0.1:0"\nundo_reply = "60s"\n'  # a browser's seconds are real
SIZES = {"wide": {"width": 1280, "height": 900}, "phone": {"width": 390, "height": 800}}


class Console:
    """A desk's pages; every browser page that is opened complains of scripts that fail."""

    def __init__(self, shop: Shop, browser: Any) -> None:
        self.shop = shop
        self._browser = browser
        self.address = f"http://127.0.0.1:{shop.daemon.ask('status')[0]['web_port']}"
        self.complaints: list[str] = []
        self._contexts: list[Any] = []

    def visit(self, size: str = "wide", scheme: str = "light", **how: Any) -> Any:
        """A page of a browser of its own, signed in nowhere."""
        context = self._browser.new_context(
            base_url=self.address, viewport=SIZES[size], color_scheme=scheme, reduced_motion="reduce", **how
        )
        self._contexts.append(context)
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("dialog", self._complain)
        return page

    def _complain(self, dialog: Any) -> None:
        self.complaints.append(f"a dialog: {dialog.message}")
        dialog.dismiss()

    def leave(self) -> None:
        """Close every page: one that listens on would be told of all that is done to its ticket later."""
        for context in self._contexts:
            context.close()
        self._contexts.clear()

    def sign_in(self, name: str, size: str = "wide", scheme: str = "light", **how: Any) -> Any:
        page = self.visit(size, scheme, **how)
        page.goto("/")
        page.get_by_label("Name or mail address").fill(name)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.get_by_role("button", name="Sign out").wait_for()
        page.wait_for_load_state()
        return page

    @staticmethod
    def press(page: Any, *keys: str) -> None:
        """What a page does by keys it can do once it has its script, which is after one can read it."""
        page.wait_for_load_state()
        for key in keys:
            page.keyboard.press(key)

    @staticmethod
    def reads(page: Any, said: str, place: str = "main") -> None:
        """Wait until it stands there: what a click leads to comes after the click, and a page comes in pieces."""
        page.locator(place, has_text=said).first.wait_for()


@pytest.fixture(scope="module")
def browser() -> Generator[Any, None, None]:
    """Debian's Chromium; its driver keeps a loop running, which no other module's tests may meet."""
    path = shutil.which("chromium")
    if path is None:
        pytest.skip("chromium is not installed (see .ci/debian-packages)")
    api = pytest.importorskip("playwright.sync_api", reason="pip install 'maild[browser]'")
    with api.sync_playwright() as playwright:
        made = playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox", "--disable-gpu"], timeout=PATIENCE
        )
        yield made
        made.close()


@pytest.fixture(scope="module")
def console(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    shop = Shop.opened(tmp_path_factory.mktemp("console"), ("[site]\n", SITE), more=WEB)
    hashed = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1).hash(PASSWORD)  # no theft of it is the matter
    for name in ("orders-agent", "approver", "lead"):
        shop.daemon.ask("user.password", name, name=name, hash=hashed)
    made = Console(shop, browser)
    yield made
    shop.close()
    assert made.complaints == []


@pytest.fixture(autouse=True)
def _left(console: Console) -> Iterator[None]:
    yield
    console.leave()
