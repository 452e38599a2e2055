"""The web of the running daemon: a password by the command line, a day signed in, a program with a token, SIGTERM."""

import re
import signal
import socket
from collections.abc import Callable

import httpx
import pytest

from tests.journeys.command import maild
from tests.journeys.customer import ORDER, Customer
from tests.journeys.daemon import PATIENCE, Daemon
from tests.journeys.relay import Relay

pytestmark = pytest.mark.both

ANCHOR = "# ---- automations"
WEB = """
[web]
enabled = true
listen = "127.0.0.1:0"

"""
PASSWORD = b"slate-harbour-29\n"


@pytest.fixture
def desk(start: Callable[..., Daemon]) -> Daemon:
    return start((ANCHOR, WEB + ANCHOR))


def browser(daemon: Daemon) -> httpx.Client:
    port = daemon.ask("status")[0]["web_port"]
    return httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=PATIENCE)


def sign_in(client: httpx.Client, name: str) -> httpx.Response:
    form = client.get("/sign-in").text
    csrf = re.findall(r'name="csrf" value="([^"]+)"', form)[0]
    return client.post("/sign-in", data={"csrf": csrf, "name": name, "password": PASSWORD.decode().strip()})


def test_an_agent_signs_in_and_a_program_acts_and_both_end(desk: Daemon) -> None:
    Customer(desk, "Mia Okafor", "mia@blueharbor.example").order("Purchase order", ORDER)
    desk.quiet()
    weak = maild(desk.folder, "user", "password", "orders-agent", given=b"password\n")
    assert weak.code == 65
    assert maild(desk.folder, "user", "password", "orders-agent", given=PASSWORD).code == 0
    with browser(desk) as client:
        assert sign_in(client, "orders-agent").status_code == 303
        assert client.get("/").status_code == 200
        assert client.get("/tickets/1").status_code == 200
        [user] = [r for r in maild(desk.folder, "user", "list", "--json").rows if r["name"] == "orders-agent"]
        assert user["sessions"] == 1
        token = maild(desk.folder, "token", "create", "--user", "orders-agent", "--scope", "tickets:write").out.split()[
            0
        ]
        head = {"authorization": f"Bearer {token}"}
        assert client.post("/api/v1/tickets/1/notes", headers=head, json={"text": "Seen."}).status_code == 200
        [row] = maild(desk.folder, "token", "list", "--json").rows
        assert maild(desk.folder, "token", "revoke", row["id"]).code == 0
        assert client.post("/api/v1/tickets/1/notes", headers=head, json={"text": "Again."}).status_code == 401
        assert maild(desk.folder, "user", "password", "orders-agent", given=b"another-harbour-30\n").code == 0
        assert client.get("/").status_code == 303
    assert desk.ticket(1)["comments"][-1]["text"] == "Seen."
    assert token not in str(desk.log)
    assert PASSWORD.decode().strip() not in str(desk.log)


def test_sigterm_lets_the_request_under_way_finish_and_takes_no_more(desk: Daemon) -> None:
    with browser(desk) as client:
        port = client.base_url.port
        assert port is not None
        with (
            socket.create_connection(("127.0.0.1", port), PATIENCE) as idle,
            socket.create_connection(("127.0.0.1", port), PATIENCE) as busy,
        ):
            form = b"csrf=x"
            head = b"POST /sign-in HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"
            busy.sendall(head + b"Content-Length: %d\r\n\r\n" % len(form))
            assert client.get("/robots.txt").status_code == 200  # by then the two before it were taken
            desk.signal(signal.SIGTERM)
            desk.wait_for("daemon.stopping")
            assert idle.recv(10) == b""
            busy.sendall(form)
            assert busy.recv(100).startswith(b"HTTP/1.1 403")  # an answer, to a form that is not ours
    assert desk.died() == 0
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), PATIENCE)


def test_a_customer_follows_the_link_in_the_confirmation_and_corrects_the_order(
    start: Callable[..., Daemon], relay: Relay
) -> None:
    desk = start((ANCHOR, WEB + ANCHOR), ("[site]\n", '[site]\nbase_url = "https://orders.shop.example"\n'))
    Customer(desk, "Mia Okafor", "mia@blueharbor.example").order("Purchase order", ORDER)
    desk.quiet()
    [letter] = [found for found in relay.letters if "mia@blueharbor.example" in found.recipients]
    path = re.findall(r"https://orders\.shop\.example(/o/[0-9a-z-]+)", letter.text)[0]
    with browser(desk) as client:
        page = client.get(path)
        assert page.status_code == 200
        assert "PO-70231" in page.text
        csrf = re.findall(r'name="csrf" value="([^"]+)"', page.text)[0]
        visitor = re.findall(r"__Host-maild_visitor=([^;]+)", page.headers["set-cookie"])[0]
        said = client.post(
            f"{path}/say",
            data={"csrf": csrf, "text": "Two pallets more, please.", "once": "once-and-for-all"},
            headers={"cookie": f"__Host-maild_visitor={visitor}"},  # a browser sends it by https
        )
        assert said.status_code == 303
        desk.quiet()
        comment = desk.ticket(1)["comments"][-1]
        assert (comment["text"], comment["public"]) == ("Two pallets more, please.", True)
        assert "Two pallets more" in client.get(path).text
    assert path.removeprefix("/o/") not in str(desk.log)
