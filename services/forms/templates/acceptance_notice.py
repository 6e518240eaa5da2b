"""投诉受理告知书 (arts. 10 and 14): the complainant is told that the complaint is accepted, and what comes next."""

from services.forms.domain.definition import LETTER_PAGE, Closing, Field, FieldKind, Form, FormId, Identity, Paragraph
from services.forms.domain.wording import MEASURE, OFFICE

FORM = Form(
    id=FormId.ACCEPTANCE_NOTICE,
    title="投诉受理告知书",
    article="14",
    template_version="1",
    page=LETTER_PAGE,
    fields=(
        Field("complainant", "投诉人", identity=Identity.NAME),
        Field("received_on", "收到日期", FieldKind.DATE),
        Field("channel", "投诉方式"),
        Field("window", "被投诉窗口（单位）"),
        Field("number", "编号"),
        Field("tracking_code", "查询码"),
        Field("issued_on", "落款日期", FieldKind.DATE),
    ),
    body=(
        Paragraph("{complainant}：", indent=False),
        Paragraph(
            "你于{received_on}以{channel}方式对{window}的投诉收悉。经审查，属于受理范围，现予受理，编号为{number}。"
        ),
        Paragraph(
            f"我办将按照{MEASURE}第十八条办理：事实清楚或情由简单的，转有关单位1个工作日内处置办结；需要进一步调查的，"
            "3个工作日内处置办结；情由特别复杂的，经批准可以延长，延长时限不超过2个工作日。处理完毕后，"
            "我办在3个工作日内对你进行回访。"
        ),
        Paragraph("你可以凭查询码{tracking_code}查询办理进度和处理结果。"),
        Closing((OFFICE, "{issued_on}")),
    ),
)
