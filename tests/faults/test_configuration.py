"""C05-C08: what `maild check` refuses, the running daemon does not take either: the old configuration goes on."""

from collections.abc import Callable
from pathlib import Path

import pytest

from maild.errors import ConfigError
from maild.failpoints import REGISTRY
from pipeline.furniture import inspect
from tests.faults import test_backup, test_start
from tests.journeys import test_crashes, test_imap, test_privacy
from tests.journeys.customer import Customer
from tests.journeys.daemon import Daemon
from tests.journeys.relay import Relay

RULE = '\n[[trigger]]\nname = "circle"\non = "created"\ndo = [{{ notify = "{to}", template = "notify_agent" }}]\n'
USER = '\n[[user]]\nname = "eve"\naddress = "Orders+eve@shop.example"\nrole = "agent"\n'
BROKEN = {
    "c05_a_rule_writes_to_an_order_address": (RULE.format(to="orders@shop.example"), "orders@shop.example is an order"),
    "c05_in_other_letters_and_with_a_tag": (RULE.format(to="ORDERS+lead@Shop.example"), "is an order address"),
    "c05_a_person_reads_an_order_address": (USER, "so letters to it would circle"),
    "c06_a_patience_below_nothing": ("\n[retry]\ngive_up_after = -1\n", "retry.give_up_after"),
    "c06_no_pause_between_tries": ("\n[retry]\nschedule = [0]\n", "retry.schedule"),
    "c07_a_default_password": (
        '\n[[webhook]]\nname = "x"\nurl = "https://hook.example/"\nsecret = "changeme"\n',
        "webhook",
    ),
    "c07_a_missing_secret": ('\n[dkim]\nkey_file = "none.pem"\ndomain = "shop.example"\n', "none.pem cannot be read"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_check_refuses(case: str, desk_folder: Path) -> None:
    added, said = BROKEN[case]
    config = desk_folder / "config.toml"
    config.write_text(config.read_text() + added)
    with pytest.raises(ConfigError) as refused:
        inspect(config)
    assert any(said in mistake for mistake in refused.value.mistakes)
    assert all("config.toml:" in mistake for mistake in refused.value.mistakes)
    assert "changeme" not in str(refused.value), "a secret is not repeated"


def test_c08_a_reload_refuses_the_same_and_the_old_configuration_goes_on(
    daemon: Daemon, customer: Customer, relay: Relay
) -> None:
    config = daemon.folder / "config.toml"
    good = config.read_text()
    for case, (added, said) in BROKEN.items():
        config.write_text(good + added)
        refused = daemon.reload()
        assert refused["event"] == "config.reload_failed", case
        while said not in refused["mistake"]:
            refused = daemon.wait_for("config.reload_failed")
    customer.order()
    assert relay.next().recipients == ("mia@blueharbor.example",)
    assert daemon.ask("status")[0]["ready"] is True
    config.write_text(good)
    while daemon.reload()["event"] != "config.reloaded":
        pass


def test_c05_customers_may_get_letters_from_the_order_address(desk_folder: Path) -> None:
    config = desk_folder / "config.toml"
    text = config.read_text()
    config.write_text(text.replace("[relay]", '[relay]\nfrom = "Desk <orders@shop.example>"', 1))
    inspect(config)


ELSEWHERE: dict[str, Callable[..., None]] = {
    "migration.start": test_crashes.test_x01_kill_9_while_the_schema_is_made,
    "migration.half": test_crashes.test_x01_kill_9_while_the_schema_is_made,
    "migration.end": test_crashes.test_x01_kill_9_while_the_schema_is_made,
    "backup.half": test_backup.test_x01_kill_9_in_the_midst_of_copying_leaves_the_former_copy_and_the_next_one_works,
    "forget.step": test_privacy.test_x01_kill_9_in_the_midst_of_forgetting_and_it_is_gone_on_with,
    "retention.sweep": test_privacy.test_x01_kill_9_in_the_midst_of_a_sweep_and_the_next_one_goes_on,
    "config.reload": test_start.test_x01_a_daemon_killed_while_it_reloads_starts_with_the_new_config,
}


def test_x01_the_daemon_is_killed_at_every_place_that_has_a_name() -> None:
    assert {*test_crashes.PLACES, *test_imap.PLACES, *ELSEWHERE} == REGISTRY
    source = Path(__file__).parents[2]
    text = "".join(
        file.read_text() for room in ("maild", "pipeline", "notifications") for file in (source / room).rglob("*.py")
    )
    hit = {name for name in REGISTRY if f'hit("{name}")' in text or f'fail("{name}")' in text}
    assert hit == REGISTRY, "a place that nothing passes is dead"
