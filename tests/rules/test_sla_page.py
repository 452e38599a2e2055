"""What the page for team leads says of service levels loads, and is so."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

from maild.domain.sla import Target
from maild.domain.ticket import Status
from rules.sla_model import MOST_LEVELS
from rules.triggers import run
from tests.rules.builders import created, rules, ticket

PAGE = (Path(__file__).parents[2] / "docs" / "desk.md").read_text()
PART = PAGE[PAGE.index("## Service levels") : PAGE.index("## What stands beside a ticket")]
DAYS = "".join(f'{day} = "08:00-17:00"\n' for day in ("mon", "tue", "wed", "thu", "fri"))
RULES = rules(
    f'[schedule.default]\nzone = "Europe/Berlin"\n{DAYS}' + "".join(re.findall(r"```toml\n(.*?)```", PART, re.DOTALL))
)
RUSH, STANDARD = RULES.sla


def test_the_example_loads_as_it_is_told() -> None:
    assert (RUSH.name, set(RUSH.targets)) == ("Rush", {Target.RESOLUTION})
    assert STANDARD.pause == {Status.PENDING, Status.HOLD}
    assert len(STANDARD.levels) == MOST_LEVELS
    assert re.search(r"up to four levels", PART)


def test_an_hour_before_thursday_half_past_eight_is_wednesday_half_past_four() -> None:
    wednesday = datetime(2026, 12, 2, 12, 30, tzinfo=UTC)  # 13:30 in Berlin: four working hours later it is 08:30
    after = run(RULES, ticket(now=wednesday), created()).after
    timers = {timer.step: timer.due for timer in after.timers if timer.rule == "sla.Standard.first_reply"}
    assert timers[0] == datetime(2026, 12, 3, 7, 30, tzinfo=UTC)
    assert timers[1] == datetime(2026, 12, 2, 15, 30, tzinfo=UTC)
    assert timers[4] - timers[0] == timedelta(days=1)


def test_every_target_and_word_is_on_the_page() -> None:
    for target in Target:
        assert f"| `{target.value}` |" in PART
