"""Which event calls for which document, and what stands on it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.forms.domain import filling
from services.forms.domain.definition import FormId
from services.forms.domain.documents import DOCUMENTS, ON_DEMAND, documents_due
from services.forms.domain.masking import Reader
from services.forms.templates import FORMS
from shared.contracts import case
from shared.contracts.catalogue import BY_MODEL, CATALOGUE
from shared.contracts.complaint import ComplaintReceived
from shared.contracts.values import Channel, Ground, Satisfaction
from tests.parts.forms import FACTS, FINDINGS, NOON, WHOLE, a_complainant, a_complaint, a_story, an_event

EXPECTED = {
    "complaint.received.v1": [FormId.RECEIPT],
    "case.accepted.v1": [FormId.ACCEPTANCE_NOTICE],
    "case.refused.v1": [FormId.REFUSAL_NOTICE],
    "case.redirected.v1": [FormId.REDIRECT_NOTICE],
    "case.settled.v1": [FormId.DISPOSITION],
    "case.forwarded.v1": [FormId.DISPOSITION],
    "case.approved.v1": [FormId.DISPOSITION],
    "case.redispatched.v1": [FormId.DISPOSITION],
    "case.feedback_submitted.v1": [FormId.FEEDBACK],
    "case.extension_requested.v1": [FormId.EXTENSION],
    "case.extension_decided.v1": [FormId.EXTENSION],
    "case.unit_refused.v1": [FormId.UNIT_REFUSAL],
    "case.follow_up_recorded.v1": [FormId.FOLLOW_UP_RECORD],
}
"""After an event that comes alone. Those that depend on what was before are below."""


@pytest.mark.parametrize("row", CATALOGUE, ids=lambda row: row.name)
def test_every_message_calls_for_its_documents_and_no_other(row):
    """Derived from the catalogue: what isn't in the table above makes no paper."""
    if row.model is ComplaintReceived:
        story = a_story()
    elif issubclass(row.model, case.CaseEvent):
        story = a_story(row.model)
    else:
        assert not [due for due in DOCUMENTS if due.event == row.name]
        return
    assert [due.form for due in documents_due(row.name, story)] == EXPECTED.get(row.name, [])


@pytest.mark.parametrize("row", DOCUMENTS, ids=lambda row: f"{row.event}-{row.form}")
def test_every_row_fills_in_its_own_form_with_its_fields(row):
    """The values fit the form the row names, and the event is one of the catalogue."""
    values = row.fill(WHOLE)
    values.check(FORMS[row.form])
    assert row.event in {known.name for known in CATALOGUE}


@pytest.mark.article("7")
@pytest.mark.parametrize(("waits", "forms"), [(True, [FormId.WRITTEN_STATEMENT]), (False, [])])
def test_the_written_form_is_offered_where_a_major_matter_waits_for_it(waits, forms):
    """重大事项 told orally: the form to sign is printed with what was told."""
    story = a_story(an_event(case.CaseRegistered, awaiting_statement=waits))
    assert [due.form for due in documents_due("case.registered.v1", story)] == forms


@pytest.mark.article("18.6")
@pytest.mark.article("20")
def test_a_closed_case_has_its_final_disposition_form_and_tells_the_unit():
    """The stub for the file has the result and the follow-up; the unit gets its result notice."""
    story = a_story(case.CaseForwarded, case.CaseFeedbackSubmitted, case.CaseFollowUpRecorded, case.CaseClosed)
    due = documents_due("case.closed.v1", story)
    assert [(row.form, row.reader) for row in due] == [
        (FormId.DISPOSITION, Reader.FILE),
        (FormId.RESULT_NOTICE, Reader.UNIT),
    ]
    outcome = due[0].fill(story).text("outcome")
    assert f"处理结果：{FINDINGS}" in outcome
    assert "回访情况：不满意，仅口头道歉，备案仍未办。（王立新，2026年11月23日）" in outcome


@pytest.mark.article("19")
def test_a_sanction_is_told_to_the_unit_in_its_result_notice():
    """Decided after the closing, it is the notice's next version; decided before, it stands in the one of the closing."""
    story = a_story(case.CaseForwarded, case.CaseFeedbackSubmitted, case.CaseClosed, case.CaseSanctioned)
    (due,) = documents_due("case.sanctioned.v1", story)
    assert (due.form, due.reader) == (FormId.RESULT_NOTICE, Reader.UNIT)
    decided = "依照第十九条，予以责令整改：一个月内整改到位。（王立新，2026年11月23日）"
    assert due.fill(story).text("measures") == decided
    before = a_story(case.CaseForwarded, case.CaseFeedbackSubmitted, case.CaseSanctioned)
    assert documents_due("case.sanctioned.v1", before) == ()
    assert filling.result_notice(before).text("measures") == decided


@pytest.mark.article("19")
def test_a_sanctioned_notice_is_dated_as_the_sanction():
    """And one without a sanction as the closing, whatever came later."""
    closed = a_story(case.CaseFeedbackSubmitted, case.CaseClosed).events
    later = an_event(case.CaseSanctioned, 3, occurred_at=NOON + timedelta(days=1))
    dates = [filling.result_notice(a_story(*closed, *more)).text("issued_on") for more in ((), (later,))]
    assert dates == ["2026年11月23日", "2026年11月24日"]


def test_a_case_that_never_went_to_a_unit_closes_without_a_disposition_form():
    """Refused and told: there is nothing to tell a unit."""
    assert documents_due("case.closed.v1", a_story(case.CaseRefused, case.CaseClosed)) == ()


@pytest.mark.article("annex 5")
@pytest.mark.parametrize("outcome", ["confirmed", "overruled"])
def test_the_office_s_answer_to_a_refusal_makes_no_second_notice(outcome):
    """The notice is the unit's: it is made when the unit submits it."""
    story = a_story(an_event(case.CaseUnitRefused, outcome=outcome))
    assert documents_due("case.unit_refused.v1", story) == ()


@pytest.mark.article("15")
def test_the_receipt_says_what_was_taken_down():
    """Code, time, channel, person, target, facts, evidence, what is missing, and by when the answer comes."""
    assert filling.receipt(a_story()).texts == {
        "tracking_code": "2QW8H-N5T08",
        "received_at": "2026年11月23日 12:00",
        "channel": "电话",
        "complainant": "李淑珍",
        "phone": "13800138000",
        "receiver": "孙晓敏",
        "respond_by": "2026年11月24日 17:00",
        "window": "市医疗保障局 A09 异地就医备案",
        "staff": "张镕玥（工位号 A12）",
        "content": f"{FACTS}\n诉求：当天办结备案。\n发生时间：11月17日上午",
        "evidence": "取号单.jpg",
        "missing": "被投诉人姓名",
    }


@pytest.mark.article("14")
def test_an_anonymous_receipt_names_nobody():
    """An anonymous complaint is answered like any other; its receipt says 匿名."""
    person = a_complainant(name=None, phone=None, email=None, address=None, anonymous=True)
    texts = filling.receipt(a_story(complaint=a_complaint(complainant=person, channel=Channel.WEB))).texts
    assert (texts["complainant"], texts["phone"], texts["channel"]) == ("匿名", "未提供", "网络")


@pytest.mark.article("18.2")
def test_the_forwarded_disposition_form_carries_everything_annex_2_asks_for():
    """Number, limit, complainant, phone, receiver, time, window, staff, content, advice; the result is still blank."""
    assert filling.disposition(a_story(case.CaseForwarded)).texts == {
        "number": "枣诉〔2026〕1083号",
        "limit": "1个工作日，至2026年11月24日17:00",
        "complainant": "李淑珍",
        "phone": "13800138000",
        "receiver": "孙晓敏",
        "received_at": "2026年11月23日 12:00",
        "window": "市医疗保障局 A09 异地就医备案",
        "staff": "张镕玥（工位号 A12）",
        "content": f"{FACTS}\n诉求：当天办结备案。\n发生时间：11月17日上午",
        "advice": "请1个工作日内办结。",
    }


@pytest.mark.article("18.3")
def test_the_approved_disposition_form_carries_the_leader_s_opinion():
    """批办意见, and whose it is."""
    advice = filling.disposition(a_story(case.CaseApproved)).text("advice")
    assert advice == "请1个工作日内办结。\n批办意见：请分管领导牵头。（赵志远）"


@pytest.mark.article("18.5")
def test_the_second_round_says_why_the_complainant_was_dissatisfied():
    """The unit reads what it has to do better."""
    story = a_story(case.CaseForwarded, case.CaseFeedbackSubmitted, case.CaseFollowUpRecorded, case.CaseRedispatched)
    texts = filling.disposition(story).texts
    assert texts["advice"] == "请1个工作日内办结。\n回访不满意：备案仍未办。"
    assert "outcome" not in texts


@pytest.mark.article("18.1")
def test_a_case_settled_on_the_spot_has_its_form_with_the_result():
    """No unit and no limit: what was complained of, and how it was settled."""
    texts = filling.disposition(a_story(case.CaseSettled)).texts
    assert texts["outcome"] == "当场处置：当场补办备案，投诉人认可。"
    assert "limit" not in texts
    assert "advice" not in texts


@pytest.mark.article("18.4")
def test_an_extension_form_has_the_decision_once_there_is_one():
    """First without, then with the office leader's opinion; an older decision is not the answer to a newer request."""
    asked, decided = case.CaseExtensionRequested, case.CaseExtensionDecided
    assert "opinion" not in filling.extension(a_story(asked)).texts
    texts = filling.extension(a_story(asked, decided)).texts
    assert texts["opinion"] == "同意延期1个工作日，至2026年11月24日 17:00。理由属实。（赵志远）"
    assert texts["decided_on"] == "2026年11月23日"
    assert "opinion" not in filling.extension(a_story(asked, decided, asked)).texts


def test_a_refused_extension_says_so():
    """不同意延期."""
    story = a_story(case.CaseExtensionRequested, an_event(case.CaseExtensionDecided, 2, granted=False, days=0))
    assert filling.extension(story).text("opinion").startswith("不同意延期。")


@pytest.mark.article("16")
@pytest.mark.parametrize("ground", Ground)
def test_a_refusal_tells_ground_reason_remedy_and_who_is_competent(ground):
    """All four, for each of the five grounds."""
    texts = filling.refusal_notice(a_story(an_event(case.CaseRefused, ground=ground))).texts
    assert texts["ground"] == f"第{ground.value[-1]}项"
    assert texts["ground_text"]
    assert (texts["reason"], texts["remedy"], texts["authority"]) == (
        "该事项正在诉讼。",
        "请向人民法院主张权利。",
        "市中区人民法院",
    )


@pytest.mark.article("16")
def test_out_of_remit_tells_the_competent_authority():
    """管辖部门."""
    assert filling.redirect_notice(a_story(case.CaseRedirected)).text("authority") == "枣庄市信访局"


@pytest.mark.article("18.5")
@pytest.mark.parametrize(
    ("outcome", "words", "blank"),
    [
        (Satisfaction.SATISFIED, "满意", "reason"),
        (Satisfaction.DISSATISFIED, "不满意", "suggestions"),
        (Satisfaction.UNREACHABLE, "未能联系上", "reason"),
    ],
)
def test_the_follow_up_record_says_what_the_complainant_said(outcome, words, blank):
    """Only dissatisfaction has a reason for it; everything else is a suggestion."""
    texts = filling.follow_up_record(a_story(an_event(case.CaseFollowUpRecorded, outcome=outcome))).texts
    assert texts["outcome"] == words
    assert blank not in texts


@pytest.mark.article("19")
@pytest.mark.parametrize(
    ("substantiated", "in_time", "conclusion", "measures"),
    [
        (True, True, "投诉属实，按规定时限处置。", "依照第十九条另行决定。"),
        (False, True, "投诉不属实，按规定时限处置。", "无。"),
        (False, False, "投诉不属实，未按规定时限处置。", "依照第十九条另行决定。"),
    ],
)
def test_the_result_notice_states_what_is_proven_and_sanctions_nobody(substantiated, in_time, conclusion, measures):
    """A sanction follows only a proven fault or lateness, and only by a person's decision."""
    told = an_event(case.CaseFeedbackSubmitted, substantiated=substantiated, in_time=in_time)
    texts = filling.result_notice(a_story(told)).texts
    assert (texts["conclusion"], texts["measures"]) == (conclusion, measures)


def test_a_missed_limit_makes_the_result_late():
    """A fact on the case for ever (art. 3)."""
    texts = filling.result_notice(
        a_story(an_event(case.CaseDeadlineMissed, bound="unit"), case.CaseFeedbackSubmitted)
    ).texts
    assert "未按规定时限" in texts["conclusion"]


@pytest.mark.parametrize(
    "form", [FormId.FEEDBACK, FormId.EXTENSION, FormId.UNIT_REFUSAL, FormId.REFUSAL_NOTICE, FormId.FOLLOW_UP_RECORD]
)
def test_a_document_asked_for_too_early_is_refused(form):
    """NotYet names what hasn't happened, and nobody."""
    with pytest.raises(filling.NotYet, match="no Case"):
        ON_DEMAND[form](a_story(case.CaseRegistered))


def test_an_unregistered_complaint_has_no_official_number():
    """The receipt is given before the case is registered."""
    assert a_story().number == ""


def test_every_event_sample_is_of_the_catalogue():
    """The samples of these tests cover every case event there is."""
    models = {row.model for row in CATALOGUE if issubclass(row.model, case.CaseEvent)}
    assert all(a_story(model).events[0].case_number for model in models if issubclass(model, case.CaseEvent))
    assert set(BY_MODEL) >= models


@pytest.mark.article("19")
@pytest.mark.parametrize(
    ("bound", "said"), [("unit", "未按规定时限"), ("office", "按规定时限"), ("complainant", "按规定时限")]
)
def test_the_unit_is_blamed_for_its_own_lateness_alone(bound, said):
    """A limit that the office or the complainant missed is not the unit's."""
    story = a_story(
        case.CaseForwarded,
        an_event(case.CaseDeadlineMissed, 2, bound=bound),
        an_event(case.CaseFeedbackSubmitted, 3),
        an_event(case.CaseClosed, 4),
    )
    assert said in filling.result_notice(story).text("conclusion")
    assert ("未按" in filling.result_notice(story).text("conclusion")) == (bound == "unit")


@pytest.mark.article("14")
def test_a_letter_bears_the_date_of_what_it_tells():
    """Made again a day later, the notice of acceptance is still dated as the acceptance; without one there is no such letter."""
    later = an_event(case.CaseArchived, 9, occurred_at=NOON + timedelta(days=3))
    story = a_story(an_event(case.CaseAccepted, 1), later)
    assert filling.acceptance_notice(story).text("issued_on") == "2026年11月23日"
    with pytest.raises(filling.NotYet):
        filling.acceptance_notice(a_story(later))
