"""Where others reach us: the ports we listen on and the certificate we show there."""

import errno
import socket
from collections.abc import Iterator
from datetime import datetime, timedelta

from cryptography import x509

from maild.config import Config, SmtpTls, endpoint
from maild.doctor.finding import Finding, fail, ok, warn

PATIENCE = 5.0  # seconds for a banner
SOON = timedelta(days=21)


def ports(config: Config, running: bool) -> Iterator[Finding]:
    """With a daemon running each port must answer; without, each must be free and allowed."""
    doors = [("smtp", listen) for listen in config.smtp.listen if config.smtp.enabled]
    doors += [("web", config.web.listen)] if config.web.enabled else []
    doors += [("metrics", config.metrics.listen)] if config.metrics.listen else []
    for name, listen in doors:
        if listen.startswith("systemd:"):
            yield ok(f"port {name}", f"{listen} is opened by systemd")
        elif not listen.endswith(":0"):
            yield _answers(name, listen) if running else _is_free(name, listen)


def _answers(name: str, listen: str) -> Finding:
    about, (host, port) = f"port {name} {listen}", endpoint(listen)
    try:
        with socket.create_connection((_reachable(host), port), timeout=PATIENCE) as connection:
            if name != "smtp":
                return ok(about, "answers")
            banner = connection.recv(512).decode("ascii", "replace").strip()
    except OSError as error:
        return fail(about, f"the daemon runs, but here nobody answers: {error}", "see its log")
    if not banner.startswith("220"):
        return fail(about, f"something else answers: {banner[:80]!r}", "another program has this port")
    return ok(about, banner[:80])


def _is_free(name: str, listen: str) -> Finding:
    about, (host, port) = f"port {name} {listen}", endpoint(listen)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_STREAM) as door:
            door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            door.bind((host, port))
    except OSError as error:
        hints = {
            errno.EADDRINUSE: "another program has this port; maild itself does not run",
            errno.EACCES: "ports under 1024 need a systemd socket or CAP_NET_BIND_SERVICE",
            errno.EADDRNOTAVAIL: "this machine has no such address",
        }
        return fail(about, error.strerror or str(error), hints.get(error.errno or 0, ""))
    return ok(about, "free")


def _reachable(host: str) -> str:
    return {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)


def certificate(tls: SmtpTls | None, hostname: str, now: datetime) -> Iterator[Finding]:
    """How long the certificate is good for, and whether it is for the name we greet with."""
    if tls is None:
        return
    try:
        found = x509.load_pem_x509_certificates(tls.cert_file.read_bytes())[0]
    except (OSError, ValueError, IndexError) as error:
        yield fail("certificate", f"{tls.cert_file}: {error}", "PEM, the whole chain, ours first")
        return
    ends = found.not_valid_after_utc
    if ends <= now:
        yield fail("certificate", f"expired on {ends:%Y-%m-%d}", "renew it, then reload maild (SIGHUP)")
    elif ends - now < SOON:
        yield warn("certificate", f"expires on {ends:%Y-%m-%d}", "renew it, then reload maild (SIGHUP)")
    else:
        yield ok("certificate", f"good until {ends:%Y-%m-%d}")
    if not any(_covers(name, hostname) for name in _names(found)):
        yield warn("certificate", f"it is not for {hostname}", "a certificate with smtp.hostname among its names")


def _names(found: x509.Certificate) -> list[str]:
    try:
        names = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return []
    return names.get_values_for_type(x509.DNSName)


def _covers(name: str, hostname: str) -> bool:
    """RFC 6125, 6.4: a star stands for one whole label on the left."""
    if name.startswith("*."):
        return name[2:].lower() == hostname.lower().partition(".")[2]
    return name.lower() == hostname.lower()
