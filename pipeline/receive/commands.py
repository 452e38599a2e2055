"""The arguments of EHLO, MAIL and RCPT (RFC 5321, 4.1.2), as values or as the reply that refuses them.

An argument is text decoded from UTF-8, in which each octet that is not UTF-8 stands as a lone surrogate. The same few
clients send the same few arguments again and again, so the last answers are kept.
"""

import contextlib
import re
from dataclasses import dataclass
from functools import lru_cache

LONGEST_LOCAL_PART = 64  # octets, RFC 5321, 4.5.3.1.1
LONGEST_DOMAIN = 255  # octets, 4.5.3.1.2

BAD_ADDRESS = "553 5.1.3 That is no mail address"
NEEDS_SMTPUTF8 = "553 5.6.7 Such an address needs SMTPUTF8"
BAD_MAIL = "501 5.5.4 Syntax: MAIL FROM:<address> [parameters]"
BAD_RCPT = "501 5.5.4 Syntax: RCPT TO:<address>"

_ATOM = r"[^\x00-\x20\x7f-\x9f\ud800-\udfff\"(),.:;<>@\[\\\]]+"
_DOT_STRING = rf"{_ATOM}(?:\.{_ATOM})*"
_LABEL = r"[0-9A-Za-z_\u00a0-\ud7ff\ue000-\U0010ffff-]+"
_DOMAIN = rf"{_LABEL}(?:\.{_LABEL})*"
_PATH = re.compile(
    r"(?:@[^\s:<>]+:)?"  # a source route; only the last hop counts (RFC 5321, appendix C)
    rf"(?P<local>{_DOT_STRING}|\"(?:[^\x00-\x1f\x7f-\x9f\"\\]|\\[\x20-\x7e])*\")"
    rf"@(?P<domain>{_DOMAIN}|\[[0-9A-Za-z.:-]+\])"
)
_SIMPLE = re.compile(r"<([A-Za-z0-9_+=-]+(?:\.[A-Za-z0-9_+=-]+)*)@([A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*)>")
_PARAMETER = re.compile(r"([A-Za-z0-9][A-Za-z0-9-]*)(?:=([^\x00-\x20=\x7f]+))?")


@dataclass(frozen=True, slots=True)
class MailFrom:
    """An accepted MAIL argument. ``sender`` is "" for the null reverse-path, ``size`` the declared size, else 0."""

    sender: str
    size: int = 0
    utf8: bool = False


def read_hello(argument: str) -> str | None:
    """The name a client gives itself: anything printable, since devices put all sorts of names there."""
    return argument if argument and argument.isprintable() and len(argument) <= LONGEST_DOMAIN else None


@lru_cache(maxsize=256)
def read_mail(argument: str, *, max_size: int, extended: bool, login_offered: bool) -> MailFrom | str:
    """The argument of MAIL, or the reply that refuses it. ``extended`` says that the client sent EHLO."""
    given = _split(argument, "from:")
    if given is None:
        return BAD_MAIL
    path, rest = given
    parameters = _parameters(rest)
    utf8 = extended and parameters is not None and parameters.get("SMTPUTF8") == ""
    sender, refusal = ("", "") if path == "<>" else _mailbox(path, utf8)
    if refusal:
        return refusal
    if parameters is None:
        return BAD_MAIL
    if utf8:
        del parameters["SMTPUTF8"]
    size = parameters.pop("SIZE", "0") if extended else "0"
    refusal = _refuse_size(size, max_size) or _refuse_rest(parameters, extended, login_offered)
    return refusal or MailFrom(sender, int(size), utf8)


@lru_cache(maxsize=256)
def read_rcpt(argument: str, *, utf8: bool) -> tuple[str, str]:
    """The address of RCPT and "", or "" and the reply that refuses it."""
    given = _split(argument, "to:")
    if given is None:
        return "", BAD_RCPT
    path, rest = given
    if path.lower() == "<postmaster>":
        address, refusal = "postmaster", ""
    else:
        address, refusal = _mailbox(path, utf8)
    if not refusal and rest:
        refusal = "555 5.5.4 RCPT parameters are not supported"
    return ("", refusal) if refusal else (address, "")


@lru_cache(maxsize=1024)
def normal(address: str) -> str:
    """The address in the one spelling under which two are the same to us: lower case, domain in its ASCII form."""
    local, at, domain = address.rpartition("@")
    with contextlib.suppress(UnicodeError):
        domain = domain.encode("idna").decode("ascii")
    return f"{local}{at}{domain}".lower()


def _split(argument: str, keyword: str) -> tuple[str, str] | None:
    """The path and the parameters after the keyword."""
    if argument[: len(keyword)].lower() != keyword:
        return None
    text = argument[len(keyword) :].strip(" ")
    if text.startswith("<"):
        end = _closing_bracket(text)
        path, rest = text[:end], text[end:]
    else:
        path, _, rest = text.partition(" ")
    return path, rest.strip(" ")


def _closing_bracket(text: str) -> int:
    """Just past the ">" that ends the path, or the end of the text; quoted ones do not count."""
    if '"' not in text:
        return text.find(">") + 1 or len(text)
    quoted = escaped = False
    for position, char in enumerate(text):
        if escaped:
            escaped = False
        elif quoted and char == "\\":
            escaped = True
        elif char == '"':
            quoted = not quoted
        elif char == ">" and not quoted:
            return position + 1
    return len(text)


def _mailbox(path: str, utf8: bool) -> tuple[str, str]:
    """The address in a path and "", or "" and a refusal."""
    if simple := _SIMPLE.fullmatch(path):
        local, domain = simple[1], simple[2]
    else:
        if path[:1] == "<":
            path = path[1:-1] if path[-1:] == ">" else ""
        match = _PATH.fullmatch(path)
        if match is None:
            return "", BAD_ADDRESS
        local, domain = match["local"], match["domain"]
    if len(local.encode()) > LONGEST_LOCAL_PART or len(domain.encode()) > LONGEST_DOMAIN:
        return "", BAD_ADDRESS
    if not (local.isascii() and domain.isascii()):
        if not utf8:
            return "", NEEDS_SMTPUTF8
        if not _is_international(domain):
            return "", BAD_ADDRESS
    return f"{local}@{domain}", ""


def _is_international(domain: str) -> bool:
    """Whether every label has an ASCII form (RFC 5890), so that the domain can exist."""
    try:
        domain.encode("idna")
    except UnicodeError:
        return False
    return True


def _parameters(text: str) -> dict[str, str] | None:
    """Mail parameters by upper-case name, None where one is malformed or stands twice. A bare name has the value ""."""
    found: dict[str, str] = {}
    for word in text.split():
        match = _PARAMETER.fullmatch(word)
        if match is None or (name := match[1].upper()) in found:
            return None
        found[name] = match[2] or ""
    return found


def _refuse_size(size: str, max_size: int) -> str:
    """RFC 1870, 5 and 6."""
    if not (size.isascii() and size.isdigit() and len(size) <= 20):
        return "501 5.5.4 SIZE is a number of at most 20 digits"
    if int(size) > max_size:
        return f"552 5.3.4 A mail may have {max_size} bytes at most"
    return ""


def _refuse_rest(parameters: dict[str, str], extended: bool, login_offered: bool) -> str:
    """What is left besides SIZE and SMTPUTF8: BODY (RFC 6152) and, where logins are offered, AUTH (RFC 4954, 5)."""
    if extended and parameters.pop("BODY", "8BITMIME").upper() not in ("7BIT", "8BITMIME"):
        return "501 5.5.4 BODY is 7BIT or 8BITMIME"
    if extended and login_offered:
        parameters.pop("AUTH", None)
    if parameters:
        return f"555 5.5.4 Not supported: {' '.join(sorted(parameters))[:100]}"
    return ""
