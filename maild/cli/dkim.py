"""``maild dkim``: a key to sign letters with, the DNS record that publishes it, and the check of a signed mail."""

import sys
from argparse import Namespace
from pathlib import Path
from typing import Any

from maild.cli.output import json_line
from maild.errors import DataError, Unavailable

NO_INPUT = 66


def keygen(arguments: Namespace) -> int:
    from notifications.dkim import make_key, record, zone_line

    path = Path(arguments.file)
    key = make_key(path, arguments.bits)
    selector, domain = _names(arguments)
    print(f"{path}: a new RSA key of {arguments.bits} bits; keep it secret, with your backups")
    print("\n1. publish this record in the DNS:\n")
    print(zone_line(domain, selector, record(key)))
    print("\n2. when 'maild doctor' sees it, sign with it:\n")
    print(f'[dkim]\nkey_file = "{path.absolute()}"\nselector = "{selector}"')
    return 0


def _names(arguments: Namespace) -> tuple[str, str]:
    """Selector and domain: as given, else as the configuration has them, if there is one that can be read."""
    from maild.config import load
    from maild.errors import ConfigError

    selector, domain = arguments.selector, arguments.domain
    path = Path(arguments.config)
    if path.exists() and not (selector and domain):
        try:
            config = load(path)
        except ConfigError:  # a key may be made before the rest is right
            print(f"maild: {path} has mistakes and is not asked ('maild check' tells them)", file=sys.stderr)
        else:
            domain = domain or config.site.domain
            selector = selector or config.dkim.selector
    return selector or "maild", domain or "YOUR-DOMAIN"


def txt(arguments: Namespace) -> int:
    """The record of the key in use."""
    from notifications.dkim import record, zone_line

    signer = _signer(Path(arguments.config))
    text = record(signer.key)
    if arguments.json:
        name = f"{signer.selector}._domainkey.{signer.domain}"
        print(json_line({"name": name, "type": "TXT", "value": text}))
    else:
        print(zone_line(signer.domain, signer.selector, text))
    return 0


def _signer(config: Path) -> Any:
    from maild.config import load
    from pipeline.furniture import signer_of

    signer = signer_of(load(config))
    if signer is None:
        raise DataError("letters are not signed", "maild dkim keygen makes a key; [dkim] key_file names it")
    return signer


def verify(arguments: Namespace) -> int:
    """Exit 0 when a signature holds, 65 when none does, 69 when the DNS leaves it open."""
    results, troubles = _results(_read(arguments.file), _resolver(Path(arguments.config)))
    for result in results:
        _print(arguments, result)
    if not results and not arguments.json:
        print("no signature")
    if any(result["result"] == "pass" for result in results):
        return 0
    if troubles:
        raise Unavailable(f"the DNS leaves it open: {troubles[0]}", "[dns] servers names others")
    return DataError.exit_code


def _read(name: str) -> bytes:
    try:
        return sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    except OSError as error:
        failure = DataError(f"{name}: {error.strerror}")
        failure.exit_code = NO_INPUT
        raise failure from None


def _resolver(config: Path) -> Any:
    """As configured; without a configuration the system's."""
    from maild.config import Dns, load
    from maild.lookup import Bounded, DnsResolver

    return Bounded(DnsResolver(load(config).dns if config.exists() else Dns()))


def _results(raw: bytes, resolver: Any) -> tuple[list[dict[str, str]], list[str]]:
    from maild.clock import SystemClock

    try:
        from pipeline.own_check.dkim_results import seals
    except ModuleNotFoundError:
        raise Unavailable("dkimpy is not installed", "pip install 'maild[mailauth]'") from None
    found = [
        {"result": seal.value, "domain": seal.domain, "selector": seal.selector, "why": seal.why}
        for seal in seals(raw, resolver, SystemClock().now())
    ]
    return found, resolver.troubles


def _print(arguments: Namespace, result: dict[str, str]) -> None:
    from maild.cli.harmless import shown

    if arguments.json:
        print(json_line(result))
    else:
        why = f" ({shown(result['why'])})" if result["why"] else ""
        print(f"{result['result']}  {shown(result['domain'])}  selector {shown(result['selector'])}{why}")
