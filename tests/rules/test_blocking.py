"""A blocking task keeps a ticket from being solved, whichever door asks."""

from dataclasses import replace

import pytest

from maild.domain.effects import CreateTask, SetStatus
from maild.domain.events import Event, FieldEdited, MacroApplied, MoveAsked
from maild.domain.ticket import Blocker, Status
from rules.blocking import blocked
from rules.matrix import ROLES, next_steps, refusal
from rules.project import project
from rules.triggers import run
from tests.rules.builders import AGENT, LEAD, created, rules, ticket

RULES = rules("""
[[trigger]]
name = "Task and solve at once"
on = "created"
outside_matrix = true
do = [{ task = "Get the papers", to = "lead", blocks = true, priority = "high" }, { set = { status = "solved" } }]

[[trigger]]
name = "Solve it all the same"
on = "edited"
outside_matrix = true
do = [{ set = { status = "solved" } }]

[[macro]]
name = "Solve"
outside_matrix = true
do = [{ set = { status = "solved" } }]
""")
BLOCKED = replace(ticket(status=Status.OPEN), blockers=(Blocker("Get the papers", 7), Blocker("Call", 9)))
WHY = "solved waits for task 7 (Get the papers), and 1 more"


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("to", [Status.SOLVED, Status.CLOSED])
def test_no_role_and_no_rule_outside_the_matrix_passes(role: str, to: Status) -> None:
    for outside in (False, True):
        why = refusal(RULES, BLOCKED, role, to, outside_matrix=outside)
        assert why == WHY.replace("solved", to.word)
    assert to not in next_steps(RULES, BLOCKED, role)
    assert refusal(RULES, replace(BLOCKED, blockers=()), "admin", to, outside_matrix=True) is None


@pytest.mark.parametrize("to", [s for s in Status if s not in (Status.NEW, Status.SOLVED, Status.CLOSED)])
def test_every_other_status_is_free(to: Status) -> None:
    assert blocked(BLOCKED, to) is None


@pytest.mark.parametrize(
    "event",
    [
        MoveAsked(AGENT, Status.SOLVED),
        MoveAsked(LEAD, Status.CLOSED),
        FieldEdited(LEAD, (("status", "solved"),)),
        FieldEdited(LEAD, (("priority", "high"),)),  # the trigger tries
        MacroApplied(AGENT, "Solve"),
    ],
)
def test_every_event_is_refused_with_the_tasks_name(event: Event) -> None:
    outcome = run(RULES, BLOCKED, event)
    assert outcome.after.status is Status.OPEN
    assert any("waits for task 7 (Get the papers)" in why for why in outcome.refusals)


def test_a_task_given_in_the_same_breath_blocks_already() -> None:
    outcome = run(RULES, ticket(), created())
    assert outcome.after.status is not Status.SOLVED
    assert outcome.refusals == ("solved waits for task (Get the papers)",)
    [task] = [planned.effect for planned in outcome.effects if isinstance(planned.effect, CreateTask)]
    assert (task.blocks, task.priority) == (True, "high")
    assert outcome.after.blockers == (Blocker("Get the papers", 1),)  # whatever number it will have


def test_a_task_that_does_not_block_changes_no_ticket() -> None:
    before = ticket()
    assert project(before, CreateTask("Call", "lead")) is before
    assert project(BLOCKED, SetStatus(Status.PENDING)).blockers == BLOCKED.blockers
