"""imapclient under guard: it reads no more than a command may cost, sends no line break, and can be cut off."""

import contextlib
import imaplib
import re
import select
import socket
import ssl
import time
from collections.abc import Iterable, Sequence
from typing import Any, Literal

from imapclient import IMAPClient, SocketTimeout
from imapclient.response_parser import gen_parsed_response

from pipeline.receive.mailbox_thread import Cord

ANSWER = 2 * 1024 * 1024  # octets that a command may be answered with, beside the mail it fetches
_UNSENDABLE = re.compile(rb"[\r\n\0]")

Items = dict[bytes, Any]  # what one FETCH response says: b"UID", b"BODY[]", ...


class Transport(imaplib.IMAP4):
    """The library's protocol engine on a socket that others may cut, with a budget of octets for each command.

    The library would allocate whatever length a literal claims, and read untagged answers for ever.
    """

    def __init__(self, host: str, port: int, timeout: float, context: ssl.SSLContext | None, cord: Cord) -> None:
        self._seconds = timeout
        self._context = context
        self._cord = cord
        self.budget = ANSWER
        super().__init__(host, port)

    def _create_socket(self, timeout: float | None = None) -> socket.socket:
        sock = socket.create_connection((self.host, self.port), self._seconds)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # the library sends some commands in two pieces
        try:
            self._cord.tie(sock)
        except OSError:
            sock.close()
            raise
        return sock if self._context is None else self._encrypted(sock, self._context)

    def _encrypted(self, sock: socket.socket, context: ssl.SSLContext) -> ssl.SSLSocket:
        """The handshake comes after the cord is tied: a server that drips it is cut off as well."""
        wrapped = context.wrap_socket(sock, server_hostname=self.host, do_handshake_on_connect=False)
        try:
            self._cord.tie(wrapped)
            wrapped.do_handshake()
        except BaseException:
            wrapped.close()
            raise
        return wrapped

    def starttls(self, ssl_context: ssl.SSLContext | None = None) -> Any:
        """What the server sent in clear before is thrown away with the old buffer."""
        assert ssl_context is not None
        kind, data = self._simple_command("STARTTLS")
        if kind != "OK":
            raise self.error(f"STARTTLS: {data[-1]!r}")
        self.sock = self._encrypted(self.sock, ssl_context)
        setattr(self, "_file" if hasattr(self, "_file") else "file", self.sock.makefile("rb"))
        self._tls_established = True
        self._get_capabilities()
        return self._untagged_response(kind, data, "STARTTLS")

    def readline(self) -> bytes:
        line = super().readline()
        self._spend(len(line))
        return line

    def read(self, size: int) -> bytes:
        self._spend(size)
        data = super().read(size)
        if len(data) < size:
            raise self.abort(f"the server hung up {size - len(data)} octets before the end")
        return data

    def _spend(self, octets: int) -> None:
        self.budget -= octets
        if self.budget < 0:
            raise self.abort("the server says more than was asked for")

    def _command(self, name: str, *args: Any) -> bytes:
        for arg in args:
            refuse_line_breaks(arg)
        self.budget = max(self.budget, ANSWER)
        return super()._command(name, *args)  # type: ignore[misc, no-any-return]

    def buffered(self) -> bool:
        """Whether something was read from the socket already, or waits inside TLS. The socket must not block."""
        file: Any = getattr(self, "_file", None) or self.file
        try:
            return bool(file.peek(1))
        except OSError:
            return False


class Wire(IMAPClient):  # type: ignore[misc]
    """One connection. All methods block; what they raise is sorted out by `pipeline.receive.mailbox_trouble.lost`."""

    def __init__(
        self,
        host: str,
        port: int,
        tls: Literal["none", "starttls", "tls"],
        ca_file: str | None,
        timeout: float,
        cord: Cord,
    ) -> None:
        self._cord = cord
        context = None if tls == "none" else ssl.create_default_context(cafile=ca_file)
        super().__init__(host, port, ssl=tls == "tls", ssl_context=context, timeout=SocketTimeout(timeout, timeout))
        self._imap.debug = 0  # else every line would be formatted for a log that nobody keeps
        self.normalise_times = False
        if tls == "starttls":
            try:
                self.starttls(context)
            except BaseException:
                self.hang_up()
                raise

    def _create_IMAP4(self) -> Transport:  # noqa: N802 (the library's name)
        return Transport(
            self.host, self.port, self._timeout.connect, self.ssl_context if self.ssl else None, self._cord
        )

    def _raw_command(self, command: Any, args: Any, uid: bool = True) -> Any:
        for arg in args if isinstance(args, list | tuple) else [args]:
            refuse_line_breaks(arg)
        self._imap.budget = ANSWER
        return super()._raw_command(command, args, uid=uid)

    def _normalise_folder(self, folder_name: Any) -> Any:
        refuse_line_breaks(folder_name)
        return super()._normalise_folder(folder_name)

    def hang_up(self) -> None:
        """Close the socket without a word, whatever has become of it."""
        for part in (getattr(self._imap, "_file", None) or self._imap.file, self._imap.sock):
            with contextlib.suppress(OSError, ValueError):
                part.close()

    def log_in(self, user: str, password: str) -> None:
        """By SASL PLAIN (RFC 4616), which takes any character, or LOGIN where the server does not know it."""
        if self.has_capability("AUTH=PLAIN"):
            self.plain_login(user, password)
        else:
            self.login(self._imap._quote(user), password)

    def fetched(self, uids: str, items: str, octets: int = 0) -> list[Items]:
        """Every FETCH response by itself, in order, also those nobody asked for; ``octets`` are expected in literals.

        The library's own method would key a response without UID by its sequence number, and of two for the same UID
        keep the last.
        """
        self._imap.untagged_responses.pop("FETCH", None)
        self._imap.budget = ANSWER + octets
        tag = self._imap._command("UID", "FETCH", uids, items)
        kind, data = self._imap._command_complete("FETCH", tag)
        self._imap.budget = ANSWER
        self._checkok("fetch", kind, data)
        kind, data = self._imap._untagged_response(kind, data, "FETCH")
        if data == [None]:
            return []
        parsed = list(gen_parsed_response(data))
        return [_items(response) for response in parsed[1::2]]

    def found(self, uids: str) -> list[int]:
        """The UIDs of a range like "5:*" that exist, ascending."""
        return sorted(set(self.search(["UID", uids])))

    def folder_numbers(self, folder: str) -> tuple[int | None, int | None]:
        """UIDVALIDITY and UIDNEXT of a folder that is not selected; None where the server does not tell."""
        status = self.folder_status(folder, ["UIDVALIDITY", "UIDNEXT"])
        return status.get(b"UIDVALIDITY"), status.get(b"UIDNEXT")

    def put(self, uids: Sequence[int], folder: str) -> None:
        """Move mails, or where the server cannot: copy, then delete; nothing is deleted that was not copied."""
        if self.has_capability("MOVE"):
            self.move(uids, folder)
            return
        self.copy(uids, folder)
        self.delete_messages(uids, silent=True)
        if self.has_capability("UIDPLUS"):
            self.uid_expunge(uids)
        elif set(self.search(["DELETED"])) <= set(uids):  # EXPUNGE would take other people's deletions along
            self.expunge()

    def await_news(self, seconds: float, prod: socket.socket) -> bool:
        """IDLE (RFC 2177) until the folder changes, ``prod`` becomes readable or the time is over.

        False where the server refuses to IDLE.
        """
        news = self._imap.untagged_responses.get("EXISTS") or []
        if len(news) > 1:  # told with the answer to an earlier command
            return True
        tag = self._idle_tag = self._imap._command("IDLE")
        early = False
        while self._imap._get_response() is not None:
            if self._imap.tagged_commands.get(tag):
                self._imap.tagged_commands.pop(tag)
                return False
            early = True
        self._prod = prod
        end = time.monotonic() + seconds
        while not early and (rest := end - time.monotonic()) > 0:
            said = self.idle_check(rest)
            early = not said or any(len(word) > 1 and word[1] in (b"EXISTS", b"EXPUNGE") for word in said)
        self.idle_done()
        return True

    def _poll_socket(self, sock: Any, timeout: float | None = None) -> list[tuple[int, int]]:
        """The library asks the kernel only; what lies in its own buffer or in TLS would wait until the next word."""
        if self._imap.buffered():
            return [(sock.fileno(), select.POLLIN)]
        poller = select.poll()
        poller.register(sock, select.POLLIN)
        poller.register(self._prod, select.POLLIN)
        ready = poller.poll(None if timeout is None else timeout * 1000)
        return [(fd, what) for fd, what in ready if fd == sock.fileno()]


def _items(response: Any) -> Items:
    if not isinstance(response, tuple) or len(response) % 2:
        raise ValueError(f"a FETCH response that is no list of pairs: {response!r}"[:200])
    return {name.upper(): value for name, value in zip(response[::2], response[1::2], strict=True)}


def refuse_line_breaks(arg: object) -> None:
    """Raises ValueError for what would be read as a second command. Remote text never gets here, but who knows."""
    octets = arg.encode("utf-8", "replace") if isinstance(arg, str) else arg
    if isinstance(octets, bytes) and _UNSENDABLE.search(octets):
        raise ValueError("a line break or NUL in an IMAP argument")


def uid_list(uids: Iterable[int]) -> str:
    return ",".join(map(str, uids))
