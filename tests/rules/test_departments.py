"""Departments: where a ticket begins, who sees and works it, what a move keeps, hides and clears, and the layouts."""

from dataclasses import replace

import pytest

from maild.domain.effects import CreateTask, SendLetter
from maild.domain.events import CommentWritten, Event, FieldEdited, MacroApplied, MoveAsked, TicketCreated, TimerFired
from maild.domain.people import SYSTEM, Actor, Role
from maild.domain.ticket import Snapshot, Status
from maild.errors import ConfigError
from rules import departments, forms, lint_departments
from rules.explain import explain
from rules.lint import lint
from rules.lint_departments import Lead
from rules.model import Colleague, Ruleset
from rules.triggers import Outcome, run
from rules.views import offered
from tests.rules.builders import AGENT, CUSTOMER, LEAD, ORDER, created, hits, reply, rules, ticket
from tests.rules.divided import DESK, INTAKE, divided

HELPER = Actor("agent", "helper")
RULES = divided()


def edit(ticket: Snapshot, *changes: tuple[str, str], actor: Actor = AGENT, ruleset: Ruleset = RULES) -> Outcome:
    return run(ruleset, ticket, FieldEdited(actor, changes))


def at(department: str, **changes: object) -> Snapshot:
    return ticket(**{"department": department, "status": Status.OPEN, **changes})


@pytest.mark.parametrize(
    ("address", "department", "form", "group"),
    [("orders@shop.example", "orders", "order", "Orders"), ("service@shop.example", "service", "request", "Support")],
)
def test_a_ticket_begins_in_the_department_of_its_address(address: str, department: str, form: str, group: str) -> None:
    after = run(RULES, ticket(order_address=address), created(ORDER)).after
    assert (after.department, after.form, after.group, after.value("po_number")) == (department, form, group, "PO-4711")


def test_an_address_of_no_department_leaves_it_to_the_rules() -> None:
    more = '[[trigger]]\nname = "Route"\non = "created"\ndo = [{ set = { department = "attic" } }]\n'
    elsewhere = ticket(order_address="box@shop.example")
    assert run(RULES, elsewhere, created(ORDER)).after.department is None
    assert run(divided(more), elsewhere, created(ORDER)).after.department == "attic"


def test_a_move_keeps_fields_hides_what_the_layout_has_not_and_clears_who_is_from_elsewhere() -> None:
    before = at(
        "orders", form="order", group="Orders", assignee="orders-agent", fields={"po_number": "7", "topic": "question"}
    )
    after = edit(before, ("department", "service")).after
    assert (after.department, after.form, after.group, after.assignee) == ("service", "order", "Support", None)
    assert after.value("po_number") == "7", "kept"
    assert [field.name for field in forms.shown(RULES, after)] == ["topic"], "hidden here"
    assert after.value("topic") == "question", "an option that is not offered here stays until somebody chooses"
    back = edit(replace(after, group="Support"), ("department", "orders"), actor=LEAD).after
    assert [field.name for field in forms.shown(RULES, back)] == ["po_number", "topic", "serial"]
    assert back.value("po_number") == "7"


def test_a_move_keeps_an_assignee_who_belongs_to_both() -> None:
    after = edit(at("orders", group="Orders", assignee="lead"), ("department", "service")).after
    assert (after.assignee, after.group) == ("lead", "Support")


def test_status_stays_and_goes_by_the_departments_own_label() -> None:
    before = at("orders", status=Status.HOLD, form="order", fields={"po_number": "7"})
    after = edit(before, ("department", "service")).after
    assert (after.status, departments.status_label(RULES, after)) == (Status.HOLD, "Waiting for parts")
    assert departments.status_label(RULES, before) == "on-hold"


def test_moves_that_are_not_allowed_are_refused_at_every_door() -> None:
    ruleset = divided(
        '[[trigger]]\nname = "Up"\non = "comment"\ndo = [{ set = { department = "attic" } }]\n'
        '[[macro]]\nname = "Up"\ndo = [{ set = { department = "attic" } }]\n'
    )
    here = at("service")
    why = "Service moves no ticket to Attic; it may go to Orders"
    assert edit(here, ("department", "attic"), actor=HELPER).refusals == (why,)
    assert run(ruleset, here, MacroApplied(HELPER, "up")).refusals == (why,)
    assert run(ruleset, here, CommentWritten(HELPER, "up", public=False)).refusals == (why,)
    assert edit(here, ("department", ""), actor=HELPER).refusals == (
        "a ticket of Service cannot be without a department",
    )
    assert edit(here, ("department", "cellar"), actor=HELPER).refusals == (
        "no department 'cellar': orders, service, attic",
    )
    assert edit(here, ("department", "orders"), actor=HELPER).after.department == "orders"


def test_an_edit_of_a_department_and_what_belongs_to_it_happens_whatever_the_order() -> None:
    before = at("orders", form="order", group="Orders", assignee="orders-agent")
    after = edit(
        before, ("assignee", "helper"), ("topic", "repair"), ("form", "request"), ("department", "service")
    ).after
    assert (after.department, after.assignee, after.form, after.value("topic")) == (
        "service",
        "helper",
        "request",
        "repair",
    )


def test_options_that_a_department_does_not_offer_are_refused() -> None:
    here = at("service", fields={"topic": "question"})
    assert edit(here, ("topic", "question"), actor=HELPER).refusals == (), "it is so already"
    why = "topic: Service does not offer question; it offers repair, other"
    assert edit(at("service"), ("topic", "Question"), actor=HELPER).refusals == (why,)
    assert edit(at("service"), ("colours", "red,blue"), actor=HELPER).refusals == (
        "colours: Service does not offer blue; it offers red",
    )
    assert edit(at("orders"), ("topic", "question")).after.value("topic") == "question"


FORMED = """
[[trigger]]
name = "Ask anew"
on = "comment"
do = [{ set = { form = "request" } }, { add_tags = ["asked"] }]
[[macro]]
name = "Ask anew"
do = [{ set = { form = "request" } }, { add_tags = ["asked"] }]
[[automation]]
name = "Late"
all = ["hours_since('created') >= 1"]
do = [{ set = { form = "request" } }]
[[ticket_template]]
name = "visit"
set = { form = "request" }
"""
NOT_USED = "Orders does not use the form 'request'; it uses order"


def test_a_form_that_the_department_does_not_use_is_refused_at_every_door() -> None:
    here, ruleset = at("orders", form="order", fields={}), divided(FORMED)
    assert edit(here, ("form", "request"), ("priority", "high")).refusals == (NOT_USED,)
    assert edit(here, ("form", "request")).after == here
    assert edit(here, ("form", "")).refusals == ("a ticket of Orders cannot be without a form; it uses order",)
    assert edit(here, ("form", "reqest")).refusals == ("no form 'reqest': order, request",)
    assert run(ruleset, here, MacroApplied(AGENT, "ask-anew")).refusals == (NOT_USED,)
    assert run(ruleset, here, TimerFired(1, "Late", 0, here.now.isoformat())).after.form == "order"
    typed_in = TicketCreated(AGENT, template="visit")
    assert NOT_USED in run(ruleset, ticket(order_address="orders@shop.example"), typed_in).refusals
    assert "on-hold needs" in run(ruleset, here, MoveAsked(AGENT, Status.HOLD)).refusals[0], "still asked"


def test_a_rule_that_gives_such_a_form_is_refused_this_effect_alone_and_the_history_says_why() -> None:
    here = at("orders", form="order")
    outcome = run(divided(FORMED), here, CommentWritten(AGENT, "x", public=False))
    assert (outcome.after.form, outcome.after.tags) == ("order", {"asked"})
    assert [(s.what, s.rule, s.why) for s in outcome.steps if s.rule == "Ask anew"] == [
        ("hit", "Ask anew", ""),
        ("refused", "Ask anew", NOT_USED),
    ]


def test_a_form_is_free_where_the_department_names_none_or_the_ticket_is_with_none() -> None:
    boss = Actor("operator", "root")
    assert edit(at("attic", form="order"), ("form", "request"), actor=Actor("agent", "helper")).after.form == "request"
    assert run(RULES, ticket(form="order"), FieldEdited(LEAD, (("form", "request"),))).after.form == "request"
    assert edit(at("service", form="order"), ("form", "request"), actor=LEAD).after.form == "request"
    assert edit(at("orders", form="request"), ("form", "request")).refusals == (), "it is so already"
    assert edit(at("attic"), ("form", "x"), actor=boss).refusals


def test_nobody_from_elsewhere_can_be_assigned() -> None:
    assert edit(at("orders"), ("assignee", "helper")).refusals == ("helper does not belong to Orders",)
    assert edit(at("orders"), ("assignee", "lead")).after.assignee == "lead"


@pytest.mark.parametrize(
    "event",
    [
        FieldEdited(HELPER, (("priority", "high"),)),
        CommentWritten(HELPER, "hello", public=True),
        CommentWritten(HELPER, "hello", public=False),
        MacroApplied(HELPER, "approve"),
        MoveAsked(HELPER, Status.PENDING),
    ],
    ids=lambda event: type(event).__name__,
)
def test_people_of_other_departments_do_not_act(event: Event) -> None:
    here = at("orders")
    outcome = run(RULES, here, event)
    assert outcome.after == here
    assert outcome.refusals == ("ticket 7 is with Orders, and helper does not belong there",)


def test_who_sees_what() -> None:
    assert departments.hidden_from(RULES, AGENT) == {"service", "attic"}
    assert departments.hidden_from(RULES, LEAD) == {"attic"}
    assert departments.hidden_from(RULES, Actor("agent", "nobody")) == {"orders", "service", "attic"}
    assert departments.hidden_from(RULES, Actor("operator", "root")) == frozenset()
    assert departments.stranger(RULES, ticket(), HELPER) is None, "a ticket without a department is everybody's"
    admin = replace(RULES, people=(*RULES.people, Colleague("boss", "boss@shop.example", Role.ADMIN)))
    assert departments.hidden_from(admin, Actor("agent", "boss")) == frozenset()


TASKED = """
[[trigger]]
name = "Ask them"
on = "comment"
do = [{ task = "Call", to = "helper" }, { add_tags = ["asked"] }, { notify = "helper", template = "notify_agent" }]
[[macro]]
name = "Ask"
do = [{ set = { department = "orders" } }, { task = "Call", to = "helper" }]
"""
NO_TASK = "no task for helper: ticket 7 is with Orders, and helper does not belong there"


def test_nobody_gets_a_task_of_a_ticket_that_they_do_not_see() -> None:
    ruleset = divided(TASKED)
    outcome = run(ruleset, at("orders"), CommentWritten(AGENT, "x", public=False))
    assert (outcome.refusals, outcome.after.tags) == ((NO_TASK,), {"asked"})
    letters = [planned.effect for planned in outcome.effects if isinstance(planned.effect, SendLetter)]
    assert [letter.to for letter in letters] == ["user:helper"], "whom a rule names for a letter gets that"
    assert not any(isinstance(planned.effect, CreateTask) for planned in outcome.effects)
    here = at("attic")
    refused = run(ruleset, here, MacroApplied(HELPER, "ask"))
    assert refused.after == here and refused.refusals, "as the ticket would be then, and all of it or nothing"
    seen = run(ruleset, at("attic"), CommentWritten(HELPER, "x", public=False))
    assert any(isinstance(planned.effect, CreateTask) for planned in seen.effects)
    assert departments.no_task(ruleset, at("orders"), "helper@shop.example"), "by address too"


def test_customers_are_not_strangers() -> None:
    assert run(RULES, at("orders"), reply()).refusals == ()
    assert run(RULES, at("orders"), CommentWritten(CUSTOMER, "hi", public=True)).refusals == ()


LIMITED = """
[[trigger]]
name = "Only service"
on = "comment"
department = "service"
do = [{ add_tags = ["seen"] }]
[[automation]]
name = "Slow"
department = "service"
all = ["business_hours_since('status_changed') >= 4"]
do = [{ add_tags = ["slow"] }]
[[automation]]
name = "Slow too"
department = ["orders", "service"]
all = ["business_hours_since('status_changed') >= 4"]
do = [{ add_tags = ["slow"] }]
[[macro]]
name = "Mend"
department = "service"
do = [{ add_tags = ["mended"] }]
[[view]]
name = "mine"
department = "service"
all = ["status < solved"]
"""


def test_rules_macros_and_views_can_be_limited_to_departments() -> None:
    ruleset = divided(LIMITED)
    note = CommentWritten(LEAD, "x", public=False)
    assert hits(run(ruleset, at("service"), note)) == ["Only service"]
    assert hits(run(ruleset, at("orders"), note)) == []
    why = {answer.rule: answer.why for answer in explain(ruleset, at("orders"), note)}
    assert why["Only service"] == "[0] department in ['service'] (department: Orders)"
    assert run(ruleset, at("orders"), MacroApplied(AGENT, "mend")).refusals[0] == "Mend is for Service"
    assert run(ruleset, at("orders"), MacroApplied(LEAD, "mend")).refusals == (
        "Mend is for tickets of Service, and this one is with Orders",
    )
    assert [view.name for view in offered(ruleset, LEAD)] == ["mine"]
    assert offered(ruleset, AGENT) == ()


def test_a_rule_of_one_department_counts_its_working_hours() -> None:
    """NOW is a Tuesday, 9:00: four hours of 6 to 12 end on Wednesday at 7, of 9 to 17 at 13."""
    outcome = run(divided(LIMITED), at("service"), reply())
    due = {timer.rule: f"{timer.due:%a %H:%M}" for timer in outcome.after.timers}
    assert (due["Slow"], due["Slow too"]) == ("Wed 07:00", "Tue 13:00")


def test_a_layout_says_what_is_shown_and_needed_for_its_department() -> None:
    here = at("service", form="order", fields={"topic": "repair"})
    assert [field.name for field in forms.shown(RULES, here)] == ["serial", "topic"]
    assert run(RULES, here, MoveAsked(HELPER, Status.SOLVED)).refusals == ("solved needs serial",)
    assert run(RULES, here, MoveAsked(HELPER, Status.HOLD)).refusals == (), "po_number is needed in orders alone"
    other = at("service", form="order", fields={"topic": "other"})
    assert [field.name for field in forms.shown(RULES, other)] == ["topic"]
    assert run(RULES, other, MoveAsked(HELPER, Status.SOLVED)).refusals == ()


TYPED = """
[[ticket_template]]
name = "repair"
label = "Repair at the counter"
address = "service@shop.example"
groups = ["Support"]
set = { subject = "A repair", topic = "repair", priority = "high" }
tags = ["counter"]
"""


def typed(actor: Actor, *changes: tuple[str, str], template: str = "repair") -> Outcome:
    before = ticket(order_address="service@shop.example", channel="hand", orders=(), subject="(by hand)")
    return run(divided(TYPED), before, TicketCreated(actor, template=template, changes=changes))


def test_a_ticket_typed_by_hand_begins_with_its_template() -> None:
    after = typed(HELPER, ("serial", "S-1"), ("tags", "+urgent")).after
    assert (after.department, after.form, after.subject, after.priority) == ("service", "request", "A repair", "high")
    assert (dict(after.fields), after.tags) == ({"topic": "repair", "serial": "S-1"}, {"counter", "urgent"})
    assert typed(HELPER, ("topic", "other"), template="Repair at the counter").after.value("topic") == "other"


def test_what_cannot_be_typed_is_told_all_at_once() -> None:
    assert typed(AGENT).refusals == ("Repair at the counter is for Support",)
    assert typed(HELPER, template="repare").refusals == ("no ticket template 'repare'; did you mean repair?",)
    outcome = typed(HELPER, ("topic", "x"), ("serail", "1"))
    assert outcome.refusals == (
        "topic: 'x' is not one of question, repair, other",
        "no field 'serail'; did you mean serial?",
    )
    assert dict(outcome.after.fields) == {}, "all of it or nothing"
    why = "topic: Service does not offer question; it offers repair, other"
    assert typed(HELPER, ("topic", "question")).refusals == (why,)


def test_the_system_is_no_stranger() -> None:
    assert run(RULES, at("orders"), FieldEdited(SYSTEM, (("priority", "high"),))).after.priority == "high"


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ('groups = ["Suport"]', "did you mean Support?"),
        ('forms = ["reqest"]', "did you mean request?"),
        ('schedule = "erly"', "did you mean early?"),
        ('statuses = { onhold = "x" }', "there is no status 'onhold' (did you mean on-hold?)"),
        ('options = { topic = ["repare"] }', "did you mean repair?"),
        ('options = { serial = ["x"] }', "'serial' is no field with options"),
        ('moves = ["order"]', "did you mean orders?"),
        ('addresses = ["orders@shop.example"]', "orders@shop.example belongs to orders already"),
        ('addresses = ["other@shop.example"]', "mail to other@shop.example does not come in here"),
        ('lable = "x"', "unknown key 'lable' (did you mean label?)"),
        ("", "nobody belongs to it"),
    ],
)
def test_mistakes_in_a_department_are_told(wrong: str, told: str) -> None:
    with pytest.raises(ConfigError) as caught:
        divided(f'[[department]]\nname = "cellar"\n{wrong}\n')
    assert told in "\n".join(caught.value.mistakes)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ('[[trigger]]\nname = "x"\ndepartment = "oders"\ndo = [{ add_tags = ["x"] }]', "did you mean orders?"),
        ('[[trigger]]\nname = "x"\nall = ["department == \'oders\'"]\ndo = [{ add_tags = ["x"] }]', "did you mean"),
        ('[[trigger]]\nname = "x"\ndo = [{ set = { department = "oders" } }]', "did you mean orders?"),
        ('[[department]]\nname = "Orders 2"\nusers = ["lead"]', "a department cannot be called 'Orders 2'"),
        ('[[department]]\nname = "orders"\nusers = ["lead"]', "there are two departments 'orders'"),
        ('[[layout]]\ndepartment = "service"\nform = "order"', "there are two layouts of 'order' for 'service'"),
        ('[[layout]]\ndepartment = "orders"\nform = "request"', "orders does not use the form 'request'"),
        ('[[layout]]\ndepartment = "orders"\nform = "order"\nfields = ["colours"]', "'colours' is not possible"),
        ('[[ticket_template]]\nname = "x"\nset = { topik = "repair" }', "did you mean topic?"),
        ('[[ticket_template]]\nname = "x"\nset = { topic = "broken" }', "'broken' is not one of"),
        ('[[ticket_template]]\nname = "x"\nset = { subject = "{{ requester.name }}" }', "there is no ticket yet"),
        ('[[ticket_template]]\nname = "x"\naddress = "box@shop.example"', "'box@shop.example' is not possible"),
    ],
)
def test_mistakes_around_departments_are_told(wrong: str, told: str) -> None:
    with pytest.raises(ConfigError) as caught:
        divided(wrong + "\n")
    assert told in "\n".join(caught.value.mistakes)


def test_without_departments_the_word_is_refused_and_nothing_is_hidden() -> None:
    with pytest.raises(ConfigError) as caught:
        rules('[[trigger]]\nname = "x"\ndepartment = "orders"\ndo = [{ add_tags = ["x"] }]')
    assert "there are no departments" in caught.value.mistakes[0]
    assert departments.hidden_from(rules(""), HELPER) == frozenset()


def test_the_divided_desk_of_these_tests_is_kept_and_read_again_like_any_rule_file() -> None:
    from rules.load import read_file
    from rules.rule_file import RuleFile
    from tests.rules.builders import config

    kept = RuleFile.kept(RuleFile.of(config(DESK + LIMITED + TYPED, intake=INTAKE)).document)
    again, mistakes = read_file(kept)
    assert mistakes == []
    assert again.departments.keys() == RULES.departments.keys()


BLIND = """
[[trigger]]
name = "Never"
on = "comment"
department = "orders"
do = [{ task = "Call", to = "helper" }]
[[trigger]]
name = "Sometimes"
on = "comment"
department = ["orders", "attic"]
do = [{ task = "Call", to = "helper" }, { notify = "helper", template = "notify_agent" }]
"""


def test_lint_tells_tasks_and_leads_that_departments_keep_from_working() -> None:
    ruleset = divided(BLIND)
    [doubt] = [str(finding) for finding in lint_departments.tasks_out_of_sight(ruleset)]
    assert "trigger 'Never' gives helper a task that is always refused: helper sees no ticket of orders" in doubt
    assert doubt in lint(ruleset, ("notify_agent",))
    leads = [Lead("Orders", "helper", "x.toml:3"), Lead("Orders", "lead", ""), Lead("Orders", "boss@else.example", "")]
    [told] = map(str, lint_departments.leads_out_of_sight(ruleset, leads))
    assert told.startswith("x.toml:3: group 'Orders' is led by helper, who sees no ticket of orders (")
