"""Forgetting a person tells which files of mails name them, and takes those mails where it is asked to."""

from pathlib import Path
from typing import Any

from sqlalchemy import update

from maild.control.forgetting import person
from maild.control.operation import Request
from maild.store.tables import MESSAGE
from maild.store.tx import Tx
from tests.maild.store import builders
from tests.pipeline.test_visibility import Divided
from tests.pipeline.viewing.test_naming import pdf
from tests.pipeline.viewing.test_show import mail

FILE = "application/pdf"
ANN = "zoe@birch.example"


async def test_files_that_name_whoever_goes_are_told_and_taken_when_asked_for(tmp_path: Path) -> None:
    divided = Divided(tmp_path)
    raws = (
        mail(("order.pdf", FILE, pdf(f"Ask {ANN}"))),
        mail(("broken.pdf", FILE, b"%PDF-1.4")),
        mail(("other.pdf", FILE, pdf("Ask joezoe@birch.example"))),
        mail(),
    )

    def come(tx: Tx) -> list[int]:
        numbers = [builders.mail(tx, raw).id for raw in raws]
        tx.execute(update(MESSAGE).values(state="done", outcome="ignored"))
        return numbers

    first, second, *_ = divided.db.write_now(come)

    async def forget(**given: Any) -> dict[str, Any]:
        request = Request("forget", {"address": ANN, **given}, "approver")
        [report] = await person(divided.db, divided.desk, request)
        return report

    told = await forget(dry_run=True)
    assert told["attachments"] == {
        "looked_into": 3,
        "naming": [{"mail": first, "file": "order.pdf"}],
        "unread": [{"mail": second, "file": "broken.pdf"}],
    }
    assert told["mails"] == 0
    said = "\n".join(told["not_covered"])
    assert f"1 file ('order.pdf' of mail {first}) names them: with --attachments" in said
    assert f"1 file ('broken.pdf' of mail {second}) was not looked into" in said
    done = await forget(attachments=True)
    assert (done["mails"], "names them" in "".join(done["not_covered"])) == (1, False)
    assert (await forget(dry_run=True))["attachments"]["naming"] == []
    divided.db.close_now()
