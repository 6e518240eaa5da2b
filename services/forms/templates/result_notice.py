"""处置结果通报 (arts. 19 and 20): the unit is told the result, and the sanction where a fault is proven."""

from services.forms.domain.definition import LETTER_PAGE, Closing, Field, FieldKind, Form, FormId, Paragraph
from services.forms.domain.wording import MEASURE, OFFICE

FORM = Form(
    id=FormId.RESULT_NOTICE,
    title="投诉处置结果通报",
    article="20",
    template_version="1",
    page=LETTER_PAGE,
    fields=(
        Field("unit", "被通报单位"),
        Field("received_on", "收到日期", FieldKind.DATE),
        Field("number", "编号"),
        Field("findings", "调查处置结果", FieldKind.TEXT),
        Field("conclusion", "认定", FieldKind.TEXT),
        Field("follow_up", "回访情况", FieldKind.TEXT),
        Field("measures", "处理决定", FieldKind.TEXT),
        Field("issued_on", "落款日期", FieldKind.DATE),
    ),
    body=(
        Paragraph("{unit}：", indent=False),
        Paragraph(
            f"{{received_on}}收到的对你单位的投诉（编号：{{number}}）已处置完毕。根据{MEASURE}第十九条、第二十条，"
            "现将处置结果通报如下，并作为相关考核的依据。"
        ),
        Paragraph("一、调查处置结果：{findings}"),
        Paragraph("二、认定：{conclusion}"),
        Paragraph("三、回访情况：{follow_up}"),
        Paragraph("四、处理决定：{measures}"),
        Closing((OFFICE, "{issued_on}")),
    ),
)
