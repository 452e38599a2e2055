"""Whether a person wrote: bounces, auto-replies and lists, told by header, sender, structure and subject.

Headers of RFC 3834 (Auto-Submitted), RFC 2919 (List-Id), RFC 2369 (List-Unsubscribe) and what older and other
software uses in their place. A Google group in front of an order address hands on what people wrote, so its list
fields alone make no list.
"""

from typing import Final

from pipeline.mail import phrases
from pipeline.mail.headers import Header, display
from pipeline.mail.parts import Tree

REPORTERS: Final = (
    "mailer-daemon",
    "mailerdaemon",
    "postmaster",
    "mail-daemon",
    "maildaemon",
    "mail_daemon",
    "mdaemon",
)
UNATTENDED: Final = ("noreply", "donotreply", "autoreply", "autoresponder", "autoresponse", "dontreply")

AUTO_FIELDS: Final = ("x-autoreply", "x-autorespond", "x-autoresponder", "x-auto-reply-from", "x-mail-autoreply")
WEAK: Final = "it has the subject of a report"  # alone it proves nothing; with failed recipients in it, it does
GROUPS: Final = ("x-google-group-id", "x-original-from", "x-google-original-from")


def reports_delivery(header: Header, tree: Tree) -> str:
    """Why the mail looks like a delivery report, "" where it does not."""
    if _report_type(tree) in ("delivery-status", "mail-status"):
        return "it is a multipart/report on delivery (RFC 3464)"
    if any(part.type in ("message/delivery-status", "message/global-delivery-status") for part in tree.parts):
        return "it carries a delivery status"
    if header.first("x-failed-recipients"):
        return "X-Failed-Recipients"
    subject, null = _subject(header), _null_sender(header)
    titled = any(phrase in subject for phrase in phrases.RETURNED)
    author = _author(header)
    if any(name in author for name in REPORTERS):
        return "a mail system wrote it"
    if null and titled:
        return "null envelope sender and the subject of a report"
    return WEAK if titled else ""


def automatic(header: Header, tree: Tree) -> tuple[str, str]:
    """("auto_reply" | "list" | "", why), for mail that is no delivery report."""
    why = _auto_field(header) or _machine_part(tree)
    if why:
        return "auto_reply", why
    why = _list_field(header)
    if why:
        return "list", why
    if _null_sender(header):
        return "auto_reply", "null envelope sender"
    author = _author(header).replace("-", "").replace("_", "").replace(".", "")
    if author.partition("@")[0].rpartition("<")[2].startswith(UNATTENDED):
        return "auto_reply", "nobody reads its sender's mailbox"
    subject = _subject(header)
    phrase = next((phrase for phrase in phrases.AWAY if phrase in subject), "")
    return ("auto_reply", f'its subject says "{phrase}"') if phrase else ("", "")


def answers(subject: str) -> bool:
    """Whether the subject begins with "Re:", "AW:" and the like, numbered or not."""
    prefix, colon, _ = subject[:20].replace("：", ":").partition(":")
    return bool(colon) and prefix.partition("[")[0].strip().lower() in phrases.REPLIES


def _auto_field(header: Header) -> str:
    if _word(header, "auto-submitted") not in ("", "no"):
        return f"Auto-Submitted: {_word(header, 'auto-submitted')}"
    suppress = _lower(header, "x-auto-response-suppress")
    if "all" in suppress or "autoreply" in suppress:
        return "X-Auto-Response-Suppress"
    if any(_word(header, name) in ("auto_reply", "auto-reply", "autoreply") for name in ("precedence", "x-precedence")):
        return "Precedence: auto_reply"
    named = next((name for name in AUTO_FIELDS if _word(header, name) not in ("", "no", "false")), "")
    if named or _word(header, "x-loop"):
        return named or "X-Loop"
    return "X-FC-MachineGenerated" if _word(header, "x-fc-machinegenerated") == "true" else ""


def _machine_part(tree: Tree) -> str:
    """Reports to machines about mail, and answers that calendars give (RFC 8098, RFC 5965, RFC 6047)."""
    report = _report_type(tree)
    if report in ("disposition-notification", "feedback-report"):
        return f"it is a {report}"
    calendar = next((part for part in tree.parts if part.type == "text/calendar"), None)
    if calendar and calendar.params.get("method", "").lower() in ("reply", "counter", "declinecounter"):
        return "it is a calendar's answer"
    return ""


def _list_field(header: Header) -> str:
    if _word(header, "precedence") in ("bulk", "junk"):
        return f"Precedence: {_word(header, 'precedence')}"
    if any(header.first(name) is not None for name in GROUPS):
        return ""
    if _word(header, "precedence") == "list":
        return "Precedence: list"
    fields = ("list-id", "list-unsubscribe", "list-post")
    return next((name.title() for name in fields if header.first(name) is not None), "")


def _report_type(tree: Tree) -> str:
    return tree.root.params.get("report-type", "").lower() if tree.root.type == "multipart/report" else ""


def _null_sender(header: Header) -> bool:
    return (header.first("return-path") or b"").split() == [b"<>"]


def _author(header: Header) -> str:
    return display(header.first("from")).lower()


def _subject(header: Header) -> str:
    return display(header.first("subject")).lower()


def _lower(header: Header, name: str) -> str:
    return display(header.first(name)).lower()


def _word(header: Header, name: str) -> str:
    """The first word of a field, in lower case, without comments and parameters."""
    return _lower(header, name).partition(";")[0].partition("(")[0].strip()
