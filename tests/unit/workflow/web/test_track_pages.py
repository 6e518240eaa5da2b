"""What a citizen finds with the tracking code."""

from dataclasses import fields, replace

import pytest

from services.workflow.domain.states import State
from services.workflow.web import views
from services.workflow.web.limits_shown import Reader
from services.workflow.web.tracking import track_page
from services.workflow.web.views import Progress, Standing, Step, TrackPage, TrackRound, TrackStep
from shared.contracts.values import Ground
from shared.web.i18n import Language
from tests.parts import html
from tests.parts.case_samples import READER
from tests.parts.page_gallery import pages, text_of
from tests.parts.page_samples import ANSWERED, CODE, SECOND_ROUND
from tests.unit.workflow.building import a_complainant, arrive


def shown(page: TrackPage, language: Language = Language.ZH) -> str:
    """The page as it is read out."""
    return html.text_of(html.parse(pages().text("track.html", language, page=page)))


def test_the_answer_comes_first() -> None:
    """Before the steps, whoever reads from the top."""
    headings = [html.text_of(each) for each in html.elements(html.parse(text_of("track")), "//h1|//h2")]
    assert headings[:3] == ["您的投诉已有处理结果", "单位的答复", "办理进度"]


@pytest.mark.article("annex 1")
def test_the_six_steps_stand_in_their_order() -> None:
    """Received, accepted, sent on, result, follow-up, filed."""
    steps = html.elements(html.parse(text_of("track")), "//ol[@class='steps']/li/h3")
    assert [html.text_of(each).split()[0] for each in steps] == ["接收", "受理", "转办", "反馈", "回访", "归档"]


def test_the_step_that_is_under_way_is_marked_for_eyes_and_ears() -> None:
    """By words and ``aria-current``, not by colour."""
    [now] = html.elements(html.parse(text_of("track")), "//li[@aria-current='step']")
    assert "现在这一步" in html.text_of(now)


def test_each_limit_stands_with_its_result() -> None:
    """What was due, and how it was kept."""
    text = html.text_of(html.parse(text_of("track")))
    assert "按时办结 限 11 月 25 日（周三）17:00" in text
    assert "11 月 27 日 17:00 前" in text


@pytest.mark.article("3")
def test_a_missed_limit_is_shown_as_such() -> None:
    """In words and shape; nothing is glossed over."""
    page = html.parse(text_of("track-second-round"))
    [over, _] = html.elements(page, "//*[@data-is='over']")
    assert html.text_of(over) == "已超期 1 天"
    assert html.elements(over, ".//use[contains(@href, '#i-alert')]")


def test_while_there_is_no_answer_the_page_says_who_has_it_and_until_when() -> None:
    """The holder and the limit come before the steps."""
    text = shown(SECOND_ROUND)
    assert text.index("市医疗保障局") < text.index("办理进度")


@pytest.mark.article("18.5")
def test_a_second_round_stands_beside_the_first() -> None:
    """The new round open, the old one with its answer folded below."""
    page = html.parse(text_of("track-second-round"))
    assert "第 2 轮 因回访不满意" in html.text_of(page)
    [earlier] = html.elements(page, "//details")
    assert "经核查" in html.text_of(earlier)
    assert SECOND_ROUND.answer is None


@pytest.mark.article("16")
@pytest.mark.parametrize("ground", Ground)
def test_a_refusal_gives_its_ground_its_reason_and_the_way_on(ground: Ground) -> None:
    """Each of the five grounds, with its article."""
    page = TrackPage(CODE, Standing.REFUSED, [], refusal=views.Refusal(ground, "理由在此", "去处在此"))
    text = shown(page)
    assert pages().catalogue.say(f"ground.{ground}", Language.ZH) in text
    assert "理由在此" in text
    assert "去处在此" in text
    assert "第十六条" in text


@pytest.mark.article("16")
def test_a_redirection_names_who_is_competent() -> None:
    """So that nobody is sent away without an address."""
    assert "请找这个部门 第十六条 薛城区市场监督管理局" in html.text_of(html.parse(text_of("track-redirected")))


@pytest.mark.article("7")
def test_a_case_that_waits_for_the_written_form_says_where_it_is_printed() -> None:
    """One tap from the page."""
    assert html.elements(html.parse(text_of("track-waiting")), f"//a[@href='/intake/written/{CODE}']")


@pytest.mark.parametrize("standing", Standing)
@pytest.mark.parametrize("progress", Progress)
@pytest.mark.parametrize("language", Language)
def test_every_standing_and_every_step_can_be_shown(standing: Standing, progress: Progress, language: Language) -> None:
    """No state of a case leaves the citizen without a page."""
    page = TrackPage(CODE, standing, [TrackRound(1, [TrackStep(step, progress) for step in Step])])
    assert pages().catalogue.say(f"standing.{standing}", language) in shown(page, language)


def test_a_wrong_and_an_unknown_code_get_the_same_answer() -> None:
    """Nobody learns by trying which codes exist."""
    assert {each.name for each in fields(views.TrackAsk)} == {"typed", "not_found", "action"}
    assert "没有查到" in text_of("track-not-found")


@pytest.mark.article("17")
def test_the_page_has_no_place_for_who_complained() -> None:
    """What can't be passed in can't be shown."""
    held = {each.name for kind in (TrackPage, TrackRound, TrackStep, views.Answer) for each in fields(kind)}
    assert held.isdisjoint({"name", "phone", "email", "address", "complainant", "staff"})


def test_the_units_words_keep_their_language() -> None:
    """On the English page a Chinese answer is still announced as Chinese."""
    page = html.parse(text_of("track", Language.EN))
    quoted = html.elements(page, "//div[contains(@class,'answer')]/p[@lang='zh-CN']")
    assert len(quoted) == 3


def test_the_newest_answer_is_the_answer() -> None:
    """The first round is the newest."""
    assert ANSWERED.answer is ANSWERED.rounds[0].answer
    assert TrackPage(CODE, Standing.REGISTERED, []).answer is None


def _seen_by(reader: Reader, state: State) -> TrackPage:
    return track_page(arrive(state).case, a_complainant(), reader)


def test_limits_are_said_in_the_readers_language() -> None:
    """An English page says "by 17:00" and not 17:00 前, of what comes next and of each step."""
    page = _seen_by(replace(READER, language=Language.EN), State.DISPATCHED)
    limits = [page.next_limit, *(step.limit for step in page.rounds[0].steps)]
    said = [limit.words for limit in limits if limit is not None]
    assert len(said) > 1
    assert all(words.isascii() for words in said)


@pytest.mark.article("16")
def test_the_usual_remedy_is_told_in_the_readers_language() -> None:
    """What the table says is told in both languages; what the handler wrote stays as written."""
    usual = _seen_by(READER, State.REFUSED)
    text = shown(usual, Language.EN)
    assert "complain again" in text
    assert "再次提出投诉" not in text
    assert usual.refusal is not None
    written = replace(usual, refusal=replace(usual.refusal, usual=None, remedy="请到二楼补登。"))
    assert "请到二楼补登。" in shown(written, Language.EN)
