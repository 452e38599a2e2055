"""Mail of the desk's own people on a ticket: what they say to the customer and what they ask for, all of it or nothing.

Only proved authors come here. What they ask goes through the one door like a command of the operator; when any part of
it is refused nothing happens, the mail stays as a private note, and its author gets a letter with the reasons.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial

import structlog

from maild.domain.effects import SendLetter
from maild.domain.events import CommentWritten, Event, FieldEdited, MacroApplied, MoveAsked, TransitionAsked
from maild.domain.mail import Attachment
from maild.domain.people import Actor, Person, Role
from maild.domain.spool import Outcome
from maild.domain.ticket import Snapshot, Status
from maild.store import comments, people, tickets
from maild.store.spool import Settled
from maild.store.tx import Tx
from pipeline import desk, letters, match, presence
from pipeline.arrival import Arrival
from pipeline.deciding import decide
from pipeline.furniture import Desk
from pipeline.letters import Cause
from pipeline.mail.addresses import canonical
from pipeline.mail_commands import Command, Said, read
from pipeline.match import Placement
from pipeline.pinned import in_force
from rules.blueprint import meant
from rules.departments import unseen
from rules.mentions import Mentions, mentioned
from rules.model import Colleague, Ruleset

MARK = "agent.mail"
REFUSED = "agent.refused"
FORGED = "thread.forged_sender"
NO_CUSTOMERS = (REFUSED, FORGED)
"""Marks of mails that no customer wrote: a ticket that such a mail opens has nobody as its requester."""
MOST_AN_HOUR = 20
"""Mails of one person that act on one ticket in an hour. More of them write two programs that answer each other."""

UNSEEN = "it is with a department that you do not belong to; your mail stands there as a private note"
"""All that a colleague hears of a ticket that they do not see."""
_ECHO = 2000  # characters of a refused mail that its author is shown
_SIGNATURES = ("application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature")

log = structlog.get_logger("maild.agents")


@dataclass(frozen=True, slots=True)
class Spoken:
    """What became of a colleague's mail: ``settled``, or where that is None a private note, its mark and the reason."""

    settled: Settled | None = None
    mark: str = MARK
    why: str = ""


def act(tx: Tx, desk_: Desk, arrival: Arrival, placement: Placement, before: Snapshot) -> Spoken:
    """Say and do what a colleague's mail on ticket ``before`` asks for.

    An answer to a notification goes to the customer, unless its text begins with #note; any other mail stays among
    colleagues, unless it begins with #public.
    """
    author = arrival.author
    colleague = desk_.ruleset.colleague(author.address) if author else None
    if author is None or colleague is None:
        return Spoken()
    said = read(arrival.mail.reply_text)
    rules = in_force(tx, desk_, before)
    step = _step(rules, before, said, Actor("agent", colleague.name))
    public = _is_public(tx, arrival, placement, before, said, author) if step is None else _told(step, said)
    calls = None if public else mentioned(rules, before, said.text, colleague.name)
    if not said.orders and not public and calls == Mentions():
        return Spoken()
    actor = Actor("agent", colleague.name)
    if comments.mailed_since(tx, before.id, _names(arrival, actor), tx.now - timedelta(hours=1)) >= MOST_AN_HOUR:
        why = f"more than {MOST_AN_HOUR} mails of {colleague.name} in an hour: does a program answer? (loop.suspected)"
        tx.tell(partial(log.warning, "loop.suspected", ticket=before.id, address=author.address))
        desk.doubt(tx, desk_, before.id, arrival.key, why)
        return Spoken(mark="loop.suspected", why=why)
    events, refusals = _wanted(arrival, said, actor, public, step)
    refusals += _refusals(tx, desk_, rules, before, events)
    if refusals:
        told = [UNSEEN] if unseen(rules, before, colleague.name) else refusals
        report(tx, desk_, arrival, before, colleague, told)
        return Spoken(mark=REFUSED, why=f"nothing of it was done: {'; '.join(refusals)}"[:500])
    if calls is not None:
        _tell(tx, desk_, arrival, before, said, calls, colleague)
    if said.present is not None:
        presence.go(tx, colleague.name, said.present, str(actor))
    return _do(tx, desk_, arrival, placement, before, events, public)


def on_duty(tx: Tx, desk_: Desk, arrival: Arrival) -> Settled | None:
    """A colleague's mail about nothing but that they are there, or not: it needs no ticket. None for any other."""
    author = arrival.author
    if author is None or not arrival.from_desk or arrival.automatic:
        return None
    said, colleague = read(arrival.mail.reply_text), desk_.ruleset.colleague(author.address)
    if colleague is None or said.present is None or not said.only_presence:
        return None
    presence.go(tx, colleague.name, said.present, f"agent:{colleague.name}")
    return Settled(Outcome.IGNORED, f"{colleague.name} is {'on' if said.present else 'off'} line now", "agent.presence")


def _tell(
    tx: Tx, desk_: Desk, arrival: Arrival, before: Snapshot, said: Said, calls: Mentions, author: Colleague
) -> None:
    """Tell whoever a mailed note names, and its author which names nobody has."""
    text = f"{author.name} wrote:\n\n{said.text}"
    wanted = [SendLetter("mentioned", f"user:{colleague.name}", text=text) for colleague in calls.called]
    cause = Cause("", "system.mention", letters.vouched(), actor=arrival.author, at=arrival.came_at)
    for number, letter in enumerate(wanted):
        letters.write(tx, desk_, before, letter, replace(cause, key=f"{arrival.key}|mention|{number}"))
    if calls.wrong:
        blind = unseen(in_force(tx, desk_, before), before, author.name) is not None
        wrong = SendLetter("mention_unknown", f"user:{author.name}", text=UNSEEN if blind else "\n".join(calls.wrong))
        own = replace(cause, key=f"{arrival.key}|mention|{len(wanted)}", unseen=blind)
        letters.write(tx, desk_, before, wrong, own)


def mark_of_first(desk_: Desk, arrival: Arrival) -> str | None:
    """Why a mail in a colleague's name that opens a ticket is a private note there; None where it is none."""
    if arrival.forged:
        return FORGED
    return REFUSED if _astray(desk_, arrival) else None


def misplaced(tx: Tx, desk_: Desk, arrival: Arrival, ticket: int) -> None:
    """A colleague's commands that name no ticket there is: the mail opened ``ticket``, and its author is told."""
    colleague = _astray(desk_, arrival)
    if colleague is None:
        return
    number = match.subject_number(arrival.mail)
    named = f"there is no order {number}" if number is not None else "its subject names none ([#12])"
    why = f"the mail answers no letter of a ticket, and {named}, so it opened ticket {ticket}"
    report(tx, desk_, arrival, tickets.snapshot(tx, ticket), colleague, [why])


def _astray(desk_: Desk, arrival: Arrival) -> Colleague | None:
    """The proved author of commands."""
    if arrival.author is None or not arrival.from_desk or arrival.automatic:
        return None
    said = read(arrival.mail.reply_text)
    orders = said.commands or said.hearers or said.present is not None
    return desk_.ruleset.colleague(arrival.author.address) if orders else None


def _is_public(tx: Tx, arrival: Arrival, placement: Placement, before: Snapshot, said: Said, author: Person) -> bool:
    if said.hearers or not said.text:
        return said.hearers == "public"
    if author.role is Role.LIGHT or placement.reader is None or placement.among_us:
        return False
    copied = {canonical(to.address) for to in (*arrival.mail.to, *arrival.mail.cc)[:100]}
    return people.by_id(tx, placement.reader).role is not Role.CUSTOMER and before.requester.address not in copied


def _step(rules: Ruleset, before: Snapshot, said: Said, actor: Actor) -> str | None:
    """Who hears the comment of the transition that the mail asks for ("", private or public); None without one."""
    name = next((command.name for command in said.commands if command.word == "move"), None)
    if name is None or before.blueprint is None:
        return None
    found = meant(rules, before, name, actor)
    return "" if isinstance(found, str) else found.comment


def _told(step: str, said: Said) -> bool:
    """The text below #move belongs to the transition: the customer hears it where that, or the author, says so."""
    return said.hearers == "public" or (step == "public" and said.hearers is None and bool(said.text))


def _names(arrival: Arrival, actor: Actor) -> tuple[str, str]:
    """Under which a colleague's comments stand."""
    return str(actor), str(arrival.actor)


def _wanted(
    arrival: Arrival, said: Said, actor: Actor, public: bool, step: str | None
) -> tuple[list[Event], list[str]]:
    """The events that the mail asks for, and what is wrong with it by itself.

    With a transition all fields belong to that one, and so does the text where it asks for words to the customer.
    """
    events, refusals = list[Event](), list(said.mistakes)
    if public and not said.text:
        refusals.append("#public: there is no text for the customer")
    elif public and step != "public":
        events.append(CommentWritten(actor, said.text, public=True))
    if public and step != "public" and (names := enclosed(arrival.mail.attachments)):
        refusals.append(
            f"letters carry no attachments ({', '.join(names)[:200]}): send the text without, or begin with #note"
        )
    inputs = tuple((c.name, c.value) for c in said.commands if c.word == "field") if step is not None else ()
    for command in said.commands:
        if inputs and command.word == "field":
            continue
        event = _event(actor, command)
        if isinstance(event, TransitionAsked):
            named = next(iter(enclosed([one for one in arrival.mail.attachments if one.size])), "")
            text = said.text if step != "public" or public else ""
            event = replace(event, inputs=inputs, comment=text, attachment=named, noted=step != "public")
        if isinstance(event, str):
            refusals.append(event)
        else:
            events.append(event)
    return events, refusals


def enclosed(attachments: Sequence[Attachment]) -> list[str]:
    """What the author meant to send along: no signature, and no picture that stands in the text."""
    return [a.name for a in attachments if not a.inline and not a.content_id and a.type not in _SIGNATURES]


def _event(actor: Actor, command: Command) -> Event | str:
    match command.word:
        case "macro":
            return MacroApplied(actor, command.name)
        case "assign":
            name = {"me": actor.name, "nobody": ""}.get(command.name.lower(), command.name)
            return FieldEdited(actor, (("assignee", name),))
        case "field":
            return FieldEdited(actor, ((command.name, command.value),))
        case "move":
            return TransitionAsked(actor, command.name)
        case "status":
            try:
                return MoveAsked(actor, Status.parse(command.name))
            except ValueError as error:
                return f"{command.line[:80]}: {error}"


def _refusals(tx: Tx, desk_: Desk, rules: Ruleset, before: Snapshot, events: Sequence[Event]) -> list[str]:
    """Why the desk would refuse any of the events, each after those before it; nothing is done."""
    ticket, refusals = before, list[str]()
    for event in events:
        outcome = decide(tx, desk_, rules, ticket, event)
        first = outcome.steps[0] if outcome.steps else None
        if first is not None and first.what == "refused":  # the event itself; what a trigger could not do stands later
            refusals += [step.why for step in outcome.steps if step.what == "refused" and step.rule == first.rule]
        else:
            ticket = outcome.after
    return refusals


def _do(
    tx: Tx, desk_: Desk, arrival: Arrival, placement: Placement, before: Snapshot, events: Sequence[Event], public: bool
) -> Spoken:
    for number, event in enumerate(events):
        key = f"{arrival.key}:said:{number}"
        cause = Cause(key, "", letters.unproved(), actor=arrival.author, at=arrival.came_at)
        if isinstance(event, CommentWritten) or (isinstance(event, TransitionAsked) and public and not event.noted):
            tickets.count_mail(tx, before.id, customer=False)
            cause = replace(cause, message=arrival.id, cut_text=arrival.mail.cut_text)
        desk.handle(tx, desk_, before.id, event, key, cause)
    tx.tell(
        partial(log.info, "agent.acted", ticket=before.id, actor=str(arrival.actor), done=len(events), public=public)
    )
    if not public:
        return Spoken(why="its commands were carried out" if events else "")
    return Spoken(Settled(Outcome.COMMENT, f"{placement.why}; answered the customer", None, before.id))


def report(
    tx: Tx, desk_: Desk, arrival: Arrival, ticket: Snapshot, colleague: Colleague, refusals: Sequence[str]
) -> None:
    """Tell a colleague that nothing of their mail was done, and why; an automatic letter, which no program answers."""
    reasons = "\n".join(f"- {why[:300]}" for why in dict.fromkeys(refusals))
    wrote = "\n".join(f"> {line}" for line in arrival.mail.reply_text[:_ECHO].splitlines())
    letter = SendLetter("command_refused", f"user:{colleague.name}", text=f"{reasons}\n\nYou wrote:\n\n{wrote}")
    blind = unseen(in_force(tx, desk_, ticket), ticket, colleague.name) is not None
    cause = Cause(f"{arrival.key}|agent|refused", "agent", letters.vouched(), unseen=blind)
    letters.write(tx, desk_, ticket, letter, cause)
    tx.tell(partial(log.warning, "agent.refused", ticket=ticket.id, actor=str(arrival.actor), why="; ".join(refusals)))
