"""A desk with the shipped workflow, whose clock and ticker tests move."""

from collections.abc import Iterator

import pytest
import structlog

from tests.rules.recorded_desk import RecordedDesk


@pytest.fixture
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RecordedDesk]:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    made = RecordedDesk(tmp_path_factory.mktemp("desk"))
    yield made
    made.db.close_now()
    structlog.reset_defaults()
