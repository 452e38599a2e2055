"""Mails as they came, and letters as they leave."""

import base64
from typing import Annotated, Literal

from pydantic import Field

from maild.domain.people import Role
from maild.web.api.endpoint import Answer, Asked, Call, Endpoint, described, following, maybe, several
from maild.web.api.ticket_endpoints import NoWords, Number
from maild.web.download import saved_as
from pipeline.viewing.wish import What, Wish

MAIL_STATES = Literal["waiting", "ticket", "comment", "duplicate", "ignored", "quarantined"]
PHASES = Literal["held", "queued", "sending", "at_dot", "sent", "deferred", "unknown", "failed", "dropped"]


class FileName(Asked):
    name: Annotated[str, Field(min_length=1, max_length=500)]


class Mails(Asked):
    state: MAIL_STATES | None = None
    before: Number | None = None
    limit: Annotated[int, Field(ge=1, le=500)] = 100


class Letters(Asked):
    phase: PHASES | None = None
    before: Number | None = None
    limit: Annotated[int, Field(ge=1, le=500)] = 100


def mails(call: Call) -> Answer:
    asked = call.query
    return following("mails", call.carry_out("mail.list", **asked.model_dump()), asked.limit)


def mail(call: Call) -> Answer:
    return Answer(call.carry_out("mail.show", id=call.path["id"])[0])


def raw_mail(call: Call) -> Answer:
    return Answer(_raw(call), media="message/rfc822", headers=saved_as(f"mail-{call.path['id']}.eml"))


def contents(call: Call) -> Answer:
    return Answer(_raw(call), wish=Wish(What.CONTENTS))


def file(call: Call) -> Answer:
    return Answer(_raw(call), wish=Wish(What.FILE, call.query.name))


def _raw(call: Call) -> bytes:
    return base64.b64decode(call.carry_out("mail.raw", id=call.path["id"])[0]["raw"])


def retry_mail(call: Call) -> Answer:
    return Answer(call.carry_out("mail.retry", id=call.path["id"])[0])


def letters(call: Call) -> Answer:
    asked = call.query
    return following("letters", call.carry_out("outbox.list", **asked.model_dump()), asked.limit)


def letter(call: Call) -> Answer:
    return Answer(call.carry_out("outbox.show", id=call.path["id"])[0])


def release(call: Call) -> Answer:
    return Answer(call.carry_out("outbox.release", id=call.path["id"])[0])


def hold(call: Call) -> Answer:
    return Answer(call.carry_out("outbox.hold", id=call.path["id"])[0])


def drop(call: Call) -> Answer:
    return Answer(call.carry_out("outbox.drop", id=call.path["id"])[0])


def retry_letter(call: Call) -> Answer:
    return Answer(call.carry_out("outbox.retry", id=call.path["id"])[0])


MAIL = described(id="integer", received_at="string", state="string", outcome=maybe("string"))
LETTER = described(id="integer", phase="string", template="string", to_address="string", subject="string")
MOVED = described(id="integer", phase="string")
_BYTES = {"type": "string", "format": "binary"}

ENDPOINTS = (
    Endpoint("GET", "/mails", "listMails", "tickets:read", "Mails that came, newest first, with what became of each.",
             mails, described(mails=several(MAIL), before=maybe("integer")), query=Mails, at_least=Role.LEAD),
    Endpoint("GET", "/mails/{id:int}", "showMail", "tickets:read", "One mail with its deliveries and its end.", mail,
             MAIL),
    Endpoint("GET", "/mails/{id:int}/contents", "mailContents", "tickets:read",
             "A mail's text, and which files it holds.", contents,
             described(text="string", files=several(described(name="string", type="string", size="integer")))),
    Endpoint("GET", "/mails/{id:int}/file", "mailFile", "tickets:read", "One file of a mail, by its name.", file,
             _BYTES, query=FileName, media="application/octet-stream"),
    Endpoint("GET", "/mails/{id:int}/raw", "rawMail", "tickets:read", "The mail's bytes as they were received.",
             raw_mail, _BYTES, media="message/rfc822"),
    Endpoint("POST", "/mails/{id:int}/retry", "retryMail", "tickets:write",
             "Have a mail that was put aside read again.", retry_mail, described(id="integer", state="string"),
             body=NoWords, at_least=Role.LEAD),
    Endpoint("GET", "/letters", "listLetters", "tickets:read", "The outbox, newest first.", letters,
             described(letters=several(LETTER), before=maybe("integer")), query=Letters, at_least=Role.LEAD),
    Endpoint("GET", "/letters/{id:int}", "showLetter", "tickets:read",
             "One letter with its recipients, tries and text.", letter, LETTER),
    Endpoint("POST", "/letters/{id:int}/release", "releaseLetter", "letters:write", "Let a held letter go.", release,
             MOVED, body=NoWords),
    Endpoint("POST", "/letters/{id:int}/hold", "holdLetter", "letters:write", "Keep a letter from leaving.", hold,
             MOVED, body=NoWords, at_least=Role.LEAD),
    Endpoint("POST", "/letters/{id:int}/drop", "dropLetter", "letters:write", "Never send a letter.", drop, MOVED,
             body=NoWords, at_least=Role.LEAD),
    Endpoint("POST", "/letters/{id:int}/retry", "retryLetter", "letters:write", "Send a letter that failed once more.",
             retry_letter, MOVED, body=NoWords, at_least=Role.LEAD),
)  # fmt: skip
