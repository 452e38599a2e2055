"""Take maild's calls and believe only those that are signed and fresh: SECRET=... python3 verify.py PORT

A call may come twice with the same X-Maild-Delivery: where maild was cut off before it heard the answer.
"""

import hashlib
import hmac
import json
import os
import sys
import time
from http.server import BaseHTTPRequestHandler, HTTPServer

OLDEST = 300  # seconds; a copy sent again later by somebody else is older


def genuine(secret: str, headers: "dict[str, str]", body: bytes, now: float) -> bool:
    """Whether the signature is HMAC-SHA256 of "timestamp.body" under our secret, and the timestamp is fresh."""
    timestamp = headers.get("X-Maild-Timestamp", "")
    expected = hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(f"sha256={expected}", headers.get("X-Maild-Signature", "")):
        return False
    return timestamp.isdecimal() and abs(now - int(timestamp)) <= OLDEST


class Calls(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(min(int(self.headers.get("Content-Length", 0)), 1_000_000))
        good = genuine(os.environ["SECRET"], dict(self.headers.items()), body, time.time())  # noqa: TID251 - no part of maild
        if good:
            print(json.dumps(json.loads(body), indent=2), flush=True)
        self.send_response(204 if good else 403)
        self.end_headers()


if __name__ == "__main__":
    HTTPServer(("127.0.0.1", int(sys.argv[1])), Calls).serve_forever()
