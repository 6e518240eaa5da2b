"""投诉不予受理告知书 (arts. 10 and 16): the ground, the reason, the remedy and who is competent."""

from services.forms.domain.definition import LETTER_PAGE, Closing, Field, FieldKind, Form, FormId, Identity, Paragraph
from services.forms.domain.wording import MEASURE, OFFICE

FORM = Form(
    id=FormId.REFUSAL_NOTICE,
    title="投诉不予受理告知书",
    article="16",
    template_version="1",
    page=LETTER_PAGE,
    fields=(
        Field("complainant", "投诉人", identity=Identity.NAME),
        Field("received_on", "收到日期", FieldKind.DATE),
        Field("channel", "投诉方式"),
        Field("window", "被投诉窗口（单位）"),
        Field("number", "编号"),
        Field("ground", "第十条第几项"),
        Field("ground_text", "该项的规定"),
        Field("reason", "不予受理的理由", FieldKind.TEXT),
        Field("remedy", "救济途径", FieldKind.TEXT),
        Field("authority", "管辖（承接）部门"),
        Field("issued_on", "落款日期", FieldKind.DATE),
    ),
    body=(
        Paragraph("{complainant}：", indent=False),
        Paragraph(
            "你于{received_on}以{channel}方式对{window}的投诉（编号：{number}）收悉。经审查，"
            f"属于{MEASURE}第十条{{ground}}规定的情形（{{ground_text}}），决定不予受理。"
        ),
        Paragraph("不予受理的理由：{reason}"),
        Paragraph("你可以采取的途径：{remedy}"),
        Paragraph("管辖（承接）部门：{authority}"),
        Closing((OFFICE, "{issued_on}")),
    ),
)
