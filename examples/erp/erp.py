"""How a merchandise system takes over orders from maild and reports their shipment. Python's standard library alone.

    MAILD_TOKEN=maild_... python erp.py --url http://127.0.0.1:8080 --db erp.db take
    MAILD_TOKEN=maild_... python erp.py --url http://127.0.0.1:8080 --db erp.db ship 17 --carrier ACME --tracking AC-77

``take`` asks for orders behind the last one that it holds, and keeps them and its place in one transaction of its own:
whatever dies when, each order is taken over exactly once. ``ship`` sends a key made of what it reports: repeated after
a lost answer, it is done once.
"""

import argparse
import hashlib
import json
import os
import sqlite3
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

PAGE = 100
TRIES = 5

SCHEMA = """
CREATE TABLE IF NOT EXISTS place (name TEXT PRIMARY KEY, number INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS orders (
    number INTEGER PRIMARY KEY, ticket INTEGER NOT NULL, po_number TEXT, total TEXT, document TEXT NOT NULL
);
"""


class Refused(Exception):
    """maild says no, and why."""


class Maild:
    """The JSON API; what fails for a moment is tried again."""

    def __init__(self, url: str, token: str) -> None:
        self._url = url.rstrip("/") + "/api/v1"
        self._token = token

    def orders(self, after: int) -> Iterator[dict[str, Any]]:
        """One page of orders behind a number."""
        text = self._ask("GET", f"/orders?after={after}&limit={PAGE}")
        return (json.loads(line) for line in text.splitlines())

    def report_shipment(self, ticket: int, report: dict[str, Any]) -> dict[str, Any]:
        said = json.dumps(report, sort_keys=True).encode()
        key = hashlib.sha256(f"shipment {ticket} ".encode() + said).hexdigest()
        answer: dict[str, Any] = json.loads(self._ask("POST", f"/tickets/{ticket}/shipment", said, key))
        return answer

    def _ask(self, method: str, path: str, body: bytes | None = None, key: str = "") -> str:
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"}
        if key:
            headers["Idempotency-Key"] = key
        for pause in (*range(TRIES - 1), None):
            request = urllib.request.Request(self._url + path, body, headers, method=method)
            try:
                with urllib.request.urlopen(request, timeout=30) as answer:
                    text: str = answer.read().decode()
                    return text
            except urllib.error.HTTPError as error:
                if error.code not in (429, 503) or pause is None:
                    raise Refused(_reason(error)) from None
                time.sleep(float(error.headers.get("Retry-After") or pause))
            except OSError as error:
                if pause is None:
                    raise Refused(f"{self._url}: {error}") from None
                time.sleep(pause)
        raise AssertionError("unreachable")


def _reason(error: urllib.error.HTTPError) -> str:
    """RFC 9457: what went wrong, and what to do about it."""
    try:
        problem = json.loads(error.read())
        return f"{problem['detail']} ({problem.get('hint', error.code)})"
    except (ValueError, KeyError):
        return f"HTTP {error.code}"


def take(maild: Maild, db: sqlite3.Connection) -> int:
    """Take over everything new; how many orders that were."""
    count = 0
    while True:
        after = (db.execute("SELECT number FROM place WHERE name = 'orders'").fetchone() or (0,))[0]
        page = list(maild.orders(after))
        if not page:
            return count
        with db:  # the orders and our place: both or neither
            for row in page:
                order = row["order"]
                values = (row["id"], row["ticket"], order["po_number"], order["total"], json.dumps(order))
                db.execute("INSERT INTO orders VALUES (?, ?, ?, ?, ?)", values)
            db.execute("INSERT OR REPLACE INTO place VALUES ('orders', ?)", (page[-1]["id"],))
        count += len(page)


def main(words: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--url", default="http://127.0.0.1:8080")
    parser.add_argument("--db", default="erp.db")
    what = parser.add_subparsers(dest="what", required=True)
    what.add_parser("take", help="take over new orders")
    ship = what.add_parser("ship", help="report that a ticket's order was shipped")
    ship.add_argument("ticket", type=int)
    ship.add_argument("--carrier", required=True)
    ship.add_argument("--tracking", required=True)
    ship.add_argument("--macro", help="applied besides, as 'Orders :: Shipped': it tells the customer")
    ship.add_argument("--transition", help="the one of the ticket's blueprint that shipping takes, as 'ship'")
    asked = parser.parse_args(words)
    maild = Maild(asked.url, os.environ.get("MAILD_TOKEN", ""))
    try:
        if asked.what == "ship":
            report = {"carrier": asked.carrier, "tracking_number": asked.tracking}
            report |= {name: said for name in ("macro", "transition") if (said := getattr(asked, name))}
            done = maild.report_shipment(asked.ticket, report)
            print(f"ticket {done['id']}: {done['status']}")
            return 0
        db = sqlite3.connect(asked.db)
        db.executescript(SCHEMA)
        taken = take(maild, db)
        print(f"{taken} {'order' if taken == 1 else 'orders'} taken over")
        db.close()
    except Refused as refusal:
        print(f"erp: {refusal}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
