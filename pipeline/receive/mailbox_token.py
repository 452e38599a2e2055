"""Access tokens for XOAUTH2 by client credentials (RFC 6749, 4.4), kept until shortly before they expire."""

import http.client
import json
import ssl
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import SplitResult, urlencode, urlsplit

import structlog

from maild.config import ImapOauth2
from pipeline.receive.mailbox_thread import Cord
from pipeline.receive.mailbox_trouble import Kind, Lost, lost, shown

LARGEST = 64 * 1024  # octets of an answer
MARGIN = timedelta(seconds=60)  # a token is renewed that long before it expires
SHORTEST, LONGEST = timedelta(seconds=60), timedelta(days=1)

log = structlog.get_logger("maild.imap")


@dataclass(slots=True)
class TokenSource:
    """The token of one mailbox. Redirects are not followed: they would carry the secret elsewhere."""

    settings: ImapOauth2
    timeout: float
    _token: str = ""
    _until: datetime | None = None

    def token(self, now: datetime, cord: Cord) -> str:
        """Blocks; raises Lost where the service gives none."""
        if self._until is None or now >= self._until:
            self._token, seconds = self._ask(cord)
            self._until = now + max(SHORTEST, min(LONGEST, timedelta(seconds=seconds) - MARGIN))
            log.info("oauth.refreshed", client=self.settings.client_id, until=self._until.isoformat())
        return self._token

    def forget(self) -> None:
        """The token was refused; the next one will be another."""
        self._until = None

    def _ask(self, cord: Cord) -> tuple[str, float]:
        try:
            status, answer = self._post(cord)
        except (OSError, http.client.HTTPException, ValueError) as error:
            trouble = lost(error)
            kind = trouble.kind if trouble.kind is Kind.TLS else Kind.NETWORK
            raise Lost(kind, f"the token service cannot be asked: {trouble.why}") from error
        token, seconds = answer.get("access_token"), answer.get("expires_in", 300)
        if status == 200 and isinstance(token, str) and token.isprintable() and isinstance(seconds, int | float):
            return token, float(seconds)
        said = shown(answer.get("error_description") or answer.get("error") or "")
        refused = 400 <= status < 500 and status not in (408, 429)
        raise Lost(Kind.LOGIN if refused else Kind.NETWORK, f"the token service answered {status} {said}".rstrip())

    def _post(self, cord: Cord) -> tuple[int, dict[str, Any]]:
        url = urlsplit(self.settings.token_url)
        connection = self._connection(url)
        try:
            connection.connect()
            cord.tie(connection.sock)
            path = url.path + (f"?{url.query}" if url.query else "")
            connection.request("POST", path or "/", self._form(), {"Content-Type": "application/x-www-form-urlencoded"})
            response = connection.getresponse()
            body = json.loads(response.read(LARGEST) or b"{}")
            return response.status, body if isinstance(body, dict) else {}
        finally:
            connection.close()

    def _connection(self, url: SplitResult) -> http.client.HTTPConnection:
        host = url.hostname or ""
        if url.scheme == "http":
            return http.client.HTTPConnection(host, url.port, timeout=self.timeout)
        return http.client.HTTPSConnection(host, url.port, timeout=self.timeout, context=ssl.create_default_context())

    def _form(self) -> str:
        form = {
            "grant_type": "client_credentials",
            "client_id": self.settings.client_id,
            "client_secret": self.settings.secret or "",
        }
        return urlencode(form | ({"scope": self.settings.scope} if self.settings.scope else {}))
