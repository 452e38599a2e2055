"""The commands of one client's SMTP dialogue (RFC 5321).

aiosmtpd gives the protocol object, its life cycle and the table of commands. The dialogue is ours, because a
sender's order must not bounce for a line of 1,100 octets or a locked database, memory must stay flat whatever is sent,
and nothing that was pipelined behind a refused DATA may ever be taken for commands.
"""
# ruff: noqa: N802  (aiosmtpd finds its commands by name)

import ssl

import structlog

from maild.domain.envelope import Envelope
from pipeline.receive import auth, commands, limits
from pipeline.receive.body import SpooledBody
from pipeline.receive.conduct import Conduct, is_foreign, refuse_length
from pipeline.receive.dialogue import Dialogue, Slow
from pipeline.receive.gathering import Gathering
from pipeline.receive.reception import CLOSING, Reception
from pipeline.receive.transaction import Transaction

log = structlog.get_logger("maild.smtp")

BEFORE_TLS = frozenset({"NOOP", "EHLO", "HELO", "STARTTLS", "QUIT", "RSET"})
WITHOUT_ARGUMENT = frozenset({"DATA", "RSET", "QUIT", "STARTTLS"})


class Session(Dialogue):
    """A `Dialogue` in SMTP: each command either answers at once or gives what has to wait."""

    def __init__(self, reception: Reception, peer: str) -> None:
        super().__init__(reception, peer)
        self._helo: str | None = None
        self._extended = False
        self._login: str | None = None
        self._conduct = Conduct(reception.settings)
        self._transaction = Transaction()

    @property
    def idle(self) -> bool:
        return not self._transaction.open and not self.storing

    # The dialogue

    def greet(self) -> None:
        self.say(f"220 {self.hostname} ESMTP")

    def command(self, line: bytes) -> Slow | None:
        self._conduct.commands += 1
        verb_bytes, _, argument = line.partition(b" ")
        verb = verb_bytes.upper().decode("ascii", "replace")
        method = self._smtp_methods.get(verb)
        refusal = refuse_length(line, verb)
        if method is None:  # of the commands we know none begins like another protocol
            refusal = refusal or self._refuse_foreign(line) or self._refuse_unknown(verb)
        if refusal := refusal or self._refuse_command(verb, argument):
            self._refuse(refusal)
        elif method is not None:
            slow: Slow | None = method(argument.decode("utf-8", "surrogateescape").strip(" "))
            return slow
        return None

    def _refuse_foreign(self, line: bytes) -> str:
        return self._end("554 5.5.1 This port speaks SMTP") if is_foreign(line) else ""

    def _refuse_unknown(self, verb: str) -> str:
        if verb == "BDAT" and self.wire.waiting:  # its chunk must not be taken for commands
            return self._end("554 5.5.0 BDAT is not offered")
        return self._conduct.refuse_unknown() or "500 5.5.1 Unknown command"

    def _refuse_command(self, verb: str, argument: bytes) -> str:
        """What stands against any command here and now."""
        if argument and verb in WITHOUT_ARGUMENT:
            return f"501 5.5.4 {verb} takes no argument"
        if verb == "QUIT":
            return ""
        if self.reception.closing and not self._transaction.open:
            return CLOSING
        if verb not in BEFORE_TLS and not self.tls and self.settings.tls is not None and self.settings.tls.required:
            return "530 5.7.0 Must issue a STARTTLS command first"
        return self._conduct.refuse_command(verb)

    def _refuse(self, reply: str) -> None:
        """Say it; a client that made too many mistakes is shown the door."""
        self.say(reply)
        if (enough := self._conduct.refuse_fault(reply)) and not self.ending:
            self.say(enough)
        if self.ending:
            log.info("smtp.rejected", session=self.id, peer=self.peer, reply=reply)

    def _end(self, reply: str) -> str:
        self.ending = True
        return reply

    # Greeting

    def smtp_HELO(self, argument: str) -> None:
        self._greet(argument, extended=False)

    def smtp_EHLO(self, argument: str) -> None:
        self._greet(argument, extended=True)

    def _greet(self, argument: str, *, extended: bool) -> None:
        name = commands.read_hello(argument)
        if name is None:
            self._refuse("501 5.5.4 Syntax: EHLO hostname")
            return
        self._transaction = Transaction()
        self._helo, self._extended = name, extended
        lines = [self.hostname, *(self._extensions() if extended else ())]
        for line in lines[:-1]:
            self.say(f"250-{line}")
        self.say(f"250 {lines[-1]}")

    def _extensions(self) -> list[str]:
        offered = ["PIPELINING", f"SIZE {self.settings.max_size}", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES"]
        if self.reception.tls is not None and not self.tls:
            offered.append("STARTTLS")
        if self._login_offered:
            offered.append(f"AUTH {' '.join(auth.MECHANISMS)}")
        return offered

    @property
    def _login_offered(self) -> bool:
        return self.tls and bool(self.reception.passwords)

    def smtp_STARTTLS(self, argument: str) -> Slow | None:
        context = self.reception.tls
        if context is None or self.tls:
            self._refuse("503 5.5.1 TLS is active" if self.tls else "502 5.5.1 TLS is not offered")
            return None
        return self._start_tls(context)

    async def _start_tls(self, context: ssl.SSLContext) -> None:
        self.say("220 2.0.0 Ready to start TLS")
        self.extend(limits.HANDSHAKE_SECONDS)
        await self.flush()
        await self.start_tls(context)
        self._helo, self._transaction = None, Transaction()

    def smtp_AUTH(self, argument: str) -> Slow | None:
        words = argument.split()
        if refusal := self._refuse_login(words):
            self._refuse(refusal)
            return None
        return self._log_in(words)

    async def _log_in(self, words: list[str]) -> None:
        given = await auth.ask_credentials(words[0].upper(), words[1] if len(words) > 1 else None, self._challenge)
        if isinstance(given, str):
            self._refuse(given)
            return
        if self.reception.passwords.verify(given):
            self._login = given.login
            self.say("235 2.7.0 Authenticated")
        else:
            log.warning("smtp.login_failed", session=self.id, peer=self.peer, login=given.login[:100])
            self.say(self._conduct.refuse_password())

    def _refuse_login(self, words: list[str]) -> str:
        if not self.reception.passwords:
            return "502 5.5.1 AUTH is not offered"
        if not self.tls:
            return "538 5.7.11 AUTH needs TLS"
        if not self._extended or self._login is not None or self._transaction.open:
            return "503 5.5.1 AUTH comes once, after EHLO and before MAIL"
        return auth.refuse_words(words)

    async def _challenge(self, text: str) -> bytes:
        self.say(f"334 {text}")
        return await self.next_line(limits.LONGEST_PARAMETERS)

    # One mail

    def smtp_MAIL(self, argument: str) -> None:
        read = self._refuse_mail() or commands.read_mail(
            argument, max_size=self.settings.max_size, extended=self._extended, login_offered=self._login_offered
        )
        if isinstance(read, str):
            self._refuse(read)
        else:
            self._transaction.begin(read)
            self.say("250 2.1.0 OK")

    def _refuse_mail(self) -> str:
        if self._helo is None:
            return "503 5.5.1 EHLO first"
        if self._transaction.open:
            return "503 5.5.1 One mail after the other"
        if self.settings.auth.require and self._login is None:
            return "530 5.7.0 Authentication required"
        return self._conduct.refuse_mail() or self.reception.closed_for()

    def smtp_RCPT(self, argument: str) -> Slow | None:
        address, refusal = self._transaction.read_rcpt(argument)
        if refusal:
            self._refuse(refusal)
            return None
        reply, stranger = self._transaction.add(address, self.settings, self.reception.intake)
        if stranger:
            return self._refuse_stranger(reply)
        if reply.startswith("250"):
            self.reception.fail("smtp.rcpt")
        self.say(reply)
        return None

    async def _refuse_stranger(self, reply: str) -> None:
        """An address nobody knows: slow, and then no more, for whoever is guessing."""
        log.info("smtp.rejected", session=self.id, peer=self.peer, reply=reply[:200])
        if enough := self._conduct.refuse_stranger():
            self.say(enough)
            return
        if self._conduct.guessing:
            self.extend(limits.TARPIT_SECONDS + self.settings.read_timeout)
            await self.flush()
            await self.reception.pause(limits.TARPIT_SECONDS)
        self.say(reply)

    def smtp_DATA(self, argument: str) -> None:
        if refusal := self._refuse_data():
            self._refuse(refusal)
            return
        self.say("354 End data with <CR><LF>.<CR><LF>")
        self.extend(self.settings.read_timeout)
        body = SpooledBody(self.reception.folder, self.reception.memory)
        self.gathering = Gathering(body, self.settings.max_size, self._transaction.declared, self, self.reception.fail)
        self.wire.begin_body(self.gathering.take)

    def body_ended(self, gathering: Gathering) -> None:
        try:
            envelope = self._transaction.envelope(
                peer=self.peer, helo=self._helo, login=self._login, tls=self.tls, session=self.id
            )
            self._transaction = Transaction()
            refusal = self._refuse_body(gathering)
        except BaseException:
            gathering.body.close()
            raise
        if refusal:
            gathering.body.close()
            self.say(refusal)
        else:
            self._store(envelope, gathering.body)

    def _refuse_data(self) -> str:
        """A client that did not wait for our yes would now have its mail taken for commands."""
        refusal = self._transaction.refuse_data()
        if refusal and self.wire.waiting:
            return self._end("554 5.5.0 Synchronization error")
        return refusal

    def _refuse_body(self, gathering: Gathering) -> str:
        refusal = gathering.refusal()
        if gathering.trouble is None:
            return refusal
        return self.reception.trouble("smtp.tempfailed", refusal, session=self.id, exc_info=gathering.trouble)

    def _store(self, envelope: Envelope, body: SpooledBody) -> None:
        """By a task of the reception's own: a client that goes away does not take its mail back."""
        self.storing = True
        self.extend(limits.STORE_SECONDS)
        self.reception.store(envelope, body, self._stored)

    def _stored(self, reply: str) -> None:
        self.storing = False
        if self.transport is None or self.doomed:  # nobody listens any more
            return
        self.say(reply)
        if reply.startswith("250"):
            self._conduct.mail_taken()
            try:
                self.send()
                self.reception.fail("smtp.after_250")
            except Exception as error:
                self.wire.end(error)
        self.proceed()

    def smtp_RSET(self, argument: str) -> None:
        self._transaction = Transaction()
        self.say("250 2.0.0 OK")

    def smtp_NOOP(self, argument: str) -> None:
        self.say("250 2.0.0 OK")

    def smtp_VRFY(self, argument: str) -> None:
        self.say("252 2.5.2 Send some mail and see")

    def smtp_EXPN(self, argument: str) -> None:  # type: ignore[override]
        self.say("502 5.5.1 Not offered")

    def smtp_HELP(self, argument: str) -> None:
        self.say("214 2.0.0 See RFC 5321")

    def smtp_QUIT(self, argument: str) -> None:
        self.say("221 2.0.0 Bye")
        self.ending = True
