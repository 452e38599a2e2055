"""An IMAP server for one mailbox that follows a script: well-behaved until a test says otherwise."""

import base64
import re
import socket
import ssl
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

USER, PASSWORD = "orders@shop.example", "correct horse"

Trick = Callable[["Line", bytes, bytes], bool]
"""Gets the connection, the tag and the rest of the command line; True where it has answered (or hung up)."""


class HungUp(Exception):
    """The script ends the connection here."""


class Line:
    """One connection, from the server's side."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self.file = sock.makefile("rb")
        self.folder = ""

    def say(self, *lines: bytes) -> None:
        self.sock.sendall(b"".join(line + (b" done\r\n" if line.endswith(b" OK") else b"\r\n") for line in lines))

    def raw(self, octets: bytes) -> None:
        self.sock.sendall(octets)

    def silence(self) -> None:
        """Say nothing more, until the client goes."""
        while self.file.readline():
            pass
        raise HungUp


@dataclass
class Server:
    """``folders`` hold mails by UID. ``tricks`` are by command ("LOGIN", "UID FETCH"); each is asked first.

    ``seen`` is every command line of every connection, ``logins`` the number of connections that logged in.
    """

    folders: dict[str, dict[int, bytes]] = field(default_factory=lambda: {"INBOX": {}})
    uidvalidity: int | None = 7
    next_uid: int | None = None
    capabilities: str = "IMAP4rev1 AUTH=PLAIN MOVE UIDPLUS"
    tricks: dict[str, Trick] = field(default_factory=dict)
    tls: ssl.SSLContext | None = None
    seen: list[bytes] = field(default_factory=list)
    flags: dict[int, set[str]] = field(default_factory=dict)
    connections: int = 0
    logins: int = 0
    largest_answer: int = 0
    read_only: bool = False
    used: dict[str, int] = field(default_factory=dict)

    def start(self) -> "Server":
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._open: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def stop(self) -> None:
        for sock in (self._listener, *self._open):
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
            sock.close()

    def put(self, *mails: bytes, folder: str = "INBOX", uid: int | None = None) -> None:
        held = self.folders.setdefault(folder, {})
        for mail in mails:
            number = uid or self.used.get(folder, 0) + 1
            held[number] = mail
            self.used[folder] = max(number, self.used.get(folder, 0))

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                sock, _ = self._listener.accept()
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self.connections += 1
                self._open.append(sock)
                threading.Thread(target=self._serve, args=(sock,), daemon=True).start()

    def _serve(self, sock: socket.socket) -> None:
        with suppress(OSError, HungUp, ValueError):
            if self.tls is not None:
                sock = self.tls.wrap_socket(sock, server_side=True)
                self._open.append(sock)
            line = Line(sock)
            if not self._tricked("GREETING", line, b"*", b""):
                line.say(b"* OK ready")
            while words := line.file.readline().strip():
                self.seen.append(words)
                tag, _, command = words.partition(b" ")
                self._obey(line, tag, command)
        with suppress(OSError):
            sock.close()

    def _obey(self, line: Line, tag: bytes, command: bytes) -> None:
        first, _, rest = command.partition(b" ")
        name = first.decode().upper()
        if name == "UID":
            first, _, rest = rest.partition(b" ")
            name += f" {first.decode().upper()}"
        if self._tricked(name, line, tag, rest):
            return
        answer = getattr(self, f"_{name.lower().replace(' ', '_')}", None)
        if answer is None:
            line.say(tag + b" BAD what?")
            return
        answer(line, tag, rest)

    def _tricked(self, name: str, line: Line, tag: bytes, rest: bytes) -> bool:
        trick = self.tricks.get(name)
        return trick is not None and trick(line, tag, rest)

    def _capability(self, line: Line, tag: bytes, rest: bytes) -> None:
        line.say(f"* CAPABILITY {self.capabilities}".encode(), tag + b" OK")

    def _noop(self, line: Line, tag: bytes, rest: bytes) -> None:
        line.say(tag + b" OK")

    def _login(self, line: Line, tag: bytes, rest: bytes) -> None:
        self._judge(line, tag, rest == f'"{USER}" "{PASSWORD}"'.encode())

    def _authenticate(self, line: Line, tag: bytes, rest: bytes) -> None:
        line.say(b"+ ")
        said = base64.b64decode(line.file.readline().strip())
        if rest == b"XOAUTH2":
            self._judge(line, tag, said == f"user={USER}\1auth=Bearer good-token\1\1".encode())
        else:
            self._judge(line, tag, said == f"\0{USER}\0{PASSWORD}".encode())

    def _judge(self, line: Line, tag: bytes, right: bool) -> None:
        self.logins += right
        line.say(tag + (b" OK welcome" if right else b" NO [AUTHENTICATIONFAILED] no"))

    def _select(self, line: Line, tag: bytes, rest: bytes) -> None:
        folder = rest.decode().strip('"')
        if folder not in self.folders:
            line.say(tag + b" NO [NONEXISTENT] no such folder")
            return
        line.folder = folder
        held = self.folders[folder]
        line.say(b"* %d EXISTS" % len(held), b"* FLAGS (\\Seen)")
        if self.uidvalidity is not None:
            line.say(b"* OK [UIDVALIDITY %d] ok" % self.uidvalidity, b"* OK [UIDNEXT %d] ok" % self._next(folder))
        line.say(tag + (b" OK [READ-ONLY] done" if self.read_only else b" OK [READ-WRITE] done"))

    _examine = _select

    def _next(self, folder: str) -> int:
        return self.next_uid if self.next_uid is not None else self.used.get(folder, 0) + 1

    def _status(self, line: Line, tag: bytes, rest: bytes) -> None:
        folder = rest.decode().split(" ")[0].strip('"')
        if folder not in self.folders:
            line.say(tag + b" NO no such folder")
        elif self.uidvalidity is None:
            line.say(b'* STATUS "%s" ()' % folder.encode(), tag + b" OK")
        else:
            numbers = b"(UIDVALIDITY %d UIDNEXT %d)" % (self.uidvalidity, self._next(folder))
            line.say(b'* STATUS "%s" %s' % (folder.encode(), numbers), tag + b" OK")

    def _list(self, line: Line, tag: bytes, rest: bytes) -> None:
        name = rest.decode().split(" ")[-1].strip('"')
        for folder in self.folders:
            if name in (folder, "*"):
                line.say(f'* LIST () "/" "{folder}"'.encode())
        line.say(tag + b" OK")

    def _create(self, line: Line, tag: bytes, rest: bytes) -> None:
        self.folders[rest.decode().strip('"')] = {}
        line.say(tag + b" OK")

    def _uid_search(self, line: Line, tag: bytes, rest: bytes) -> None:
        uids = self._matching(line, rest)
        answer = b"* SEARCH " + b" ".join(b"%d" % uid for uid in uids)
        self.largest_answer = max(self.largest_answer, len(uids))
        line.say(answer.strip(), tag + b" OK")

    def _matching(self, line: Line, rest: bytes) -> list[int]:
        held = sorted(self.folders[line.folder])
        if b"DELETED" in rest:
            return [uid for uid in held if "\\Deleted" in self.flags.get(uid, ())]
        found = re.search(rb"(\d+):(\d+|\*)", rest)
        assert found is not None, rest
        low, high = int(found[1]), found[2]
        if high == b"*":
            return [uid for uid in held if uid >= low] or held[-1:]
        return [uid for uid in held if low <= uid <= int(high)]

    def _uid_fetch(self, line: Line, tag: bytes, rest: bytes) -> None:
        which, _, items = rest.partition(b" ")
        for uid in self._named(line, which):
            self.fetched(line, uid, items)
        line.say(tag + b" OK")

    def fetched(self, line: Line, uid: int, items: bytes) -> None:
        mail = self.folders[line.folder][uid]
        sequence = sorted(self.folders[line.folder]).index(uid) + 1
        said = b"UID %d" % uid
        if b"RFC822.SIZE" in items:
            said += b" RFC822.SIZE %d" % len(mail)
        if b"BODY.PEEK[]" in items:
            said += b" BODY[] {%d}\r\n" % len(mail) + mail
        if b"HEADER" in items:
            head = mail.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
            said += b" BODY[HEADER]<0> {%d}\r\n" % len(head) + head
        line.say(b"* %d FETCH (%s)" % (sequence, said))

    def _named(self, line: Line, which: bytes) -> list[int]:
        held = sorted(self.folders[line.folder])
        if which == b"*":
            return held[-1:]
        wanted: set[int] = set()
        for part in which.split(b","):
            low, _, high = part.partition(b":")
            wanted |= set(range(int(low), int(high or low) + 1))
        return [uid for uid in held if uid in wanted]

    def _uid_copy(self, line: Line, tag: bytes, rest: bytes) -> None:
        which, _, folder = rest.partition(b" ")
        name = folder.decode().strip('"')
        if name not in self.folders:
            line.say(tag + b" NO [TRYCREATE] no such folder")
            return
        for uid in self._named(line, which):
            self.put(self.folders[line.folder][uid], folder=name)
        line.say(tag + b" OK")

    def _uid_move(self, line: Line, tag: bytes, rest: bytes) -> None:
        which, _, folder = rest.partition(b" ")
        name = folder.decode().strip('"')
        if name not in self.folders:
            line.say(tag + b" NO [TRYCREATE] no such folder")
            return
        for uid in self._named(line, which):
            self.put(self.folders[line.folder].pop(uid), folder=name)
            line.say(b"* 1 EXPUNGE")
        line.say(tag + b" OK")

    def _uid_store(self, line: Line, tag: bytes, rest: bytes) -> None:
        which, _, flags = rest.partition(b" ")
        for uid in self._named(line, which):
            self.flags.setdefault(uid, set()).update(re.findall(r"\\\w+", flags.decode()))
        line.say(tag + b" OK")

    def _uid_expunge(self, line: Line, tag: bytes, rest: bytes) -> None:
        self._drop(line, self._named(line, rest))
        line.say(tag + b" OK")

    def _expunge(self, line: Line, tag: bytes, rest: bytes) -> None:
        self._drop(line, sorted(self.folders[line.folder]))
        line.say(tag + b" OK")

    def _drop(self, line: Line, uids: list[int]) -> None:
        for uid in uids:
            if "\\Deleted" in self.flags.get(uid, ()):
                del self.folders[line.folder][uid]

    def _logout(self, line: Line, tag: bytes, rest: bytes) -> None:
        line.say(b"* BYE", tag + b" OK")
        raise HungUp
