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


@pytest.mark.parametrize("name", ["王望舒", "仉溪桥", "亓官霁", "李明", "于谦", "王一丁"])
@pytest.mark.parametrize(
    "said",
    [
        "请联系{}核实，电话13909777747。",
        "已与{}通话，其表示满意。",
        "已电话联系{}，未接通。",
        "经与{}本人沟通，诉求不变",
        "已向{}致歉",
        "请回访{}。",
        "投诉人{}称等了一小时",
        "市民{}来电反映窗口推诿",
    ],
)
def test_a_name_that_the_office_writes_is_taken_out_before_anybody_has_entered_it(said: str, name: str):
    """Of a fax that is still to be read, say: by whom one turns to and what is said of them."""
    shown = mask_text(said.format(name), NOBODY, Showing.HIDDEN)
    assert shown.replace("13909777747", "［电话隐去］") == said.format("［姓名隐去］").replace(
        "13909777747", "［电话隐去］"
    )


@pytest.mark.parametrize("said", ["请联系{}尽快办理。", "{}所述属实。", "经查，{}的投诉属实。", "通知{}3日内到窗口。"])
def test_a_usual_surname_is_enough(said: str):
    """Where nothing that follows speaks of a person; rather a word too much than a name too little."""
    assert "溪桥" not in mask_text(said.format("仉溪桥"), NOBODY, Showing.HIDDEN)


def test_once_a_name_is_known_it_alone_is_looked_for():
    """Whom else the office speaks of, the person complained of say, the unit must read."""
    said = "请联系李明核实，并与王望舒见面。"
    assert mask_text(said, Complainant(name="王望舒"), Showing.HIDDEN) == "请联系李明核实，并与［姓名隐去］见面。"


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
        "请联系方式不详的投诉人所在单位核实。",
        "请与高新区分中心联系，已向单位说明。",
        "请联系单位负责人，通知相关部门，告知时间。",
        "已告知办理时限，答复方式为书面，请给予书面答复。",
        "投诉人于11月16日来电，投诉人应当提供材料，投诉人和窗口人员发生争执。",
        "群众满意，市民关于排队的意见，居民居住证办理。",
        "严格按照程序，马上整改，周一前反馈。",
        "已通知责任科室严肃处理，并向上级报告。",
        "工作人员李明态度生硬，我找李明三次都不在。",
    ],
)
def test_what_names_nobody_stays_as_it_is(said: str):
    """So that a unit can still read what it is about."""
    assert mask_text(said, NOBODY, Showing.HIDDEN) == said
