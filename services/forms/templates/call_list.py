"""电话告知清单 (arts. 14 and 18.5): whom somebody must call today, by when, and what to say."""

from services.forms.domain.definition import WIDE_PAGE, Field, FieldKind, Form, FormId, Identity, Listing, Paragraph

FORM = Form(
    id=FormId.CALL_LIST,
    title="枣庄市民中心投诉电话告知清单",
    article="14",
    template_version="3",
    page=WIDE_PAGE,
    fields=(
        Field("day", "日期", FieldKind.DATE),
        Field("caller", "告知人"),
        Field("count", "件数"),
        Field("rows", "清单", FieldKind.ROWS, columns=(None, None, Identity.NAME, Identity.PHONE)),
    ),
    body=(
        Paragraph("日期：{day}　　告知人：{caller}　　共{count}", indent=False),
        Listing(
            "rows",
            headings=("序号", "编号", "投诉人", "联系电话", "告知事项", "最迟时间", "接通时间", "结果", "签字"),
            columns=(11, 39, 22, 27, 62, 40, 20, 22, 18),
        ),
    ),
)
