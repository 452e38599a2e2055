"""Who gets a ticket: direct rules in order, then somebody with room; caps, turns, weights, queues and the alert."""

import tomllib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maild.config import Config
from maild.domain.effects import SendLetter
from maild.domain.events import CommentWritten, Event, FieldEdited, WorkOffered
from maild.domain.loads import Load, Loads
from maild.domain.ticket import Snapshot, Status
from maild.errors import ConfigError
from rules.assign import choose
from rules.automations import refit
from rules.desk_model import Assignment
from rules.explain import explain
from rules.lint import lint
from rules.load import load_rules
from rules.model import Ruleset
from rules.triggers import Outcome, run
from tests.rules.builders import LEAD, ORDER, created, hits, letters, reply, ticket
from tests.rules.divided import divided

TURNS = """
[[user]]
name = "ada"
address = "ada@shop.example"
groups = ["Orders"]
[[user]]
name = "ben"
address = "ben@shop.example"
groups = ["Orders"]
[[user]]
name = "cleo"
address = "cleo@shop.example"
groups = ["Orders"]
[[user]]
name = "lead"
address = "lead@shop.example"
role = "lead"
groups = ["Orders"]
[[user]]
name = "watcher"
address = "watcher@shop.example"
role = "light"
groups = ["Orders"]
[[group]]
name = "Orders"
lead = "lead"
[[group]]
name = "Large"
"""
POOL = '[[assignment]]\nname = "Turns"\nusers = ["ada", "ben", "cleo"]\n'


def desk(more: str) -> Ruleset:
    return load_rules(Config.default(**tomllib.loads(TURNS + more)))


def pool(more: str = "") -> tuple[Ruleset, Assignment]:
    ruleset = desk(POOL + more)
    return ruleset, ruleset.assignments[0]


def loads(*agents: Load, waiting: int = 0) -> Loads:
    return Loads(agents, waiting)


def offered(ruleset: Ruleset, waiting: Snapshot, seen: Loads) -> Outcome:
    return run(ruleset, waiting, WorkOffered(waiting.queue or "", seen))


WAITING = ticket(queue="Turns", group="Orders")


# Direct assignments


DIRECT = """
[[assignment]]
name = "To large"
all = ["order.total >= 1000"]
group = "Large"
[[assignment]]
name = "Urgent"
all = ["priority == urgent"]
assignee = "lead"
[[assignment]]
name = "Large"
all = ["group == 'Large'"]
assignee = "ben"
[[assignment]]
name = "Rest"
all = ["orders >= 1"]
assignee = "ada"
"""


def test_direct_assignments_are_asked_in_order_and_the_first_that_names_somebody_ends_it() -> None:
    ruleset = desk(DIRECT)
    outcome = run(ruleset, ticket(), created(ORDER))
    assert (outcome.after.group, outcome.after.assignee, outcome.after.status) == ("Large", "ben", Status.OPEN)
    assert hits(outcome) == ["To large", "Large"]
    assert run(ruleset, ticket(priority="urgent"), created(ORDER)).after.assignee == "lead"
    small = replace(ORDER, total="5")
    assert run(ruleset, ticket(orders=(small,)), created(small)).after.assignee == "ada"


def test_only_tickets_without_an_assignee_are_assigned() -> None:
    held = ticket(assignee="cleo", status=Status.OPEN)
    assert run(desk(DIRECT), held, reply()).after.assignee == "cleo"
    assert (
        run(desk(DIRECT), ticket(status=Status.SOLVED), CommentWritten(LEAD, "x", public=False)).after.assignee is None
    )


def test_trap_34_a_ticket_of_somebody_who_left_is_given_to_another_unless_it_is_solved() -> None:
    ruleset, _ = pool()
    gone = ticket(assignee="zoe", status=Status.OPEN)
    assert run(ruleset, gone, reply()).after.queue == "Turns"
    solved = replace(gone, status=Status.SOLVED)
    assert run(ruleset, solved, CommentWritten(LEAD, "x", public=False)).after.queue is None
    assert run(ruleset, solved, reply()).after.queue == "Turns", "it was reopened, and nobody has it"


def test_trap_34_a_ticket_of_somebody_who_left_the_department_is_given_to_another() -> None:
    ruleset = divided('[[assignment]]\nname = "All"\ndepartment = "orders"\ngroups = ["Orders"]\n')
    left = ticket(department="orders", assignee="helper", status=Status.OPEN, group="Orders")
    assert refit(ruleset, left).after.queue == "All"
    assert refit(ruleset, replace(left, assignee="lead")).after.queue is None


def test_triggers_hear_of_an_assignment() -> None:
    told = '[[trigger]]\nname = "Tell"\nall = ["changed(\'assignee\')"]\ndo = [{ add_tags = ["given"] }]\n'
    assert hits(run(desk(DIRECT + told), ticket(), created(ORDER))) == ["To large", "Large", "Tell"]
    ruleset, _ = pool("\n" + told)
    assert hits(offered(ruleset, WAITING, loads())) == ["Turns", "Tell"]


def test_explaining_tells_why_an_assignment_was_not_about_a_ticket() -> None:
    outcome = run(desk(DIRECT.replace("orders >= 1", "orders > 5")), ticket(orders=()), created())
    missed = {step.rule: step.seen for step in outcome.steps if step.what == "miss"}
    assert missed == {
        "To large": "order.total: empty",
        "Urgent": "priority: normal",
        "Large": "group: empty",
        "Rest": "orders: 0",
    }


# The queue


def test_a_ticket_waits_for_the_first_assignment_that_is_about_it() -> None:
    ruleset = desk(
        '[[assignment]]\nname = "VIP"\nall = ["organization.tags any [\'gold\']"]\nusers = ["lead"]\n' + POOL
    )
    outcome = run(ruleset, ticket(), created(ORDER))
    assert (outcome.after.queue, outcome.after.queue_told, outcome.after.assignee) == ("Turns", False, None)
    assert outcome.after.status is Status.NEW


def test_whoever_is_assigned_by_hand_waits_no_more_and_whoever_is_taken_off_waits_again() -> None:
    ruleset, _ = pool()
    taken = run(ruleset, WAITING, FieldEdited(LEAD, (("assignee", "cleo"),))).after
    assert (taken.assignee, taken.queue) == ("cleo", None)
    assert run(ruleset, taken, FieldEdited(LEAD, (("assignee", ""),))).after.queue == "Turns"
    assert run(ruleset, WAITING, FieldEdited(LEAD, (("status", "solved"),))).after.queue is None


def test_a_pool_of_a_group_gives_its_tickets_that_group() -> None:
    ruleset = desk('[[assignment]]\nname = "Turns"\ngroups = ["Orders"]\n')
    assert ruleset.assignments[0].agents == ("ada", "ben", "cleo", "lead"), "light agents take no tickets"
    assert run(ruleset, ticket(), created(ORDER)).after.group == "Orders"


def test_at_a_reload_open_tickets_meet_the_assignments_of_today() -> None:
    ruleset, _ = pool()
    assert refit(ruleset, ticket(status=Status.OPEN)).after.queue == "Turns"
    assert refit(desk(""), WAITING).after.queue is None
    assert refit(ruleset, WAITING).effects == ()
    assert refit(ruleset, ticket(status=Status.SOLVED)).after.queue is None


# The choice


def test_least_loaded_first_and_equal_ones_in_turn() -> None:
    ruleset, rule = pool()
    one = choose(ruleset, rule, WAITING, loads(Load("ada", 2), Load("ben", 1), Load("cleo", 1, turn=3)))
    assert (one.agent, one.why) == ("ben", "ben has the least, 1")
    two = choose(ruleset, rule, WAITING, loads(Load("ada", 1, turn=5), Load("ben", 1, turn=4), Load("cleo", 1, turn=3)))
    assert two.agent == "cleo"


def test_trap_31_nobody_at_the_cap_is_chosen_and_everybody_full_leaves_it_unassigned() -> None:
    ruleset, rule = pool("cap = 2\ncaps = { cleo = 1 }\n")
    full = loads(Load("ada", 2), Load("ben", 2), Load("cleo", 1))
    assert choose(ruleset, rule, WAITING, full).agent is None
    outcome = offered(ruleset, WAITING, full)
    assert (outcome.after.assignee, outcome.after.queue_told) == (None, True)
    assert letters(outcome) == [("notify_lead", "lead")]
    why = "ada has 2 of 2; ben has 2 of 2; cleo has 1 of 1"
    assert [step.why for step in outcome.steps if step.what == "suppressed"] == [why]
    assert [p.effect.text for p in outcome.effects if isinstance(p.effect, SendLetter)] == [
        f"nobody can take it: {why}"
    ]


def test_trap_33_nobody_on_line_falls_back_to_nobody_else() -> None:
    ruleset, rule = pool()
    away = loads(Load("ada", online=False), Load("ben", online=False), Load("cleo", online=False))
    assert choose(ruleset, rule, WAITING, away).agent is None
    assert choose(ruleset, rule, WAITING, replace(away, agents=away.agents[:2])).agent == "cleo"
    ruleset, rule = pool("offline = true\n")
    assert choose(ruleset, rule, WAITING, away).agent == "ada"


def test_the_lead_hears_once_of_a_queue_and_every_ticket_in_it_says_why() -> None:
    ruleset, _ = pool("cap = 1\n")
    full = loads(Load("ada", 1), Load("ben", 1), Load("cleo", 1))
    first = offered(ruleset, WAITING, full)
    assert letters(first) == [("notify_lead", "lead")]
    second = offered(ruleset, replace(WAITING, id=8), replace(full, waiting=1))
    assert (letters(second), second.after.queue_told) == ([], True)
    assert offered(ruleset, first.after, full).effects == (), "who knows is not told again"


def test_whom_to_alert_is_configured() -> None:
    ruleset, _ = pool('cap = 1\nalert = ["user:ada", "boss@shop.example"]\ntemplate = "escalation"\n')
    full = loads(Load("ada", 1), Load("ben", 1), Load("cleo", 1))
    assert letters(offered(ruleset, WAITING, full)) == [("escalation", "user:ada"), ("escalation", "boss@shop.example")]


def test_an_offer_that_comes_too_late_changes_nothing() -> None:
    ruleset, _ = pool()
    taken = replace(WAITING, assignee="cleo", status=Status.OPEN)
    assert run(ruleset, taken, WorkOffered("Turns", loads())).after == replace(taken, queue=None)
    assert run(desk(""), WAITING, WorkOffered("Turns", loads())).after.queue is None


@dataclass
class Pen:
    """A desk on paper: tickets, who owns them, who is on line; what a database would count is counted here."""

    ruleset: Ruleset
    rule: Assignment
    tickets: dict[int, Snapshot] = field(default_factory=dict)
    offline: set[str] = field(default_factory=set)
    turns: dict[str, int] = field(default_factory=dict)
    credits: dict[str, int] = field(default_factory=dict)
    given: list[tuple[int, str]] = field(default_factory=list)
    numbers: "count[int]" = field(default_factory=lambda: count(1))

    def happen(self, number: int, event: Event) -> None:
        self.tickets[number] = run(self.ruleset, self.tickets[number], event).after

    def arrive(self) -> None:
        number = next(self.numbers)
        self.tickets[number] = ticket(id=number, group="Orders")
        self.happen(number, created(ORDER))

    def owned(self, agent: str) -> int:
        return sum(t.assignee == agent and t.status < Status.SOLVED for t in self.tickets.values())

    def seen(self) -> Loads:
        agents = (
            Load(name, self.owned(name), name not in self.offline, self.turns.get(name, 0), self.credits.get(name, 0))
            for name in self.rule.agents
        )
        return Loads(tuple(agents), sum(t.queue_told for t in self.tickets.values()))

    def drain(self) -> None:
        """As the distributor does: the oldest first, until nobody has room."""
        for number in sorted(n for n, t in self.tickets.items() if t.queue):
            chosen = choose(self.ruleset, self.rule, self.tickets[number], self.seen())
            self.happen(number, WorkOffered("Turns", self.seen()))
            assert self.tickets[number].assignee == chosen.agent
            if chosen.agent:
                self.given.append((number, chosen.agent))
                self.turns[chosen.agent] = len(self.given)
                self.credits |= dict(chosen.credits)

    def people(self) -> list[str]:
        return [agent for _, agent in self.given]


def pen(more: str = "") -> Pen:
    return Pen(*pool(more))


def test_trap_32_the_pointer_lasts_and_serves_everybody_alike() -> None:
    desk = pen('order = "rotate"\n')
    for _ in range(9):
        desk.arrive()
        desk.drain()
    assert desk.people() == ["ada", "ben", "cleo"] * 3


def test_trap_32_whoever_closes_fastest_is_not_flooded_when_it_rotates() -> None:
    """Ada solves at once; by load alone she would get every ticket."""
    counts = {}
    for order in ("least_loaded", "rotate"):
        desk = pen(f'order = "{order}"\n')
        for _ in range(12):
            desk.arrive()
            desk.drain()
            number, agent = desk.given[-1]
            if agent == "ada":
                desk.happen(number, FieldEdited(LEAD, (("status", "solved"),)))
        counts[order] = Counter(desk.people())["ada"]
    assert counts == {"least_loaded": 10, "rotate": 4}


def test_rotation_skips_who_is_away_and_does_not_make_up_for_it() -> None:
    desk = pen('order = "rotate"\n')
    desk.offline.add("ben")
    for _ in range(4):
        desk.arrive()
        desk.drain()
    desk.offline.clear()
    for _ in range(4):
        desk.arrive()
        desk.drain()
    assert desk.people() == ["ada", "cleo", "ada", "cleo", "ben", "ada", "cleo", "ben"]


def test_weights_are_kept_smoothly() -> None:
    desk = pen('order = "weighted"\nweights = { ada = 3, ben = 2 }\n')
    for _ in range(12):
        desk.arrive()
        desk.drain()
    assert Counter(desk.people()) == {"ada": 6, "ben": 4, "cleo": 2}
    assert Counter(desk.people()[:6]) == {"ada": 3, "ben": 2, "cleo": 1}


def test_the_backlog_is_drained_oldest_first_the_moment_room_appears() -> None:
    desk = pen("cap = 1\n")
    for _ in range(6):
        desk.arrive()
    desk.drain()
    assert desk.given == [(1, "ada"), (2, "ben"), (3, "cleo")]
    desk.happen(2, FieldEdited(LEAD, (("status", "solved"),)))
    desk.arrive()
    desk.drain()
    assert desk.given[3:] == [(4, "ben")], "the one that came last does not overtake"
    desk.happen(1, FieldEdited(LEAD, (("assignee", "lead"),)))
    desk.drain()
    assert desk.given[4:] == [(5, "ada")]


STEPS = st.lists(
    st.one_of(
        st.just(("arrive", "")),
        st.tuples(st.just("solve"), st.integers(0, 20).map(str)),
        st.tuples(st.just("reopen"), st.integers(0, 20).map(str)),
        st.tuples(st.just("unassign"), st.integers(0, 20).map(str)),
        st.tuples(st.sampled_from(["online", "offline"]), st.sampled_from(["ada", "ben", "cleo"])),
        st.just(("drain", "")),
    ),
    max_size=40,
)
ORDERS = st.sampled_from(["least_loaded", "rotate", "weighted"])


@settings(max_examples=50, deadline=None)
@given(ORDERS, st.integers(1, 3), STEPS)
def test_caps_hold_and_the_oldest_goes_first_whatever_happens_in_between(
    order: str, cap: int, steps: Sequence[tuple[str, str]]
) -> None:
    """No choice goes over a cap, off line, or past an older ticket; what waits has nobody with room."""
    desk = pen(f'order = "{order}"\ncap = {cap}\nweights = {{ ada = 2 }}\n')
    for what, which in [*steps, ("drain", "")]:
        if what == "arrive":
            desk.arrive()
        elif what == "drain":
            room = {name: cap - desk.owned(name) for name in desk.rule.agents if name not in desk.offline}
            before, queued = len(desk.given), sorted(n for n, t in desk.tickets.items() if t.queue)
            desk.drain()
            now = desk.given[before:]
            assert [number for number, _ in now] == queued[: len(now)]
            taken = Counter(agent for _, agent in now)
            assert all(taken[agent] <= max(room.get(agent, 0), 0) for agent in taken)
            assert len(now) == len(queued) or all(left - taken[name] <= 0 for name, left in room.items())
        elif what in ("online", "offline"):
            (desk.offline.discard if what == "online" else desk.offline.add)(which)
        elif desk.tickets:
            number = 1 + int(which) % len(desk.tickets)
            if what == "solve":
                desk.happen(number, FieldEdited(LEAD, (("status", "solved"),)))
            elif what == "reopen":
                desk.happen(number, reply())
            elif desk.tickets[number].status < Status.SOLVED:
                desk.happen(number, FieldEdited(LEAD, (("assignee", ""),)))


def test_a_department_gives_its_tickets_to_its_own_people_only() -> None:
    ruleset = divided('[[assignment]]\nname = "All"\nusers = ["orders-agent", "lead", "helper"]\n')
    rule = ruleset.assignments[0]
    away = loads(Load("orders-agent"), Load("lead", 1), Load("helper"))
    assert choose(ruleset, rule, ticket(department="service"), away).agent == "helper"
    assert choose(ruleset, rule, ticket(department="orders"), away).agent == "orders-agent"
    assert choose(ruleset, rule, ticket(department="attic"), loads(Load("helper", online=False))).why == (
        "orders-agent is not of Attic; lead is not of Attic; helper is off line"
    )


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ('users = ["adda"]', "did you mean ada?"),
        ('users = ["ada"]\norder = "rotated"', "did you mean rotate?"),
        ('users = ["ada"]\ncap = 0', "no whole number above 0"),
        ('users = ["ada"]\ncaps = { ben = 1 }', "'ben' is not among them"),
        ('users = ["ada"]\nweights = { ada = "2" }', "no whole number"),
        ('users = ["ada"]\ncounts = ["mail.public"]', "about an event"),
        ('users = ["ada"]\nall = ["changed(\'status\')"]', "about an event"),
        ('users = ["ada"]\nall = ["hours_since(\'created\') >= 2"]', "not as time passes"),
        ('users = ["ada"]\nalert = "leed"', "nobody is called 'leed'"),
        ('users = ["ada", "watcher"]', "watcher: light agents take no tickets"),
        ('assignee = "adda"', "did you mean ada?"),
        ('assignee = "ada"\ncap = 2', "cap is for an assignment among several"),
        ("", "there is nobody to give work to"),
        ('users = ["ada"]\nweigths = {}', "did you mean weights?"),
    ],
)
def test_mistakes_in_an_assignment_are_told(wrong: str, told: str) -> None:
    with pytest.raises(ConfigError) as caught:
        desk(f'[[assignment]]\nname = "x"\n{wrong}\n')
    assert told in "\n".join(caught.value.mistakes)


def test_whom_a_department_does_not_have_it_cannot_assign() -> None:
    with pytest.raises(ConfigError) as caught:
        divided('[[assignment]]\nname = "x"\ndepartment = "attic"\nusers = ["lead", "helper"]\n')
    assert "lead cannot work for Attic (list them under users of [[department]] attic)" in caught.value.mistakes[0]


def test_lint_doubts_weights_that_count_for_nothing() -> None:
    turns = '[[assignment]]\nname = "Turns"\nusers = ["ada", "ben"]\nweights = { ada = 2 }\norder = '
    doubt = "assignment 'Turns': weights count for nothing with order = 'rotate'"
    assert doubt in "\n".join(lint(desk(turns + '"rotate"\n'), ()))
    assert "weights count" not in "\n".join(lint(desk(turns + '"weighted"\n'), ()))


def test_lint_doubts_assignments_that_give_nobody_anything() -> None:
    ruleset = desk(POOL + '[[assignment]]\nname = "Behind"\nall = ["priority == urgent"]\nassignee = "lead"\n')
    assert "assignment 'Behind' is never asked: 'Turns' before it takes every ticket" in "\n".join(lint(ruleset, ()))
    homeless = divided('[[assignment]]\nname = "All"\nusers = ["helper", "orders-agent"]\n')
    assert [line for line in lint(homeless, ("notify_lead",)) if "assignment" in line] == []
    homeless = replace(homeless, departments={"orders": homeless.departments["orders"]})
    doubt = "assignment 'All': helper belongs to no department and gets no ticket of one"
    assert any(doubt in line for line in lint(homeless, ("notify_lead",)))


def test_explaining_a_past_event_names_the_assignments() -> None:
    ruleset, _ = pool()
    answers = {answer.rule: answer for answer in explain(ruleset, ticket(), created(ORDER))}
    turns = answers["Turns"]
    assert (turns.kind, turns.what, turns.why) == ("assignment", "hit", "group Orders; waits for Turns")
