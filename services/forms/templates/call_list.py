"""电话清单 (arts. 14 and 18.5): whom somebody must call today, by when, and what to say or to ask."""

from services.forms.domain.definition import WIDE_PAGE, Field, FieldKind, Form, FormId, Identity, Listing, Paragraph

FORM = Form(
    id=FormId.CALL_LIST,
    title="枣庄市民中心投诉电话清单",
    article="14",
    template_version="4",
    page=WIDE_PAGE,
    fields=(
        Field("errand", "事由"),
        Field("day", "日期", FieldKind.DATE),
        Field("caller", "通话人"),
        Field("count", "件数"),
        Field("rows", "清单", FieldKind.ROWS, columns=(None, None, Identity.NAME, Identity.PHONE)),
    ),
    parts=("{errand}",),
    body=(
        Paragraph("日期：{day}　　通话人：{caller}　　共{count}", indent=False),
        Listing(
            "rows",
            headings=("序号", "编号", "投诉人", "联系电话", "事项", "最迟时间", "接通时间", "结果", "签字"),
            columns=(11, 39, 22, 27, 62, 40, 20, 22, 18),
        ),
    ),
)
