"""投诉事项管辖告知书 (art. 16): out of the units' remit, so the complainant is told who is competent."""

from services.forms.domain.definition import LETTER_PAGE, Closing, Field, FieldKind, Form, FormId, Identity, Paragraph
from services.forms.domain.wording import MEASURE, OFFICE

FORM = Form(
    id=FormId.REDIRECT_NOTICE,
    title="投诉事项管辖告知书",
    article="16",
    template_version="1",
    page=LETTER_PAGE,
    fields=(
        Field("complainant", "投诉人", identity=Identity.NAME),
        Field("received_on", "收到日期", FieldKind.DATE),
        Field("channel", "投诉方式"),
        Field("number", "编号"),
        Field("authority", "管辖部门"),
        Field("reason", "理由", FieldKind.TEXT),
        Field("issued_on", "落款日期", FieldKind.DATE),
    ),
    body=(
        Paragraph("{complainant}：", indent=False),
        Paragraph(
            "你于{received_on}以{channel}方式提出的投诉（编号：{number}）收悉。经审查，该事项不属于进驻枣庄市民中心的"
            f"部门、单位所辖权限。根据{MEASURE}第十六条，现将其管辖部门告知你：{{authority}}。"
        ),
        Paragraph("理由：{reason}"),
        Closing((OFFICE, "{issued_on}")),
    ),
)
