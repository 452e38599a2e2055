"""Where orders wait, as leads read it: stages by what people call them, for programs by their names."""

from maild.report_pictures import stage_name
from tests.maild.web.conftest import Town


async def test_stages_have_no_code_names_on_the_page_and_its_picture(town: Town) -> None:
    await town.order()
    await town.sign_in("root")
    page, picture = [(await town.client.get(f"/reports/stages{kind}")).text for kind in ("", ".svg")]
    assert ">New</td>" in page and "<title>New: 0</title>" in picture
    assert "status new" not in page + picture
    assert "status new" in (await town.client.get("/reports/stages.csv")).text


def test_a_tag_is_called_as_it_is_set() -> None:
    assert [stage_name(one) for one in ("status on-hold", "tag open_order")] == ["On hold", "Tag open_order"]
