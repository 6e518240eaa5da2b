"""The words of danger, both ways: what must lay a message before a person at once, and what must not."""

import pytest

from services.intake.domain.danger import DANGERS, MOST_HINTS, danger_hints
from services.intake.domain.normalise import hints_in
from shared.contracts.values import DangerKind

SELF_HARM = (
    "再不给我办，我就从大桥上跳下去。",
    "不解决我就从你们楼上跳下去。",
    "我已经写好遗书了。",
    "活着没有意思，想一死了之。",
    "你们再拖，我喝农药死给你们看。",
    "如果今天还不解决，我就跳楼。",
    "是不是要我自杀你们才肯管？",
    "我真的不想活了",
    "I will jump off the bridge if nobody answers",
    "别人都说没事，可我特别想死",
    "日子过得我真想死",
    "I want to die.",
)
THREAT = (
    "信不信我砍死你们。",
    "我要打死你们！不信试试",
    "明天我带汽油来，把大厅烧了",
    "我去杀了他全家",
    "大不了同归于尽",
    "三号窗口有个人拿着刀",
    "我要炸了你们单位",
    "I will kill you all",
)
ACCIDENT = (
    "办事大厅着火了！",
    "楼道里煤气味很重，没人管。",
    "隔壁燃气管道一直在漏气",
    "家里可能煤气漏了，头晕",
    "老人被困在电梯里两个小时了",
    "房顶塌了，有人被压在下面",
    "There is a gas leak in the hall",
)
VIOLENCE = (
    "隔壁男人正在打孩子的头",
    "邻居家小孩天天被打，哭得很惨。",
    "我老公要打死我，救命",
    "我被关在传销窝点，帮我报警",
    "A child is being beaten next door",
)
MEDICAL = (
    "大厅里有个老人晕倒了",
    "我妈喘不上气，叫救护车还没来",
    "My father can't breathe",
)
DANGEROUS = {
    DangerKind.SELF_HARM: SELF_HARM,
    DangerKind.THREAT: THREAT,
    DangerKind.ACCIDENT: ACCIDENT,
    DangerKind.VIOLENCE: VIOLENCE,
    DangerKind.MEDICAL: MEDICAL,
}
HARMLESS = (
    "气死我了，排了一上午的队。",
    "真是笑死人了",
    "排队累死了，又饿又热，热死了",
    "打死我也不会再来",
    "打死也不给办",
    "想死你们了，老同事们",
    "要死要活地跑了三趟",
    "累得我要死",
    "楼下天天喊跳楼价，大甩卖，太吵。",
    "过山车、跳楼机到半夜还开。",
    "医保就是老百姓的救命钱",
    "没有人自杀，请不要造谣。",
    "我不会跳楼的，只求一个答复。",
    "严禁放火烧荒的牌子倒了",
    "楼道里堆满杂物，存在火灾隐患。",
    "一旦发生火灾，后果不堪设想。",
    "万一燃气泄漏怎么办",
    "燃气公司乱收费",
    "活动中心关了，我们不想活动了",
    "电话总被打断，材料被打回来三次。",
    "打我电话也没人接",
    "简直是抢劫",
    "道德绑架",
    "生意都活不下去了",
    "电脑中毒了办不了",
    "病危通知书要不要盖章",
    "死亡证明怎么开？老人去世了要销户。",
    "拿刀具厂的营业执照来变更",
    "工作人员态度恶劣，说话难听。",
    "The process killed my application",
    "this queue is killing me",
)


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind, texts in DANGEROUS.items() for text in texts])
def test_what_tells_of_danger_is_found(kind: DangerKind, text: str) -> None:
    """Each kind, in the words that people use for it, is among what was found."""
    assert kind in {danger.kind for danger in danger_hints(text)}


@pytest.mark.parametrize("text", HARMLESS)
def test_idioms_denials_and_fears_are_no_danger(text: str) -> None:
    """What people say in anger, deny, sell or are afraid of rings no bell."""
    assert danger_hints(text) == []


@pytest.mark.parametrize(
    "text", ["我要從樓上跳下去，不想活了", "殺死你們", "跳 樓", "再不办就跳\n楼", "I WANT TO DIE", "办事大厅 着火 了"]
)
def test_how_it_is_written_is_no_matter(text: str) -> None:
    """Traditional characters, capitals, and the line breaks of scans and mails hide nothing."""
    assert danger_hints(text)


def test_the_words_are_given_once_each_and_not_without_end() -> None:
    """A long letter that says it again and again names each saying once, and no more than a person reads."""
    assert [danger.words for danger in danger_hints("跳楼！" * 1000)] == ["跳楼"]
    everything = "".join(text for texts in DANGEROUS.values() for text in texts)
    assert len(danger_hints(everything)) == MOST_HINTS


def test_every_kind_has_its_rows() -> None:
    """No kind of the published language is one that intake never tells of."""
    assert {row.kind for row in DANGERS} == set(DangerKind) == set(DANGEROUS)


@pytest.mark.parametrize("name", ["王小明", "Anna"])
def test_no_name_comes_along(name: str) -> None:
    """What was found is shown to units and stands in lists: it holds the danger's words, never whose danger it is."""
    texts = (
        f"女儿{name}被打，从{name}家阳台跳下",
        f"杀了{name}，{name}家着火",
        f"being beaten {name}, beating my {name}",
    )
    assert all(name.lower() not in danger.words for text in texts for danger in danger_hints(text))


def test_hints_of_a_text_hold_both_kinds_of_words() -> None:
    """One look at a text, for a major matter and for danger alike."""
    hints = hints_in("他索要红包，我要跳楼。", units=["市医疗保障局"])
    assert (hints.major_words, hints.units, [danger.words for danger in hints.dangers]) == (
        ["索要红包"],
        ["市医疗保障局"],
        ["跳楼"],
    )
