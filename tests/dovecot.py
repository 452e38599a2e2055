"""A real Dovecot on a loopback port, as an unprivileged user, with its own mailboxes; and a hand to fill them."""

import grp
import json
import os
import pwd
import socket
import subprocess
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import trustme
from imapclient import IMAPClient, SocketTimeout

from tests.ports import KeptPort

USER, PASSWORD = "orders@shop.example", "correct horse"
PATIENCE = 60

CONF = """\
base_dir = {dir}/run
state_dir = {dir}/state
instance_name = test{port}
protocols = imap
listen = 127.0.0.1
log_path = {dir}/dovecot.log
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
first_valid_uid = {uid}
first_valid_gid = {gid}
disable_plaintext_auth = no
auth_failure_delay = 0
ssl = yes
ssl_cert = <{dir}/cert.pem
ssl_key = <{dir}/key.pem
mail_location = maildir:{dir}/mail/%u
namespace inbox {{
  inbox = yes
  separator = /
}}
passdb {{
  driver = passwd-file
  args = scheme=PLAIN username_format=%u {dir}/users
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={dir}/mail/%u
}}
service anvil {{
  chroot =
}}
service imap-login {{
  chroot =
  process_min_avail = 1
  service_count = 0
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = yes
  }}
}}
service imap {{
  service_count = 100
}}
service stats {{
  chroot =
}}
protocol imap {{
  mail_max_userip_connections = 50
  imap_capability = {capability}
}}
"""


@dataclass
class Dovecot:
    """``start`` returns when it listens; ``without`` are capabilities it shall not have, such as "MOVE"."""

    folder: Path
    without: tuple[str, ...] = ()
    kept: tuple[KeptPort, KeptPort] = field(default_factory=lambda: (KeptPort(), KeptPort()))
    process: "subprocess.Popen[bytes] | None" = None
    program: str = ""
    authority: trustme.CA = field(default_factory=trustme.CA)

    @property
    def port(self) -> int:
        return self.kept[0].number

    @property
    def tls_port(self) -> int:
        return self.kept[1].number

    @property
    def ca_file(self) -> Path:
        return self.folder / "ca.pem"

    def start(self, program: str) -> "Dovecot":
        self.program = program
        identity = pwd.getpwnam("nobody") if os.getuid() == 0 else pwd.getpwuid(os.getuid())
        self._write(identity)
        command = [program, "-F", "-c", str(self.folder / "dovecot.conf")]
        if os.getuid() == 0:
            subprocess.run(["chown", "-R", f"{identity.pw_uid}:{identity.pw_gid}", str(self.folder)], check=True)
            drop = [f"--reuid={identity.pw_uid}", f"--regid={identity.pw_gid}", "--clear-groups"]
            command = ["setpriv", *drop, *command]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self._await_port()
        return self

    def _write(self, identity: pwd.struct_passwd) -> None:
        for name in ("run", "state", "mail"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        (self.folder / "users").write_text(f"{USER}:{{PLAIN}}{PASSWORD}\n")
        authority = self.authority
        authority.cert_pem.write_to_path(str(self.ca_file))
        certificate = authority.issue_cert("localhost")
        certificate.private_key_pem.write_to_path(str(self.folder / "key.pem"))
        (self.folder / "cert.pem").write_bytes(b"".join(pem.bytes() for pem in certificate.cert_chain_pems))
        text = CONF.format(
            dir=self.folder,
            port=self.port,
            tls_port=self.tls_port,
            uid=identity.pw_uid,
            gid=identity.pw_gid,
            user=identity.pw_name,
            group=grp.getgrgid(identity.pw_gid).gr_name,
            capability=self._capability(),
        )
        (self.folder / "dovecot.conf").write_text(text)

    def _capability(self) -> str:
        """Dovecot's own list, or a shorter one."""
        known = "IMAP4rev1 SASL-IR LOGIN-REFERRALS ID ENABLE IDLE LITERAL+ UNSELECT CHILDREN NAMESPACE UIDPLUS MOVE"
        return " ".join(word for word in known.split() if word not in self.without) if self.without else ""

    def _await_port(self) -> None:
        """The master opens its ports before it forks; until then a connection is refused at once."""
        for _ in range(PATIENCE * 100):
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), PATIENCE) as line:
                line.settimeout(PATIENCE)
                if line.recv(4).startswith(b"* OK"):
                    return
            assert self.process is not None
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(0.01)
                raise AssertionError((self.folder / "dovecot.log").read_text())
        raise AssertionError("dovecot does not listen")

    def restart(self) -> None:
        """With other settings, on the same mailboxes."""
        self.stop()
        self.start(self.program)

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(PATIENCE)
            if self.process.stdout is not None:
                self.process.stdout.close()

    def hand(self) -> IMAPClient:
        """A second client of the mailbox: a context manager that is logged in."""
        client = IMAPClient("127.0.0.1", self.port, ssl=False, timeout=SocketTimeout(PATIENCE, PATIENCE))
        client.login(USER, PASSWORD)
        return client

    def put(self, *mails: bytes, folder: str = "INBOX") -> None:
        with self.hand() as hand:
            if folder != "INBOX" and not hand.folder_exists(folder):
                hand.create_folder(folder)
            for mail in mails:
                hand.append(folder, mail)

    def subjects(self, folder: str) -> list[str]:
        """The subjects of what lies in a folder, in order; empty where there is none."""
        with self.hand() as hand:
            if not hand.folder_exists(folder):
                return []
            hand.select_folder(folder, readonly=True)
            heads = hand.fetch(hand.search(), ["BODY.PEEK[HEADER.FIELDS (SUBJECT)]"])
            return [head[b"BODY[HEADER.FIELDS (SUBJECT)]"].decode().strip()[9:] for _, head in sorted(heads.items())]

    def settings(self, **changes: object) -> str:
        """A [[imap]] table for the config file."""
        table = {
            "name": "box",
            "host": "127.0.0.1",
            "port": self.port,
            "tls": "none",
            "user": USER,
            "password_file": str(self.folder / "password"),
            "address": USER,
        } | changes
        (self.folder / "password").write_text(PASSWORD)
        return "[[imap]]\n" + "".join(f"{key} = {_toml(value)}\n" for key, value in table.items())


def _toml(value: object) -> str:
    return json.dumps(value)  # what stands here is the same in TOML
