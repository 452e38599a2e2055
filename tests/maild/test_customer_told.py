"""What `maild ticket show` says of a customer with many tickets."""

from typing import Any

import pytest

from maild.cli.context import print_customer

NOBODY: dict[str, Any] = {"organization": "", "name": "Pat", "address": "p@buyer.example", "organization_fields": {}}


def test_tickets_that_are_not_listed_are_counted(capsys: pytest.CaptureFixture[str]) -> None:
    listed = [{"id": n, "status": "open", "po_number": None, "subject": "x"} for n in range(10)]
    lists: dict[str, Any] = {"sites": [], "ratings": [], "facts": [], "open": listed, "earlier": [], "bought": {}}
    for tickets, told in ((15, True), (11, False)):
        print_customer(NOBODY | lists | {"tickets": tickets})
        assert ("  and 4 more\n" in capsys.readouterr().out) is told
