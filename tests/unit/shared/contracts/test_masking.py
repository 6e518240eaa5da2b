"""Names and places in free text that nobody has entered as the complainant's yet: they are taken out by how they are said (art. 17)."""

import pytest

from shared.contracts.complaint import Complainant
from shared.contracts.masking import Showing, mask_text

pytestmark = pytest.mark.article("17")
NOBODY = Complainant()


@pytest.mark.parametrize(
    "said",
    [
        "我叫王望舒，等了一个小时。",
        "我叫王望舒住薛城区，等了一个小时。",
        "投诉人：王望舒\n联系电话：13909777747",
        "投诉人: 王 望 舒",
        "姓名：王望舒（女）",
        "本人叫王望舒，身份证370499198801077777",
        "来信人：王望舒。",
    ],
)
@pytest.mark.parametrize("showing", [Showing.PARTLY, Showing.HIDDEN])
def test_a_name_that_is_said_is_taken_out(said: str, showing: Showing):
    """However it is introduced; partly shown, the surname stays."""
    shown = mask_text(said, NOBODY, showing)
    assert "丁" not in mask_text(said.replace("望舒", "一丁"), NOBODY, showing)
    assert "望舒" not in shown.replace(" ", "")
    assert ("王**" in shown) is (showing is Showing.PARTLY)


@pytest.mark.parametrize(
    "said", ["家住雁栖岭777号，", "，住薛城区雁栖岭777号。", "住址：薛城区雁栖岭777号3单元", "我现住在雁栖岭路7号"]
)
def test_a_home_that_is_said_is_taken_out(said: str):
    """With street and number."""
    assert "雁栖岭" not in mask_text(said, NOBODY, Showing.PARTLY)


@pytest.mark.parametrize(
    "said",
    [
        "我叫号等了一个多小时没有叫到。",
        "已与投诉人联系，投诉人表示满意。",
        "向投诉人致歉，并告知联系人。",
        "在住建局窗口办理，住房公积金提取。",
        "，住院部三楼的窗口没有人。",
        "请核实情况，1 个工作日内办结并反馈。",
        "市医疗保障局A09窗口让我跑了三趟。",
    ],
)
def test_what_names_nobody_stays_as_it_is(said: str):
    """So that a unit can still read what it is about."""
    assert mask_text(said, NOBODY, Showing.HIDDEN) == said
