"""Danger to life and limb (险情): the words by which a message is laid before a person at once, whatever its channel.

Law of this file: the tables are the office's own; the regulation knows no such thing, and none of its limits moves by them. A
hit decides nothing and answers nobody: it makes a case urgent until a person has looked. A wrong hit costs that look, a missed
one perhaps a life; but an alarm that rings for nothing is soon heard by nobody, so ``NOT_MEANT`` and ``DENIED`` stand beside
``DANGERS``, and what is only feared counts for accidents (``SUPPOSED``), not for people, who threaten in conditionals. No pattern
reaches over words that could be somebody's name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from shared.contracts.complaint import Danger
from shared.contracts.values import DangerKind

MOST_HINTS = 8
"""Of one message: enough to know what it is about."""


@dataclass(frozen=True, slots=True)
class DangerRow:
    """One row: a kind of danger, and a pattern of words that tell of it, in simplified characters and lower case."""

    kind: DangerKind
    pattern: str


_SELF, _THREAT = DangerKind.SELF_HARM, DangerKind.THREAT
_ACCIDENT, _VIOLENCE, _MEDICAL = DangerKind.ACCIDENT, DangerKind.VIOLENCE, DangerKind.MEDICAL

_YOU = r"[你您他她]们?(?:的?全家)?"
_SOMEBODY = (
    r"(?:孩子|小孩|婴儿|幼儿|宝宝|女儿|儿子|学生|老人|老太太|母亲|妈妈|老婆|妻子|女人|女孩|男孩|邻居|我妈|我爸|我)"
)
_GAS = r"(?:煤气|燃气|天然气|液化气|瓦斯)"
_BUILDING = r"(?:房子|房屋|楼房|大楼|墙|围墙|屋顶|楼板|天花板|吊顶|桥|大桥|路面|地面|脚手架|塔吊|隧道)"
# A pattern is one list of words, or begins with one: so a text is searched in microseconds.
DANGERS: tuple[DangerRow, ...] = (
    DangerRow(
        _SELF, r"自杀|自尽|自焚|自残|轻生|寻短见|上吊|割腕|服毒|卧轨|遗书|绝笔信|以死相逼|以死抗争|以死明志|一死了之"
    ),
    DangerRow(_SELF, r"跳楼|跳桥|跳大桥|跳[河江湖海井轨]|跳下去|往下跳|吞药|吞了?[整一]?[瓶把片]?安眠药|烧炭自"),
    DangerRow(_SELF, r"从(?:这里|这儿|大?楼上?|楼顶|大?桥上?|窗户?|阳台|天台|上面)上?跳下"),
    DangerRow(_SELF, r"[喝吃吞服][下了点]?(?:农药|百草枯|敌敌畏|老鼠药|毒药|毒鼠强)"),
    DangerRow(_SELF, r"不想再?活(?!动|跃)|活不下去|活够了|活着[也都还真]?没有?什?么?(?:意思|意义|盼头)"),
    DangerRow(_SELF, r"(?:我|就|只好|只能|只有|真|真的|很|好|特别|一心)[是就]?[想去]死"),
    DangerRow(
        _SELF,
        r"死给你|死了算了|死了一了百了|死在(?:你|这里|这儿|大厅|政府|门口|单位)|结束(?:自己|我|这条)的?[生性]?命|了结(?:自己|我|这条)的?[生性]?命",
    ),
    DangerRow(
        _SELF,
        r"suicid(?:e|al)\b|kill(?:ing)? myself|hang(?:ing)? myself|hurt(?:ing)? myself|end my (?:own )?life|want to die\b",
    ),
    DangerRow(_SELF, r"jump(?:ing)? (?:off|from) (?:the|a|this|that) (?:bridge|roof|building|balcony|window)\b"),
    DangerRow(_THREAT, rf"[杀砍捅弄打烧炸毒掐撞整勒]死{_YOU}"),
    DangerRow(_THREAT, rf"[杀砍捅][了掉]?{_YOU}"),
    DangerRow(
        _THREAT, r"杀光|杀人(?!犯|偿命|案|凶手)|砍人|捅人|行凶|同归于尽|鱼死网破|报复社会|血洗|要了?[你他她]们?的?命"
    ),
    DangerRow(_THREAT, r"[找跟和与][你他她]们?拼[命了]"),
    DangerRow(_THREAT, r"[拿带提持揣握][着了把]?(?:[菜砍尖]?刀(?![具片刮])|水果刀|匕首|枪)"),
    DangerRow(_THREAT, r"[烧炸][了掉平毁](?:你们|政府|大厅|中心|单位|办公|窗口|大楼|法院)"),
    DangerRow(_THREAT, r"[带提拿泼浇倒]着?一?[桶瓶]?汽油"),
    DangerRow(
        _THREAT,
        r"放火|纵火|点火烧|一把火烧|炸药|炸弹|雷管|引爆|爆炸物|汽油[瓶弹]|泼硫酸|投毒|下毒|开车[撞冲][死人进向了]",
    ),
    DangerRow(_THREAT, r"(?:kill|shoot|stab) (?:you|him|her|them|every|some)\w*"),
    DangerRow(_THREAT, r"bomb\b|burn (?:it|this|the place|the building) down\b"),
    DangerRow(_ACCIDENT, r"着火|起火了|失火了|发生火灾|烧起来了|爆炸了|发生爆炸|快爆炸|冒浓烟|全是浓烟|都是浓烟"),
    DangerRow(
        _ACCIDENT, rf"{_GAS}(?:有?味|[管道罐瓶表灶阀门一直好像正又还有点已经]{{0,5}}(?:泄[漏露]|漏气|漏了|在漏))"
    ),
    DangerRow(_ACCIDENT, rf"{_BUILDING}[都也已经要快突然全部就下陷倒坍]{{0,4}}[塌垮]了"),
    DangerRow(
        _ACCIDENT,
        r"倒塌了|坍塌了|垮塌了|压着人|压了人|压住了?人|被[压埋困][在住]|有人被[困埋压]|困在(?:电梯|里面|火|水|车|楼|屋)",
    ),
    DangerRow(
        _ACCIDENT,
        r"电梯里?困|落水|溺水|掉[进下到](?:河|江|井|坑|水|窨井|桥下)|触电|坠楼|高压线[断掉垂]|有毒气体|氯气|氨气泄",
    ),
    DangerRow(
        _ACCIDENT,
        r"gas (?:is )?leak|smells? (?:of )?gas\b|on fire\b|explosion\b|exploded\b|collapsed\b|drowning\b|trapped (?:in|under)",
    ),
    DangerRow(
        _VIOLENCE,
        rf"(?:正在|还在|又在|一直在|在|天天|每天|经常|往死里)[毒暴殴]?打(?:自己的|[他她]的?|我家)?{_SOMEBODY}",
    ),
    DangerRow(
        _VIOLENCE,
        rf"{_SOMEBODY}(?:天天|经常|一直|刚刚|正在|[正又还就刚也都在])?被人?(?:[打砍捅]|毒打|暴打|虐待|关在|绑)",
    ),
    DangerRow(
        _VIOLENCE,
        r"殴打|毒打|暴打|虐待|家暴|猥亵|性侵|强奸|绑架|劫持|抢劫|拘禁|囚禁|打死了?人|正在打人|打起来了|快报警|救命|救救我",
    ),
    DangerRow(_VIOLENCE, r"限制了?(?:[我他她]们?的?)?人身自由|骗进传销|快来救|帮我报警"),
    DangerRow(
        _VIOLENCE,
        r"be(?:ing|en) beaten|beating (?:a|his|her|my|the|their) (?:child|kid|baby|boy|girl|son|daughter|wife|mother|father)|raped\b|kidnapped\b|held hostage|help me!|save me\b",
    ),
    DangerRow(
        _MEDICAL,
        r"昏倒|晕倒|昏迷|昏过去|休克|抽搐|没有?呼吸(?![机道科])|没有?心跳|没气了|心脏病(?:发作|犯了|突发)|突发(?:心梗|脑溢血)",
    ),
    DangerRow(
        _MEDICAL, r"大出血|流血不止|血流不止|吐血|喘不[过上]来?气|呼吸困难|窒息|快不行了|命悬一线|奄奄一息|不省人事"
    ),
    DangerRow(
        _MEDICAL, r"中毒(?!性)|生命垂危|病危(?!通知)|羊水破了|要生了|叫救护车|急需抢救|正在抢救|等着抢救|等着急救"
    ),
    DangerRow(
        _MEDICAL,
        r"can'?t breathe|cannot breathe|not breathing|unconscious\b|heart attack|bleeding (?:badly|heavily|out)|overdosed?\b",
    ),
)

NOT_MEANT = re.compile(
    r"跳楼[机价]|跳楼(?:大|式|般)|自杀[式率]|防自杀|想死[你您他她我]|想死的心|[累热气困饿疼痛烦忙冷急]得.{0,2}[想要]死"
    r"|打死(?:[我你他她]们?)?[也都]不|打死不|(?:企业|公司|工厂|生意|店|行业|单位)[^，。]{0,4}活不下去"
    r"|救命[钱药款车恩之稻]|[像似如颗个是成]定时炸弹|定时炸弹(?:一样|似的|般)|令人窒息|窒息感|慢性中毒|(?:电脑|手机|网络|系统|食物链)中毒|道德绑架"
    r"|被打[断压扰击发回开造折包入乱上着卡标下]|被打了下来|被绑[定架住]?(?:在一起|消费|卡)|打[我他她]?们?的?(?:电话|手机)|打(?:官司|招呼|交道|工|车|卡)"
    r"|(?:简直|等于|无异于|就是|这是|变相|[像跟和与])(?:是|在)?(?:抢劫|绑架|杀人)"
)
"""Idioms and things that hold such words and mean no danger; what overlaps with one of these is no hit."""

_DENIED = re.compile(
    r"(?:没有?|从未|并未|未曾|并非|(?<!是)不是|(?<!会)不会|(?<!想)不想|(?<!要)不要|(?<!能)不能|(?<![特分])别(?!人)|勿|严?禁止?|防止|避免|预防|杜绝|反对|拒绝)"
    r"(?:再|要|想|去|真的?|会|人|过|任何|发生)?$|\b(?:no|not|never|don't|didn't|won't|without)\b(?: \w+)?(?: to)? ?$"
)
"""What stands directly before words that are denied: 不会自杀, 严禁放火. 是不是要…, 难道… deny nothing."""

_SUPPOSED = re.compile(
    r"如果|一旦|万一|假如|要是|倘若|若|防止|避免|预防|以防|以免|防范|担心|害怕|生怕|引[发起]|导致|造成|会(?:发生)?$|曾|\bif\b|\bcould\b|\bmight\b|\bmay\b"
)
_STILL_AHEAD = re.compile(r".{0,3}(?:隐患|风险|报警器|演练|预防|预案|防范|保险|怎么办|的可能)")
_ENDS_A_CLAUSE = re.compile(r"[，。！？；、：,.!?;:\n]")
_ONLY_WHERE_REAL = frozenset({_ACCIDENT, _MEDICAL})
"""What happens to people counts once it happens; what people say they will do counts when they say it."""

_BEFORE_AN_IDEOGRAPH = re.compile(r"\s+(?=[^\x00-\x7f])")
_TRADITIONAL = "殺樓橋燒輕尋見農藥強臥軌遺書絕筆從這兒裡裏給結開沒麼義頭歸盡報復會險槍兇車衝進點縱燬煙氣洩發災壓電墜觸線斷學毆姦綁關騙傳銷體嬰寶親媽鄰還經綫腦臟髒沖暈過來難護搶們個對話與並無門風隱預練辦財錢標亂擾擊"
_SIMPLIFIED = "杀楼桥烧轻寻见农药强卧轨遗书绝笔从这儿里里给结开没么义头归尽报复会险枪凶车冲进点纵毁烟气泄发灾压电坠触线断学殴奸绑关骗传销体婴宝亲妈邻还经线脑脏脏冲晕过来难护抢们个对话与并无门风隐预练办财钱标乱扰击"
"""The same characters, as far as the patterns need them."""
_IS_TRADITIONAL = re.compile(f"[{_TRADITIONAL}]")
_TO_SIMPLIFIED = str.maketrans(_TRADITIONAL, _SIMPLIFIED)

_PATTERNS = tuple((row.kind, re.compile(row.pattern, re.ASCII)) for row in DANGERS)


def danger_hints(text: str) -> list[Danger]:
    """What of the text tells of danger, in the order of the table; the words are given in simplified characters."""
    found = dict.fromkeys(_found_in(_plain(text)))
    return [Danger(kind=kind, words=words) for kind, words in list(found)[:MOST_HINTS]]


def _plain(text: str) -> str:
    """As the patterns are written: simplified, lower case, no white space between ideographs (scans and mails break lines)."""
    simplified = text.translate(_TO_SIMPLIFIED) if _IS_TRADITIONAL.search(text) else text
    return _BEFORE_AN_IDEOGRAPH.sub("", simplified).lower()


def _found_in(plain: str) -> Iterator[tuple[DangerKind, str]]:
    for kind, pattern in _PATTERNS:
        for match in pattern.finditer(plain):
            if _is_meant(plain, match) and not (kind in _ONLY_WHERE_REAL and _is_supposed(plain, match)):
                yield kind, match.group()


def _is_meant(plain: str, match: re.Match[str]) -> bool:
    nearby = slice(max(match.start() - 12, 0), match.end() + 8)
    start, end = match.start() - nearby.start, match.end() - nearby.start
    idioms = NOT_MEANT.finditer(plain[nearby])
    return not any(idiom.start() < end and start < idiom.end() for idiom in idioms) and not _DENIED.search(
        plain[nearby.start : match.start()]
    )


def _is_supposed(plain: str, match: re.Match[str]) -> bool:
    before = _ENDS_A_CLAUSE.split(plain[max(match.start() - 16, 0) : match.start()])[-1]
    return bool(_SUPPOSED.search(before) or _STILL_AHEAD.match(plain, match.end()))
