"""What the pages live in, and asking on behalf of whoever is signed in."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

from starlette.requests import Request

from maild.clock import Clock
from maild.config.schema import Site, Web
from maild.control.operation import Request as Asked
from maild.control.operation import Row
from maild.control.registry import carry_out
from maild.domain.envelope import Envelope
from maild.errors import TryAgain
from maild.store.db import Database
from maild.web.allowance import Allowance
from maild.web.presence import Presence
from pipeline.accept import accept
from pipeline.furniture import Desk
from pipeline.pool import Pool
from pipeline.receipt import TemporaryTrouble
from pipeline.receive.body import SpooledBody
from pipeline.viewing.viewer import Viewer

MESSAGES_A_MINUTE = 6  # of one customer, or of one address that nobody is known at


@dataclass
class House:
    """Made by the app, found by each page with `house_of`.

    ``desk`` gives the furniture of the moment, ``living`` what only the daemon knows, ``wake`` wakes every background
    task, ``demand`` raises TemporaryTrouble where nothing can be kept. ``stopping`` is set when the daemon drains:
    streams end then.
    """

    db: Database
    desk: Callable[[], Desk]
    clock: Clock
    living: Callable[[], Row] = dict
    wake: Callable[[], None] = lambda: None
    demand: Callable[[], None] = lambda: None
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    writers: Allowance = field(default_factory=lambda: Allowance(MESSAGES_A_MINUTE))
    presence: Presence = field(default_factory=Presence)

    @cached_property
    def viewer(self) -> Viewer:
        """Opens mails for people; its child is started when somebody first looks."""
        return Viewer(self.desk().config.workers)

    @cached_property
    def reader(self) -> Pool:
        """Reads mails that are tried out, apart from those that came."""
        return Pool(self.desk().config.workers.model_copy(update={"children": 1}))

    async def accept(self, envelope: Envelope, body: SpooledBody) -> None:
        """Take a mail in that a form of ours wrote, by the same door as every mail; raises TryAgain."""
        try:
            await accept(self.db, self.desk().intake, envelope, body)
            self.demand()
        except TemporaryTrouble as trouble:
            raise TryAgain("this cannot be taken in just now", "try again in a few minutes") from trouble
        finally:
            body.close()

    async def close(self) -> None:
        await self.viewer.close()
        await self.reader.close()

    @property
    def web(self) -> Web:
        return self.desk().config.web

    @property
    def site(self) -> Site:
        return self.desk().config.site

    @cached_property
    def secure(self) -> bool:
        """Whether browsers reach us by https, and nothing else."""
        return self.site.base_url.startswith("https://")

    @cached_property
    def origin(self) -> str:
        """Scheme, host and port of site.base_url, "" without one."""
        parts = urlsplit(self.site.base_url)
        return f"{parts.scheme}://{parts.netloc}".lower() if parts.netloc else ""

    def url(self, path: str) -> str:
        """The whole address of one of our pages, from the configuration alone; "" where no link may be written."""
        return self.site.base_url + path if self.site.base_url else ""


def house_of(request: Request) -> House:
    found: House = request.app.state.house
    return found


async def ask(request: Request, operation: str, **arguments: Any) -> list[Row]:
    """Carry out an operation as the one who is signed in; raises MaildError where it cannot be done."""
    house = house_of(request)
    return await carry_out(house.db, house.desk(), Asked(operation, arguments, request.state.user))
