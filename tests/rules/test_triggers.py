"""System rules and the trigger cycle."""

from dataclasses import replace

import pytest

from maild.domain.effects import AddComment, CreateTask, SendLetter, SetField, SetStatus
from maild.domain.events import CommentWritten, FieldEdited, LetterBounced, MacroApplied, MoveAsked, TicketCreated
from maild.domain.mail import MailKind
from maild.domain.people import Actor
from maild.domain.ticket import Status
from rules.triggers import run
from tests.rules.builders import AGENT, CUSTOMER, NOW, ORDER, created, hits, later, letters, reply, rules, ticket

NOTHING = rules("")
OPEN = ticket(status=Status.OPEN, assignee="orders-agent", group="Orders")


def trigger(name: str, all: str, do: str, on: str = '"edited"') -> str:
    return f'[[trigger]]\nname = "{name}"\non = [{on}]\nall = [{all}]\ndo = [{do}]\n'


EDIT = FieldEdited(AGENT, (("priority", "high"),))


def test_assigning_a_new_ticket_opens_it() -> None:
    outcome = run(NOTHING, ticket(), FieldEdited(AGENT, (("assignee", "orders-agent"),)))
    assert outcome.after.status is Status.OPEN
    assert [step.rule for step in outcome.steps if step.what == "hit"] == ["edit", "system.open"]


@pytest.mark.parametrize("status", [Status.PENDING, Status.HOLD, Status.SOLVED])
def test_trap_19_a_customers_reply_reopens(status: Status) -> None:
    outcome = run(NOTHING, replace(OPEN, status=status), reply())
    assert outcome.after.status is Status.OPEN
    assert outcome.after.unread
    assert outcome.after.stamp("status_changed") == NOW


@pytest.mark.parametrize("kind", [MailKind.AUTO_REPLY, MailKind.BOUNCE, MailKind.LIST])
def test_trap_19_automatic_mail_never_reopens(kind: MailKind) -> None:
    outcome = run(NOTHING, replace(OPEN, status=Status.HOLD), reply(kind=kind, automatic=True))
    assert outcome.after.status is Status.HOLD
    assert not outcome.after.unread
    assert [(s.what, s.rule) for s in outcome.steps] == [("suppressed", "system.reopen")]


def test_a_strangers_private_note_reopens_nothing() -> None:
    assert run(NOTHING, replace(OPEN, status=Status.HOLD), reply(public=False)).after.status is Status.HOLD


def test_reopening_a_solved_ticket_is_counted() -> None:
    solved = replace(OPEN, status=Status.SOLVED)
    assert run(NOTHING, solved, reply()).after.counter("reopens") == 1
    assert run(NOTHING, replace(OPEN, status=Status.HOLD), reply()).after.counter("reopens") == 0


def test_a_closed_ticket_stays_closed() -> None:
    closed = replace(OPEN, status=Status.CLOSED)
    assert run(NOTHING, closed, reply()).after.status is Status.CLOSED
    outcome = run(NOTHING, closed, MoveAsked(AGENT, Status.OPEN))
    assert outcome.refusals == ("a closed ticket stays closed; a reply opens a follow-up",)


def test_nothing_goes_back_to_new() -> None:
    assert run(NOTHING, OPEN, MoveAsked(AGENT, Status.NEW)).refusals == ("nothing goes back to new",)


def test_a_public_answer_is_noted_and_mailed_as_a_persons_own() -> None:
    outcome = run(NOTHING, replace(OPEN, unread=True), CommentWritten(AGENT, "It ships on Monday.", public=True))
    assert AddComment("It ships on Monday.", True) in [p.effect for p in outcome.effects]
    assert SendLetter("reply", "requester", False, "It ships on Monday.") in [p.effect for p in outcome.effects]
    assert not outcome.after.unread


def test_a_private_note_is_mailed_to_nobody_and_stands_in_its_authors_name() -> None:
    outcome = run(NOTHING, OPEN, CommentWritten(AGENT, "Check the credit.", public=False))
    assert letters(outcome) == []
    assert [p.rule for p in outcome.effects if isinstance(p.effect, AddComment)] == [""]


def test_a_light_agent_reads_and_notes_only() -> None:
    watcher = Actor("agent", "watcher")
    assert run(NOTHING, OPEN, CommentWritten(watcher, "hello", public=True)).effects == ()
    assert run(NOTHING, OPEN, CommentWritten(watcher, "a note", public=False)).effects
    assert run(NOTHING, OPEN, FieldEdited(watcher, (("priority", "low"),))).refusals
    moved = run(NOTHING, OPEN, MoveAsked(watcher, Status.PENDING))
    assert (moved.effects, moved.refusals) == ((), ("watcher may read and comment only",))
    assert run(NOTHING, OPEN, FieldEdited(CUSTOMER, (("priority", "low"),))).refusals


def test_a_light_agents_note_leaves_the_customers_answer_unread() -> None:
    waiting = replace(OPEN, unread=True)
    assert run(NOTHING, waiting, CommentWritten(Actor("agent", "watcher"), "a note", public=False)).after.unread
    assert not run(NOTHING, waiting, CommentWritten(AGENT, "a note", public=False)).after.unread


def test_nobody_gives_a_light_agent_a_task() -> None:
    told = rules("""[[trigger]]
name = "Watch"
on = "comment"
do = [{ task = "Look", to = "watcher", blocks = true }, { add_tags = ["told"] }]
""")
    outcome = run(told, OPEN, CommentWritten(AGENT, "a note", public=False))
    assert not any(isinstance(planned.effect, CreateTask) for planned in outcome.effects)
    assert any("watcher is a light agent, who could never finish it" in why for why in outcome.refusals)


def test_a_letter_that_came_back_is_for_a_person() -> None:
    outcome = run(NOTHING, OPEN, LetterBounced(3, ("pat@buyer.example",), permanent=True))
    assert outcome.after.needs_review
    assert outcome.after.review_reasons == ("letter 3 came back from pat@buyer.example",)
    assert run(NOTHING, OPEN, LetterBounced(3, (), permanent=False)).effects == ()


def test_trap_01_the_list_restarts_from_the_top_and_each_fires_once() -> None:
    ruleset = rules(
        trigger("third", "\"tags any ['two']\"", "{ add_tags = ['three'] }")
        + trigger("second", "\"tags any ['one']\"", "{ add_tags = ['two'] }")
        + trigger("first", "'priority == high'", "{ add_tags = ['one'] }")
    )
    outcome = run(ruleset, OPEN, EDIT)
    assert hits(outcome) == ["edit", "first", "second", "third"]
    assert outcome.after.tags == {"one", "two", "three"}


def test_trap_01_two_triggers_that_undo_each_other_end() -> None:
    ruleset = rules(
        trigger("up", "'priority < urgent'", "{ set = { priority = 'urgent' } }")
        + trigger("down", "'priority == urgent'", "{ set = { priority = 'low' } }")
    )
    outcome = run(ruleset, OPEN, EDIT)
    assert hits(outcome) == ["edit", "up", "down"]
    assert outcome.after.priority == "low"


def test_trap_01_the_number_of_firings_is_capped_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rules.triggers.MOST_FIRED", 3)
    many = "".join(trigger(f"t{n}", "", f"{{ add_tags = ['n{n}'] }}") for n in range(5))
    outcome = run(rules(many), OPEN, EDIT)
    assert hits(outcome) == ["edit", "t0", "t1", "t2"]
    capped = [step for step in outcome.steps if step.what == "suppressed"]
    assert capped[0].rule == "system.cap"
    assert "3 triggers fired in one event; t3 did not" in capped[0].why


def test_trap_02_a_letter_of_ours_sets_no_trigger_off() -> None:
    ruleset = rules(
        trigger("mails", "", "{ notify = 'requester', template = 'reply' }")
        + trigger("on mail", "'mail.kind == reply'", "{ add_tags = ['wrong'] }", '"edited", "mail"')
    )
    outcome = run(ruleset, OPEN, EDIT)
    assert hits(outcome) == ["edit", "mails"]
    assert outcome.after.tags == frozenset()


def test_trap_03_changed_to_is_not_is() -> None:
    ruleset = rules(
        trigger("became high", "'changed(\"priority\")', 'priority == high'", "{ add_tags = ['now_high'] }")
    )
    assert hits(run(ruleset, OPEN, EDIT)) == ["edit", "became high"]
    again = FieldEdited(AGENT, (("subject", "another"),))
    assert hits(run(ruleset, replace(OPEN, priority="high"), again)) == ["edit"]


def test_trap_04_a_trigger_on_creation_leaves_later_edits_alone() -> None:
    ruleset = rules(trigger("route", "", "{ set = { assignee = 'orders-agent' } }", '"created"'))
    assert run(ruleset, ticket(), created(ORDER)).after.assignee == "orders-agent"
    edited = run(ruleset, OPEN, FieldEdited(AGENT, (("assignee", "lead"),)))
    assert edited.after.assignee == "lead"


def test_trap_08_set_tags_wipes_add_tags_keeps() -> None:
    tagged = replace(OPEN, tags=frozenset({"old"}))
    add = rules(trigger("add", "", "{ add_tags = ['new'] }"))
    wipe = rules(trigger("wipe", "", "{ set_tags = ['new'] }"))
    assert run(add, tagged, EDIT).after.tags == {"old", "new"}
    assert run(wipe, tagged, EDIT).after.tags == {"new"}


def test_trap_09_an_edit_of_a_stale_ticket_is_refused() -> None:
    outcome = run(NOTHING, replace(OPEN, version=5), FieldEdited(AGENT, (("priority", "low"),), expected_version=4))
    assert outcome.effects == ()
    assert "version 5, yours was 4" in outcome.refusals[0]


def test_trap_11_a_rule_that_cannot_act_says_so() -> None:
    ruleset = rules(
        "[fields.so_number]\n"
        + trigger("note", "", "{ comment = 'SO {{ ticket.fields.so_number }}' }, { add_tags = ['done'] }")
    )
    outcome = run(ruleset, OPEN, EDIT)
    assert outcome.refusals == ("the text needs ticket.fields.so_number, which is empty",)
    assert outcome.after.tags == {"done"}


def test_a_rule_that_changes_nothing_is_a_noop() -> None:
    outcome = run(rules(trigger("same", "", "{ set = { group = 'Orders' } }")), OPEN, EDIT)
    assert [(s.what, s.rule) for s in outcome.steps if s.rule == "same"] == [("noop", "same")]


def test_a_miss_is_traced_with_condition_and_value() -> None:
    outcome = run(rules(trigger("high", "'status == open', 'priority == low'", "{ add_tags = ['x'] }")), OPEN, EDIT)
    step = next(step for step in outcome.steps if step.rule == "high")
    assert (step.what, step.condition, step.seen) == ("miss", 1, "priority: high")


def test_a_letter_renders_with_the_ticket_as_it_stood_at_that_effect() -> None:
    ruleset = rules(
        trigger("before", "", "{ notify = 'requester', template = 'reply' }, { set = { subject = 'After' } }")
        + trigger("after", "\"subject == 'After'\"", "{ notify = 'lead', template = 'notify_lead' }")
    )
    outcome = run(ruleset, OPEN, EDIT)
    seen = {p.effect.to: p.at.subject for p in outcome.effects if isinstance(p.effect, SendLetter)}
    assert seen == {"requester": OPEN.subject, "lead": "After"}


def test_an_edit_is_all_or_nothing_and_names_every_mistake() -> None:
    ruleset = rules('[fields.total_cost]\ntype = "money"\n[fields.ship_date]\ntype = "date"\n')
    event = FieldEdited(
        AGENT,
        (("total_cost", "much"), ("ship_date", "31.02."), ("status", "opne"), ("colour", "red"), ("priority", "low")),
    )
    outcome = run(ruleset, OPEN, event)
    assert outcome.effects == ()
    assert len(outcome.refusals) == 4


@pytest.mark.parametrize(("text", "tags"), [("a b", {"a", "b"}), ("+b -old", {"b"}), ("", set()), ("-old", set())])
def test_tags_are_edited_as_a_whole_or_by_sign(text: str, tags: set[str]) -> None:
    outcome = run(NOTHING, replace(OPEN, tags=frozenset({"old"})), FieldEdited(AGENT, (("tags", text),)))
    assert outcome.after.tags == tags


def test_an_order_fills_the_form_and_defaults_come_after() -> None:
    ruleset = rules(
        '[fields.po_number]\nfrom = "order.po_number"\n[fields.ship_method]\ntype = "dropdown"\n'
        'from = "order.ship_method"\n'
        'options = { ground = "Ground", overnight = "Overnight" }\n'
        + trigger("default", "", "{ default = { ship_method = 'ground' } }", '"created"')
    )
    outcome = run(ruleset, ticket(), created(ORDER))
    assert dict(outcome.after.fields) == {"po_number": "PO-4711", "ship_method": "overnight"}
    plain = run(ruleset, ticket(), created(replace(ORDER, ship_method=None)))
    assert plain.after.value("ship_method") == "ground"


REVISED = '[fields.po_number]\nfrom = "order.po_number"\n[fields.total_cost]\ntype = "money"\nfrom = "order.total"\n'


def test_a_revised_order_updates_what_nobody_typed_over() -> None:
    newer = replace(ORDER, total="900.00")
    now = ticket(status=Status.OPEN, orders=(ORDER, newer), fields={"po_number": "PO-4711", "total_cost": "1250.00"})
    outcome = run(rules(REVISED), now, reply(orders=(newer,)))
    assert outcome.after.value("total_cost") == "900.00"


def test_a_revised_order_never_overwrites_a_person() -> None:
    newer = replace(ORDER, total="900.00")
    now = ticket(status=Status.OPEN, orders=(ORDER, newer), fields={"po_number": "PO-4711", "total_cost": "1111.00"})
    outcome = run(rules(REVISED), now, reply(orders=(newer,)))
    assert outcome.after.value("total_cost") == "1111.00"
    assert outcome.after.review_reasons == ("the revised order has another total cost",)


def test_an_order_in_a_private_note_changes_nothing() -> None:
    outcome = run(rules(REVISED), ticket(status=Status.OPEN), reply(public=False, orders=(replace(ORDER, total="1"),)))
    assert not [p for p in outcome.effects if isinstance(p.effect, SetField)]


def test_triggers_are_asked_only_on_their_events() -> None:
    ruleset = rules(trigger("created only", "", "{ add_tags = ['x'] }", '"created"'))
    assert not [step for step in run(ruleset, OPEN, EDIT).steps if step.rule == "created only"]


def test_updated_is_everything_but_created() -> None:
    ruleset = rules(trigger("any update", "", "{ add_tags = ['x'] }", '"updated"'))
    assert hits(run(ruleset, OPEN, reply())) == ["any update"]
    assert hits(run(ruleset, ticket(), TicketCreated(CUSTOMER))) == []


def test_more_than_ten_exchanges_alert_the_lead() -> None:
    ruleset = rules(
        trigger("talkative", "'customer_mails > 10'", "{ notify = 'lead', template = 'notify_lead' }", '"mail"')
    )
    assert letters(run(ruleset, replace(OPEN, counters=(("customer_mails", 10),)), reply())) == []
    assert letters(run(ruleset, replace(OPEN, counters=(("customer_mails", 11),)), reply())) == [
        ("notify_lead", "lead")
    ]


def test_a_word_in_the_body_sets_priority_and_team() -> None:
    do = "{ set = { priority = 'urgent', group = 'Support' } }"
    ruleset = rules(trigger("urgent", "\"mail.text contains 'line is down'\"", do, '"created", "mail"'))
    outcome = run(ruleset, ticket(), created(ORDER, text="Our LINE IS DOWN, hurry"))
    assert (outcome.after.priority, outcome.after.group) == ("urgent", "Support")


def test_a_status_change_hands_the_order_on_with_a_task() -> None:
    do = "{ set = { assignee = 'lead' } }, { task = 'Pack {{ ticket.subject }}' }"
    ruleset = rules(trigger("hand over", "'changed(\"status\")', 'status == on-hold'", do, '"move"'))
    outcome = run(ruleset, OPEN, MoveAsked(AGENT, Status.HOLD))
    assert outcome.after.assignee == "lead"
    assert ("notify_agent", "assignee") in letters(outcome)
    assert AddComment(f"Task for assignee: Pack {OPEN.subject}", False) in [p.effect for p in outcome.effects]


def test_a_macro_that_does_not_exist_is_refused() -> None:
    assert "no macro 'nope'" in run(NOTHING, OPEN, MacroApplied(AGENT, "nope")).refusals[0]


def test_run_is_pure() -> None:
    ruleset = rules(trigger("t", "", "{ set = { status = 'solved' } }, { add_tags = ['x'] }"))
    assert run(ruleset, later(OPEN, hours=1), EDIT) == run(ruleset, later(OPEN, hours=1), EDIT)
    assert SetStatus(Status.SOLVED) in [p.effect for p in run(ruleset, OPEN, EDIT).effects]
