"""What the service manager wants to hear: sd_notify(3) and sd_watchdog_enabled(3).

Without systemd every call does nothing; a manager that does not listen never stops the daemon.
"""

import os
import socket
import time


def ready(status: str = "") -> bool:
    """Start-up or a reload is complete."""
    return notify(READY="1", STATUS=status, MAINPID=str(os.getpid()))


def reloading() -> bool:
    """A reload begins; `ready` must follow (Type=notify-reload)."""
    return notify(RELOADING="1", MONOTONIC_USEC=str(time.monotonic_ns() // 1000))


def stopping(status: str = "") -> bool:
    return notify(STOPPING="1", STATUS=status)


def status(text: str) -> bool:
    return notify(STATUS=text)


def alive() -> bool:
    """To be called from the event loop each `watchdog_interval`."""
    return notify(WATCHDOG="1")


def watchdog_interval() -> float | None:
    """Seconds between two `alive`, half of what the manager asks for; None where it asks for nothing."""
    asked, whom = os.environ.get("WATCHDOG_USEC", ""), os.environ.get("WATCHDOG_PID", "")
    if not asked.isdigit() or int(asked) == 0 or (whom and whom != str(os.getpid())):
        return None
    return int(asked) / 2e6


def notify(**state: str) -> bool:
    """Send assignments in one datagram; empty ones are left out. False where nobody took it."""
    path = os.environ.get("NOTIFY_SOCKET", "")
    if not path.startswith(("/", "@")):
        return False
    lines = [f"{key}={value.translate(_ONE_LINE)}" for key, value in state.items() if value]
    address = "\0" + path[1:] if path[0] == "@" else path
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC | socket.SOCK_NONBLOCK) as door:
            door.connect(address)
            door.sendall("\n".join(lines).encode())
    except OSError:
        return False
    return True


_ONE_LINE = {ord("\n"): " ", ord("\r"): " ", 0: " "}
