"""An address is written as its country does, in letters and on every page alike."""

import pytest

from maild.domain.address import one_line


@pytest.mark.parametrize(
    ("town", "written"),
    [
        (("24103", "Kiel", "Germany"), "24103 Kiel, Germany"),
        (("69003", "Lyon", ""), "69003 Lyon"),
        (("78701", "Austin, TX", ""), "Austin, TX 78701"),
        (("78701-1234", "Austin TX", "U.S.A."), "Austin TX 78701-1234, U.S.A."),
        (("SW1A 1AA", "London", ""), "London SW1A 1AA"),
        (("M5V 2T6", "Toronto, ON", ""), "Toronto, ON M5V 2T6"),
        (("12345", "Town", "GB"), "Town 12345, GB"),
        (("1012 AB", "Amsterdam", "NL"), "1012 AB Amsterdam, NL"),
        (("", "Portville", ""), "Portville"),
        (("24103", "", ""), "24103"),
    ],
)
def test_the_town_is_written_by_its_countrys_custom(town: tuple[str, str, str], written: str) -> None:
    postcode, city, country = town
    place = {"company": "Quay Works", "street": None, "city": city, "postcode": postcode, "country": country}
    assert one_line(place) == f"Quay Works, {written}"
    assert one_line({}) == ""
