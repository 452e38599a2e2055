"""A real Postfix with a configuration of its own: one domain goes to the desk, everything else to a sink."""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PATIENCE = 60  # seconds

MAIN = """
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
mail_owner = postfix
setgid_group = postdrop
myhostname = relay.example
mydestination =
local_recipient_maps =
relay_domains = static:all
mynetworks = 127.0.0.0/8
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
default_transport = smtp:[127.0.0.1]:{sink}
relay_transport = smtp:[127.0.0.1]:{sink}
transport_maps = inline:{{ {{ {domain} = smtp:[127.0.0.1]:{desk} }} }}
smtp_tls_security_level = none
smtp_host_lookup = native
disable_dns_lookups = yes
maillog_file = {folder}/mail.log
maillog_file_prefixes = {folder}
minimal_backoff_time = 1s
maximal_backoff_time = 1s
queue_run_delay = 1s
smtp_connection_cache_on_demand = no
smtp_destination_concurrency_failed_cohort_limit = 0
"""
MASTER = """
127.0.0.1:{port} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 1 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
smtp unix - - n - - smtp
relay unix - - n - - smtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
"""


@contextmanager
def postfix(program: str, port: int, domain: str, desk: int, sink: int) -> Iterator[Path]:
    """Running until the end of the block; gives the path of its log. It needs root, as Postfix does."""
    folder = Path(tempfile.mkdtemp(prefix="maild-postfix-", dir="/tmp"))  # tmp_path is root's alone
    try:
        _configure(folder, port, domain, desk, sink)
        process = subprocess.Popen(
            [program, "-c", str(folder / "conf"), "start-fg"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            _await(port, process, folder)
            yield folder / "mail.log"
        finally:
            subprocess.run([program, "-c", str(folder / "conf"), "stop"], capture_output=True, check=False)
            process.wait(PATIENCE)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _configure(folder: Path, port: int, domain: str, desk: int, sink: int) -> None:
    folder.chmod(0o755)
    for name in ("conf", "queue", "data"):
        (folder / name).mkdir(mode=0o755)
    shutil.chown(folder / "data", "postfix")
    (folder / "conf" / "main.cf").write_text(MAIN.format(folder=folder, domain=domain, desk=desk, sink=sink))
    (folder / "conf" / "master.cf").write_text(MASTER.format(port=port))


def _await(port: int, process: subprocess.Popen[bytes], folder: Path) -> None:
    """Wait for its banner; what it logged says why it does not come."""
    for _ in range(PATIENCE * 10):
        if process.poll() is not None:
            break
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as connection:
                if connection.recv(3) == b"220":
                    return
        except ConnectionError:
            try:
                process.wait(0.1)
            except subprocess.TimeoutExpired:
                continue
    log = folder / "mail.log"
    raise AssertionError(f"postfix did not start: {log.read_text() if log.exists() else 'no log'}")


def is_root() -> bool:
    return os.geteuid() == 0
