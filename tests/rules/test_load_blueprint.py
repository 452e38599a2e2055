"""Blueprints are read with every mistake at its line, and doubted where they lead nowhere."""

import tomllib
from pathlib import Path

import pytest

from rules.blueprint_picture import mermaid, picture
from rules.graph import mermaid as flow
from rules.lint import lint
from rules.load_blueprint import digest
from rules.rule_diff import rule_diff
from rules.rule_file import RuleFile
from tests.rules.blueprints import WAY, way
from tests.rules.builders import config
from tests.rules.test_load import mistakes

STATES = """
[[blueprint]]
name = "orders"
[[blueprint.state]]
name = "begun"
status = "open"
[[blueprint.state]]
name = "done"
status = "solved"
"""
FIVE = ", ".join(['{ after = "1h", do = [{ review = "x" }] }'] * 5)
STEP = '[[blueprint.transition]]\nname = "finish"\nfrom = ["begun"]\nto = "done"\nwho = ["agents"]\n'


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ('[[blueprint]]\nname = "orders"\n', "a blueprint needs states"),
        ('[[blueprint]]\nname = "Big Orders"\n', "'Big Orders' is no name of a blueprint"),
        (STATES + STATES, "there are two called 'orders'"),
        (STATES + '[[blueprint.state]]\nname = "new"\nstatus = "new"\n', "only the first state can be new"),
        (STATES + '[[blueprint.state]]\nname = "x"\nstatus = "closed"\n', "'closed' is not possible"),
        (STATES + '[[blueprint.state]]\nname = "x"\nstatus = "open"\noutcome = "dropped"\n', "only a solved state"),
        (STATES + '[[blueprint.state]]\nname = "x"\nstatus = "opened"\n', "did you mean open?"),
        (STATES + '[[blueprint.state]]\nname = "done"\nstatus = "open"\n', "there are two called 'done'"),
        (STATES + STEP.replace('to = "done"', 'to = "doen"'), "did you mean done?"),
        (STATES + STEP.replace('["begun"]', '["began"]'), "did you mean begun?"),
        (STATES + STEP.replace('from = ["begun"]\n', ""), "from is missing"),
        (STATES + STEP.replace("agents", "agnets"), "did you mean agents?"),
        (STATES + STEP.replace("agents", "group:Order"), "did you mean Orders?"),
        (STATES + STEP.replace("agents", "role:boss"), "'role:boss' is nobody"),
        (STATES + STEP.replace("agents", "department:x"), "no department has that name"),
        (STATES + STEP + 'needs = ["po_numbre"]\n', "'po_numbre' is not possible"),
        (STATES + STEP + 'comment = "loud"\n', "comment cannot be 'loud'"),
        (STATES + STEP + 'after = "1d"\n', "only an automatic transition"),
        (STATES + STEP + 'automatic = true\nafter = "0h"\n', "0h is no time to wait"),
        (STATES + STEP + "automatic = true\ncomment = true\n", "nobody is there to give one"),
        (STATES + STEP + 'on = "reply"\nautomatic = true\n', "either automatic or at the customer's answer"),
        (STATES + STEP + 'all = ["changed(\'status\')"]\n', "which only triggers have"),
        (STATES + STEP + 'do = [{ move = "finish" }]\n', "a transition leads to one state"),
        (STATES + STEP + 'do = [{ notify = "nobody-here", template = "reply" }]\n', "nobody is called 'nobody-here'"),
        (STATES + STEP + 'limt = "4h"\n', "unknown key 'limt'"),
        (STATES + STEP + 'do = [{ set = { status = "open" } }]\n', "finish could never be taken"),
        (STATES.replace('name = "orders"', 'name = "orders"\nexempt = ["agents"]'), "the blueprint is not strict"),
        (STATES.replace('name = "orders"', 'name = "orders"\nstart = "begin"'), "did you mean begun?"),
        (STATES.replace('status = "open"', 'status = "open"\nlimit = "soon"'), "'soon' is no duration"),
        (
            STATES.replace('status = "open"', f'status = "open"\nlimit = {{ after = "5h", levels = [{FIVE}] }}'),
            "5 levels; there are 4 at most",
        ),
        ('[[trigger]]\nname = "t"\ndo = [{ move = "finsh" }]\n' + STATES + STEP, "did you mean finish?"),
        ('[[trigger]]\nname = "blueprint.x"\ndo = [{ review = "x" }]\n', "are taken by"),
    ],
)  # fmt: skip
def test_c04_each_mistake_in_a_blueprint_is_told_with_its_line(text: str, what: str, tmp_path: Path) -> None:
    found = mistakes(text, tmp_path)
    [line] = [line for line in found if what in line]
    assert line.startswith("maild.toml:")


def test_a_version_is_named_by_what_the_blueprint_says_and_not_by_the_rest() -> None:
    same = way("\n# a remark\n[[macro]]\nname = \"m\"\ndo = [{ review = 'x' }]\n").blueprints["orders"]
    assert same.digest == way().blueprints["orders"].digest
    assert same.digest != way("", ('after = "4h", levels', 'after = "5h", levels')).blueprints["orders"].digest
    assert digest({"b": 1, "a": [2]}) == digest({"a": [2], "b": 1})


def test_a_state_that_only_common_transitions_leave_is_the_end_where_it_is_solved() -> None:
    states = way().blueprints["orders"].states
    assert [name for name, state in states.items() if state.final] == ["shipped", "dropped"]


def test_a_state_that_drops_the_order_is_an_end_of_its_own() -> None:
    lost = 'name = "dropped"\nstatus = "solved"\n'
    blueprint = way("", (lost + "final = true", lost + 'outcome = "dropped"')).blueprints["orders"]
    assert blueprint.states["dropped"].final
    assert (blueprint.drops(), way().blueprints["orders"].drops()) == (("dropped",), ())


def doubts(*changes: tuple[str, str], more: str = "") -> list[str]:
    templates = ["reply", "notify_agent", "notify_lead"]
    return [doubt.partition(": ")[2] for doubt in lint(way(more, *changes), templates)]


def test_what_leads_nowhere_is_doubted() -> None:
    assert any("transition 'nobodys' of blueprint 'orders' is for nobody" in doubt for doubt in doubts())
    lonely = '[[blueprint.state]]\nname = "lonely"\nstatus = "open"\n'
    assert any("state 'lonely' of blueprint 'orders' is never reached" in doubt for doubt in doubts(more=lonely))
    alone = ('from = "any"', 'from = ["received"]')
    assert any("'lonely' of blueprint 'orders' has no way out" in d for d in doubts(alone, more=lonely))
    silent = ('on = "reply"', 'who = ["agents"]')
    assert any("'asked' of blueprint 'orders' waits for the customer" in doubt for doubt in doubts(silent))
    stuck = ('from = ["packed"]', 'from = ["packed", "shipped"]')
    assert any("'shipped' of blueprint 'orders' is solved and not the end" in doubt for doubt in doubts(stuck))


def test_what_cannot_be_given_or_goes_round_is_doubted() -> None:
    off = ('"total_cost", "note"', '"total_cost", "note"'), ('fields = ["so_number", ', "fields = [")
    assert any(
        "'pack' of blueprint 'orders' needs so_number, which is not on the form (order)" in d for d in doubts(*off)
    )
    round_ = """
[[blueprint.transition]]
name = "there"
from = ["received"]
to = "approved"
automatic = true
[[blueprint.transition]]
name = "back"
from = ["approved"]
to = "received"
automatic = true
"""
    found = doubts(more=round_)
    assert sum("leads by automatic transitions back to where it began" in doubt for doubt in found) == 2
    rule = '[[trigger]]\nname = "t"\non = "mail"\ndo = [{ move = "approve" }]\n'
    assert any("takes transition 'approve', which is for group:Orders only" in doubt for doubt in doubts(more=rule))
    letter = ('template = "reply", text = "Approved."', 'template = "aproved", text = "Approved."')
    assert any("there is no letter 'aproved'" in doubt for doubt in doubts(letter))


def test_a_blueprint_is_drawn_from_its_table() -> None:
    blueprint = way().blueprints["orders"]
    text = mermaid(blueprint, {"received": 2, "packed": 1})
    assert text.startswith("stateDiagram-v2\n")
    assert 'state "Received - open, 4h - 2 tickets" as s_received' in text
    assert "s_received --> s_approved: Approve (group Orders)" in text
    assert "s_approved --> s_packed: pack (agents, rules, needs so_number, ship_date, comment, attachment)" in text
    assert "s_asked --> s_dropped: give-up (after 2bd)" in text
    assert "s_anywhere --> s_dropped: drop (user lead, requester)" in text
    assert "[*] --> s_received" in text
    assert "s_shipped --> [*]" in text
    drawn = picture(blueprint, {"received": 2})
    assert drawn.startswith("<svg ")
    assert drawn.count('class="tag"') == 3  # two ends, and the key
    assert "2 tickets" in drawn
    assert "0 tickets" in drawn
    assert "tickets" not in picture(blueprint)
    assert flow(way()) == flow(way())


def test_a_changed_blueprint_shows_in_the_difference() -> None:
    old, new = (RuleFile.of(config("", **tomllib.loads(text))) for text in (WAY, WAY.replace("5bd", "6bd")))
    [change] = rule_diff(old, new)
    assert (change.what, change.kind, change.name) == ("changed", "blueprint", "orders")
