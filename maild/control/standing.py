"""Where a ticket stands in its blueprint, what may follow, and what somebody asks for who moves it."""

import base64
from io import BytesIO
from typing import Any

from maild.control.operation import Request, Row
from maild.domain.events import Event, MoveAsked, TransitionAsked
from maild.domain.people import Actor
from maild.domain.stand import STAMPS, Move
from maild.domain.ticket import Snapshot, Status
from maild.errors import DataError, UsageError
from maild.store import stands
from maild.store.tx import Tx
from pipeline.enclosing import Enclosed, plain_name
from pipeline.enclosing import enclosed as make
from pipeline.furniture import Desk
from pipeline.pinned import in_force
from rules.blueprint import LegalStep, legal_steps


def standing(tx: Tx, desk: Desk, ticket: Snapshot, who: Actor) -> Row | None:
    """None for a ticket in no blueprint. ``next`` are the transitions from its state, for whoever asks."""
    if ticket.blueprint is None:
        return None
    rules = in_force(tx, desk, ticket)
    held, blueprint = ticket.blueprint, rules.blueprint_of(ticket)
    state = blueprint.states.get(held.state) if blueprint else None
    today = desk.ruleset.blueprints.get(held.blueprint)
    due = ticket.stamp("state_due")
    return {
        "name": held.blueprint,
        "label": blueprint.label if blueprint else held.blueprint,
        "version": held.version,
        "current": today is not None and today.digest == held.version,
        "state": held.state,
        "state_label": state.label if state else held.state,
        "final": state.final if state else False,
        **{f"{name}_at": ticket.stamp(name) for name in STAMPS},
        "overdue": due is not None and due <= ticket.now,
        "next": [_step(step) for step in legal_steps(rules, ticket, who)],
        "moves": [_move(move) for move in stands.of_ticket(tx, ticket.id)],
    }


def _step(step: LegalStep) -> Row:
    return {
        "transition": step.transition.name,
        "label": step.transition.label,
        "to": step.to.name,
        "to_label": step.to.label,
        "who": str(step.transition.who),
        "allowed": step.allowed,
        "missing": list(step.missing),
        "fields": list(step.fields),
        "comment": step.transition.comment,
        "attachment": step.transition.attachment,
        "why": list(step.why),
    }


def _move(move: Move) -> Row:
    return {
        "at": move.at,
        "blueprint": move.blueprint,
        "transition": move.transition,
        "from": move.source,
        "to": move.target,
        "actor": move.actor,
        "due_at": move.due,
    }


def enclosed(request: Request) -> Enclosed | None:
    """The file that comes with it; only pages of ours have one to give. Raises UsageError for an empty one."""
    file = request.arguments.get("enclosed")
    if isinstance(file, Enclosed) and not file.size:
        raise UsageError(f"the file {file.name} is empty", "choose one that has something in it")
    return file if isinstance(file, Enclosed) else None


def attached(tx: Tx, desk: Desk, request: Request) -> Enclosed | None:
    """The ``file`` that a program gives, as a mail of whoever asks; its ``content`` is base64 (RFC 4648, 4).

    Raises DataError for what is none, and for an empty one. Whoever calls it closes it.
    """
    given = request.arguments.get("file")
    colleague = desk.ruleset.colleague(request.actor) if request.actor else None
    if not given or colleague is None:
        return None
    try:
        content = base64.b64decode(str(given["content"]), validate=True)
    except ValueError:
        raise DataError("the file's content is no base64", "encode its bytes as RFC 4648 says, in one line") from None
    if not content:
        raise DataError("the file is empty", "choose one that has something in it")
    return make(str(given["name"]), BytesIO(content), colleague.address, desk.config.site.domain, tx.now)


def asked(ticket: Snapshot, request: Request, who: Actor) -> Event:
    """In a blueprint a transition, by its name or its state; elsewhere a status."""
    to = request.text("status")
    inputs = tuple((str(name), str(value)) for name, value in request.arguments.get("inputs") or ())
    comment = request.optional("comment") or ""
    if ticket.blueprint is not None:
        version: Any = request.arguments.get("version")
        file, plain = enclosed(request), request.arguments.get("file") or {}
        name = file.name if file else plain_name(str(plain["name"])) if plain else ""
        return TransitionAsked(who, to, inputs, comment, name, expected_version=version)
    if inputs or comment:
        raise UsageError(f"ticket {ticket.id} is in no blueprint", "'maild ticket set' and 'maild ticket note' do that")
    try:
        return MoveAsked(who, Status.parse(to))
    except ValueError as error:
        raise UsageError(str(error)) from None
