"""The wiring: the only file that knows everybody. One daemon, one loop, one TaskGroup."""

import asyncio
import contextlib
import gc
import os
import secrets
import signal
import socket
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import structlog

from maild import __version__, environment, failpoints, logs, rooms, systemd
from maild.clock import Steadiness, SystemClock
from maild.config import Config, Imap
from maild.errors import ConfigError, MaildError
from maild.health import Health
from maild.loop import quicker_loop
from maild.restart import needing_restart
from maild.roles import ROLES
from maild.store import people, schema
from maild.store.db import Database
from maild.store.ground import Gone, Ground
from maild.store.lock import Lock
from maild.store.tx import Tx
from maild.supervision import Supervisor, Work
from maild.surroundings import Surroundings, once_a_turn
from maild.watchdog import Watchdog
from pipeline.accept import accept, accept_soon
from pipeline.furniture import Desk, load_desk
from pipeline.receipt import TemporaryTrouble
from pipeline.receive import smtp

if TYPE_CHECKING:  # `rooms` imports them when mail is taken in already
    from maild.web.server import WebServer
    from pipeline.receive.imap import Mailbox

log = structlog.get_logger("maild")


@dataclass(frozen=True, slots=True)
class Start:
    """How the daemon is started: where its config is, by which clock it lives, and its part among several.

    ``socket`` is where it answers commands, if not where the config says.
    """

    config_file: Path
    clock_speed: float = 1.0
    roles: tuple[str, ...] = ROLES
    socket: Path | None = None


def run(start: Start) -> None:
    """Run the daemon until SIGTERM or SIGINT. Raises MaildError where it cannot start; a bad config leaves nothing."""
    with asyncio.Runner(loop_factory=quicker_loop()) as runner:
        runner.run(App(start, load_desk(start.config_file, make_key=True)).run())


class App:
    """Everything that lives as long as the daemon."""

    def __init__(self, start: Start, desk: Desk) -> None:
        config = desk.config
        self._start = start
        self.config = self._began_with = config
        self.desk = desk
        self.clock = environment.clock(start.clock_speed)
        self.output = logs.start(config.log.format, config.log.level, config.log.file)
        self.health = Health(self.clock.now())
        self.name = f"{socket.gethostname()[:40]}:{os.getpid()}:{secrets.token_hex(4)}"  # never anybody else's
        self.server: smtp.Server | None = None
        self.web: WebServer | None = None
        self._stop = asyncio.Event()
        self._reload_asked = False
        self.tasks = Supervisor(self.health, self.clock, self._stop)

    async def run(self) -> None:
        self._handle_signals()
        place = self.config.database.url.rpartition("@")[2]  # without who signs in there
        log.info("daemon.starting", version=__version__, config=self.config.file, database=place)
        async with contextlib.AsyncExitStack() as stack:
            stack.enter_context(Lock.of(self.config.database.url))
            self.db = Database(self.config.database.url, self.clock, synchronous=environment.synchronous())
            stack.push_async_callback(self.db.close)
            await self._prepare()
            await self._serve(stack)
        log.info("daemon.stopped")

    def _answers_at(self) -> Path:
        return self._start.socket or self.config.control.socket

    async def _prepare(self) -> None:
        """Schema and people: what a mail that comes in may meet."""
        current, wanted = await asyncio.to_thread(schema.status, self.db.engine)
        if current != wanted:
            from maild.store import backup  # with Alembic, that most starts do not need

            if await asyncio.to_thread(backup.upgrade, self.db.engine):
                log.info("db.migrated")
        await self.db.write(partial(people.keep_all, config=self.config))

    async def _serve(self, stack: contextlib.AsyncExitStack) -> None:
        self.ground = Ground(self.config.database.url, self.config.smtp.max_size)
        steady = Steadiness() if isinstance(self.clock, SystemClock) and self.clock.is_real else None
        self.surroundings = Surroundings(self.ground, self.health, self.clock, self.tasks.wake_all, steady)
        self.server = await self._listen()
        await asyncio.to_thread(rooms.load, self.config, self._start.roles)
        works = await self._staff(stack)
        await self._open(stack)
        gc.enable()
        gc.freeze()  # what lives as long as the daemon is not looked at again and again
        await self.crew.warm()  # clients are answered meanwhile: what they bring is kept until it can be read
        async with asyncio.TaskGroup() as group:
            for name, topic, work in works:
                self.tasks.begin(group, name, self.db.subscribe(topic), work)
            for box in self.config.imap if "imap" in self._start.roles else ():
                name = f"imap:{box.name}"
                read = self.attendance.alone(name, self._mailbox(box).run)
                self.tasks.begin(group, name, self.db.subscribe(name), read, regularly=False)
            if self.web is not None:
                self.tasks.begin(group, "web", asyncio.Event(), self.web.run, regularly=False)
            waker = self.tasks.start_waker()
            group.create_task(self.surroundings.watch(self._stop), name="surroundings")
            watchdog = Watchdog(asyncio.get_running_loop())
            watchdog.start()
            stack.callback(watchdog.stop)
            self.health.listening = True
            log.info("daemon.ready", smtp=list(self.server.ports) if self.server else None)
            systemd.ready(self._status())
            if self._reload_asked:
                self.reload()
            await self._stop.wait()
            await self._drain()
            waker.shutdown(wait=False)

    async def _staff(self, stack: contextlib.AsyncExitStack) -> list[tuple[str, str, Work]]:
        """Be known among the daemons, take over what a former life left undone, and hire the background workers."""
        from maild.attendance import Attendance
        from maild.crew import Crew
        from maild.store.processes import Process

        roles, answers = self._start.roles, str(self._answers_at().absolute())
        me = Process(self.name, socket.gethostname(), os.getpid(), roles, __version__, self.health.started_at, answers)
        self.attendance = Attendance(self.db, me)
        stack.push_async_callback(self.attendance.end)
        await self.attendance.begin()
        self.crew = Crew(self.name, roles, self.db, self.desk, self.clock)
        return await self.crew.hire(stack)

    async def _open(self, stack: contextlib.AsyncExitStack) -> None:
        """The doors for our own people: commands, figures, pages."""
        from maild.control.server import ControlServer

        living, wake = self._living, self.tasks.wake_all
        control = ControlServer(self._answers_at(), self.db, lambda: self.desk, self.clock, living, wake)
        await control.start()
        stack.push_async_callback(control.close)
        if self.config.metrics.listen:
            from maild.web.probes import Probes

            probes = Probes(self.config.metrics.listen, self.db, self.health, self.output)
            await probes.start()
            stack.push_async_callback(probes.close)
        if self.config.web.enabled and "web" in self._start.roles:
            from maild.web.house import House
            from maild.web.server import WebServer

            house = House(self.db, lambda: self.desk, self.clock, living, wake, self._demand_ground)
            self.web = WebServer(house, environment.grace())
            stack.callback(self.web.close)
            stack.push_async_callback(house.close)

    async def _listen(self) -> smtp.Server | None:
        if not self.config.smtp.enabled or "smtp" not in self._start.roles:
            return None
        demand = once_a_turn(self._demand_ground)

        async def store(envelope: Any, body: Any) -> Any:
            receipt = await accept(self.db, self.desk.intake, envelope, body)
            demand()
            return receipt

        def store_soon(envelope: Any, body: Any, then: Any) -> None:
            accept_soon(self.db, self.desk.intake, envelope, body, demand, then)

        server = await smtp.start(self.config.smtp, self.desk.intake, store, accept_soon=store_soon)
        server.reception.closed_for = once_a_turn(self.surroundings.refusal)
        return server

    def _mailbox(self, settings: Imap) -> "Mailbox":
        from pipeline.receive.imap import Mailbox

        async def store(envelope: Any, body: Any, along: Callable[[Tx], None]) -> Any:
            receipt = await accept(self.db, self.desk.intake, envelope, body, along=along)
            self._demand_ground()
            return receipt

        return Mailbox(settings, self.db, lambda: self.desk.intake, store, self.clock, self.health)

    def _demand_ground(self) -> None:
        """No mail is promised that was written into a file without a name."""
        try:
            self.ground.demand()
        except Gone as gone:
            raise TemporaryTrouble("4.3.0", "Temporary failure, please try again later") from gone

    def _handle_signals(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.stop)
        loop.add_signal_handler(signal.SIGHUP, self.reload)

    def stop(self) -> None:
        """Begin to drain; a second call changes nothing."""
        if not self._stop.is_set():
            log.info("daemon.stopping", grace_s=environment.grace())
            systemd.stopping("draining")
            self.health.stopping = True
            self.health.stops_by = self.clock.now() + timedelta(seconds=environment.grace())
            self._stop.set()
            self.tasks.wake_all()

    async def _drain(self) -> None:
        """Sessions end first, then the background tasks."""
        deadline = asyncio.get_running_loop().time() + environment.grace()
        if self.server is not None:
            await self.server.drain(environment.grace())
        await self.tasks.finish(deadline)

    def reload(self) -> None:
        """Load the config again; a broken one is refused with its mistakes and the old one goes on."""
        if not self.health.listening:
            self._reload_asked = True  # it comes before we are up: the file is read again as soon as we are
            return
        systemd.reloading()
        self.output.reopen()
        try:
            desk = load_desk(self._start.config_file, make_key=True)
            failpoints.hit("config.reload")
            if self.server is not None:
                self.server.reconfigure(desk.config.smtp, desk.intake)
        except MaildError as error:
            for mistake in error.mistakes if isinstance(error, ConfigError) else [error.what]:
                log.error("config.reload_failed", mistake=mistake)
        else:
            self._take_over(desk.config, desk)
        systemd.ready(self._status())

    def _take_over(self, config: Config, desk: Desk) -> None:
        unchanged = needing_restart(self._began_with, config)
        if unchanged:
            log.warning("config.restart_needed", sections=unchanged)
        self.config, self.desk = config, desk
        self.ground.largest = config.smtp.max_size
        self.crew.take_over(desk)
        self.tasks.wake_all()  # the ticker lets open tickets meet the new rules
        self._keeping = asyncio.get_running_loop().create_task(self._keep_people(config, desk))

    async def _keep_people(self, config: Config, desk: Desk) -> None:
        try:
            await self.db.write(partial(people.keep_all, config=config))
        except MaildError as error:
            log.error("config.reload_failed", mistake=f"the people of the new configuration are not kept: {error.what}")
        else:
            log.info("config.reloaded", rules=desk.ruleset.digest[:12])

    def _status(self) -> str:
        return f"maild {__version__}: {'degraded' if self.health.degraded else 'running'}"

    def _living(self) -> dict[str, Any]:
        sessions = len(self.server.reception.connections) if self.server else 0
        return {
            "version": __version__,
            "pid": os.getpid(),
            "started_at": self.health.started_at,
            "ready": self.health.ready,
            "degraded": self.health.degraded,
            "holds": self.health.holds(sessions, self.tasks.unfinished),
            "stops_by": self.health.stops_by,
            "restart_needed": needing_restart(self._began_with, self.config),
            "smtp_ports": list(self.server.ports) if self.server else [],
            "web_port": self.web.port if self.web else None,
            "smtp_sessions": sessions,
            "mailboxes": [
                {"name": name, "read_at": box.read_at, "trouble": box.trouble.why if box.trouble else None}
                for name, box in self.health.mailboxes.items()
            ],
            "commits": self.db.commits,
            "relay_rests_until": self.crew.courier.backoff.resume_at if self.crew.courier else None,
            "process": self.name,
            "roles": list(self._start.roles),
            "rules": self.desk.ruleset.digest[:12],
        }
