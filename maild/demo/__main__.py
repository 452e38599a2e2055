"""Start the daemon on the embedded default, mail it sample orders, tell what becomes of them, and stay up."""

import argparse
import json
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from rich.console import Console

from maild.cli.config import example_text
from maild.config import load
from maild.control.client import ask
from maild.demo.step import came_under, step
from maild.demo.story import DeskClock, tell, understood
from maild.passwords import hashed
from rules.model import slug

SPEED = 14_400.0  # four desk hours a second: the reminder after 24 hours comes in six seconds
PATIENCE = 120.0  # seconds for the whole story
ROOT = Path(__file__).parents[2]
MAILS = ROOT / "examples" / "mails"
FOLDER = ROOT / "demo-data"
LETTERS = FOLDER / "letters"
AWAITED = {"notify_approver", "reminder", "escalation"}  # the letters with which the story ends
ASKS_BACK = "need-more-info"

console = Console(highlight=False, soft_wrap=True)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m maild.demo", description=__doc__)
    parser.add_argument("--config", type=Path, help="play this configuration instead of the shipped workflow")
    parser.add_argument("--once", action="store_true", help="leave when the story is told, instead of staying up")
    arguments = parser.parse_args()
    port, web_port = prepare(arguments.config)
    daemon = start()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        told = play(daemon, port, bool(arguments.config))
        if told and arguments.once:
            tables()
            console.print(f"\n[bold]That was the story.[/] The desk again: .venv/bin/maild run -c {_config()}")
        elif told:
            daemon = slow_down(daemon)
            tables()
            closing_words(port, web_port)
        if told and not arguments.once:
            follow(daemon)
        return 0 if told else 1
    except KeyboardInterrupt:
        return 0
    finally:
        stop(daemon)


def prepare(config: Path | None) -> tuple[int, int]:
    """A fresh folder with a config of its own: free ports, letters into a folder; returns those of mail and web."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir()
    text = config.read_text(encoding="utf-8") if config else example_text()
    port = _free_port(2525)
    listen = f'listen = ["127.0.0.1:{port}"]'
    text, found = re.subn(r"(?m)^(# )?listen = \[.*$", listen, text, count=1)
    if not found:
        text += f"\n[smtp]\n{listen}\n"
    web_port = _free_port(8080)
    text = _with_web(text, web_port)
    (FOLDER / "config.toml").write_text(text, encoding="utf-8")
    console.print("[bold]maild demo[/]: an order desk on this machine, its clock runs four hours a second")
    console.print(f"  configuration  {_short(FOLDER / 'config.toml')} ({config or 'the shipped order workflow'})")
    console.print(f"  sample mails   {_short(MAILS)}")
    console.print(
        f"  letters        {_short(FOLDER / 'letters')} (no relay is configured, so letters land as .eml files)\n"
    )
    return port, web_port


def _with_web(text: str, port: int) -> str:
    """The console on this machine, and letters that lead to it, whatever the configuration says of them."""
    text = _with_keys(text, "site", base_url=f'"http://127.0.0.1:{port}"')
    return _with_keys(text, "web", enabled="true", listen=f'"127.0.0.1:{port}"')


def _with_keys(text: str, table: str, **keys: str) -> str:
    """A configuration in which these keys of one table stand so."""
    head = re.search(rf"(?m)^\[{table}\].*\n", text)
    wanted = "".join(f"{key} = {value}\n" for key, value in keys.items())
    if head is None:
        return f"{text}\n[{table}]\n{wanted}"
    end = re.compile(r"(?m)^\[").search(text, head.end())
    inside = text[head.end() : end.start() if end else len(text)]
    inside = re.sub(rf"(?m)^({'|'.join(keys)})\s*=.*\n", "", inside)
    return text[: head.end()] + wanted + inside + (text[end.start() :] if end else "")


def _free_port(wanted: int) -> int:
    for port in (wanted, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise SystemExit("no free port on 127.0.0.1")


def start(speed: float = SPEED, **environment: str) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "maild", "run", "-c", str(FOLDER / "config.toml"), "--clock-speed", str(speed)]
    return subprocess.Popen(command, stderr=subprocess.PIPE, start_new_session=True, env=os.environ | environment)


def slow_down(daemon: "subprocess.Popen[bytes]") -> "subprocess.Popen[bytes]":
    """The story is told: the same desk again, from where its clock stands, at the pace of whoever looks at it."""
    [status] = _ask("status")
    stop(daemon)
    slower = start(1.0, MAILD_CLOCK=f"from:{status['now']}")
    for line in lines(slower):
        if line.get("event") == "daemon.ready":
            break
    return slower


def lines(daemon: "subprocess.Popen[bytes]") -> Iterator[dict[str, Any]]:
    assert daemon.stderr is not None
    for raw in daemon.stderr:
        try:
            yield json.loads(raw)
        except ValueError:
            console.print(raw.decode("utf-8", "replace").rstrip(), markup=False)


def play(daemon: "subprocess.Popen[bytes]", port: int, own: bool = False) -> bool:
    """Tell the story up to the escalation of an order that nobody approves; False when it did not come to that.

    A desk of somebody's ``own`` gets mail at each of its addresses, a colleague takes a step in its blueprint, and the
    story ends with those of the letters that it has.
    """
    clock, stepped = DeskClock(SPEED), False
    addresses = list(load(FOLDER / "config.toml").intake.addresses) if own else []
    text = (FOLDER / "config.toml").read_text(encoding="utf-8")
    open_ends = {name for name in AWAITED if not own or f'"{name}"' in text}
    watchdog = threading.Timer(PATIENCE, daemon.kill)
    watchdog.start()
    mailer: subprocess.Popen[bytes] | None = None
    asked = False
    try:
        for line in lines(daemon):
            if line.get("event") == "daemon.ready":
                console.print(f"the daemon listens on 127.0.0.1:{port}; customers begin to mail their orders\n")
                mailer = subprocess.Popen(
                    [sys.executable, "-m", "maild.demo.mailer", str(port), *map(str, (LETTERS, MAILS)), *addresses]
                )
            _say(clock, line)
            if own and not stepped and line.get("event") == "ticket.created" and (taken := step(_ask, line["ticket"])):
                stepped = True
                console.print(f"[bold blue]{taken}[/]")
            if line.get("event") == "letter.queued":
                open_ends.discard(str(line.get("template")))
            if mailer and mailer.poll() is not None and not asked:
                asked = True
                _ask_back()
            if not open_ends and line.get("event") == "timer.fired" and mailer:
                return mailer.returncode == 0
    finally:
        watchdog.cancel()
    console.print("[red]the daemon ended before the story did[/]")
    return False


def _say(clock: DeskClock, line: dict[str, Any]) -> None:
    when = clock.shown(line) if "ts" in line else ""
    sentence = tell(line)
    if sentence is not None:
        console.print(f"[dim]{when}[/]  {sentence}")
    if line.get("event") == "ticket.created":
        [ticket] = _ask("ticket.show", id=line["ticket"])
        for told in (understood(ticket), *came_under(ticket)):
            console.print(f"[dim]{when}[/]  {told}")


def _ask(operation: str, actor: str = "", **arguments: Any) -> list[dict[str, Any]]:
    return [json.loads(row) for row in ask(FOLDER / "maild.sock", operation, arguments, actor)]


def _ask_back() -> None:
    """An agent works an order by hand: the customer is asked for what is missing, and will be reminded."""
    found = _ask("ticket.list", query="requester:achats@castellane-ateliers.example")
    for ticket in found[:1]:
        name = ticket["assignee"] or _somebody()
        choices = _ask("ticket.choices", name, id=ticket["id"])[0]["macros"]
        if not any(slug(one["label"]).endswith(ASKS_BACK) for one in choices):
            return
        console.print(f"[bold blue]an agent applies the macro 'Need more info' to ticket {ticket['id']}[/]")
        _ask("ticket.macro", name, id=ticket["id"], macro=ASKS_BACK)


def _somebody() -> str:
    """The first agent there is."""
    return next((str(one["name"]) for one in _ask("user.list") if one["role"] == "agent"), "")


def tables() -> None:
    console.print("\n[bold]The tickets[/]")
    _maild("ticket", "list")
    console.print("\n[bold]The letters that wait for a person[/]")
    _maild("outbox", "list", "--phase", "held")


def _config() -> str:
    return _short(FOLDER / "config.toml")


def closing_words(port: int, web_port: int) -> None:
    name, password = demo_agent()
    config, address = _config(), load(FOLDER / "config.toml").intake.addresses[0]
    held = next((letter["id"] for letter in _ask("outbox.list", phase="held")), 1)
    console.print(
        f"""
[bold]The desk stays up, its clock now runs as yours does. The console[/]
  http://127.0.0.1:{web_port}/    sign in as {name}, password {password}
[bold]In another terminal try[/]
  .venv/bin/maild ticket show 1 -c {config}                     everything about one order, and why
  .venv/bin/maild outbox release {held} -c {config} --as approver    let the withheld letter go
  .venv/bin/maild ticket macro 1 approve -c {config} --as approver
  .venv/bin/maild timer list -c {config}                        what will happen when
  .venv/bin/maild mail raw 1 -c {config}                        the very bytes that came in
  .venv/bin/maild read {_short(MAILS)}/2-german-decimal-comma.eml
  .venv/bin/maild status -c {config}
  .venv/bin/maild token create --user approver --scope orders:read -c {config}    for programs, see docs/api.md
  or mail an order of your own to {address} on 127.0.0.1:{port}
Ctrl-C ends it.""",
        highlight=False,
    )


def demo_agent() -> tuple[str, str]:
    """A colleague who may see everything, with a password made for this demo."""
    people = _ask("user.list")
    ranks = ("admin", "lead", "agent")
    name = min((p for p in people if p["role"] in ranks), key=lambda p: ranks.index(p["role"]))["name"]
    password = f"demo-{secrets.token_hex(4)}"
    _ask("user.password", name, name=name, hash=hashed(password))
    return name, password


def _maild(*words: str) -> None:
    console.file.flush()
    subprocess.run([sys.executable, "-m", "maild", *words, "-c", str(FOLDER / "config.toml")], check=False)


def follow(daemon: "subprocess.Popen[bytes]") -> None:
    """Tell what else happens until Ctrl-C."""
    [status] = _ask("status")
    clock = DeskClock(1.0, datetime.fromisoformat(status["now"]))
    for line in lines(daemon):
        _say(clock, line)


def stop(daemon: "subprocess.Popen[bytes]") -> None:
    if daemon.poll() is None:
        daemon.terminate()
        deadline = time.monotonic() + 30
        while daemon.poll() is None and time.monotonic() < deadline:
            time.sleep(0.05)
        if daemon.poll() is None:
            daemon.kill()


def _short(path: Path) -> str:
    try:
        return os.path.relpath(path)
    except ValueError:
        return str(path)


if __name__ == "__main__":
    sys.exit(main())
