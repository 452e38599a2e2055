"""``maild doctor`` tells its findings and nothing beside them."""

import json
from pathlib import Path

from tests.journeys.command import maild
from tests.ports import KeptPort


def test_a_relay_out_of_reach_is_a_finding_and_no_line_of_a_log(tmp_path: Path) -> None:
    kept = KeptPort()  # nobody listens there
    port = kept.number
    (tmp_path / "config.toml").write_text(
        '[site]\ndomain = "shop.example"\n[intake]\naddresses = ["orders@shop.example"]\n'
        f'[relay]\nhost = "127.0.0.1"\nport = {port}\ntls = "none"\n'
        f'[dns]\nservers = ["127.0.0.1:{port}"]\ntimeout = "100ms"\n'
    )
    answer = maild(tmp_path, "doctor", "--json")
    findings = [json.loads(line) for line in answer.out.splitlines()]
    assert [one["level"] for one in findings if one["about"] == f"relay 127.0.0.1:{port}"] == ["fail"]
    assert "left_without_goodbye" not in answer.out + answer.err
