"""统计分析 of a month or of any other period (art. 21): what came in, from where, about whom, how it was handled and how people found it."""

from services.forms.domain.definition import (
    TABLE_PAGE,
    Field,
    FieldKind,
    Form,
    FormId,
    Heading,
    Listing,
    Paragraph,
)
from services.forms.domain.wording import OFFICE

FORM = Form(
    id=FormId.MONTHLY_REPORT,
    title="枣庄市民中心政务服务投诉统计分析",
    article="21",
    template_version="5",
    page=TABLE_PAGE,
    fields=(
        Field("name", "统计期"),
        Field("period", "统计期间"),
        Field("before", "上期"),
        Field("summary", "概况", FieldKind.ROWS),
        Field("by_channel", "投诉方式", FieldKind.ROWS),
        Field("by_unit", "各单位办理情况", FieldKind.ROWS),
        Field("by_matter", "投诉事由", FieldKind.ROWS),
        Field("trend", "近十二个月", FieldKind.ROWS),
        Field("analysis", "分析和建议", FieldKind.TEXT),
        Field("source", "数字的来源"),
    ),
    parts=("{name}",),
    body=(
        Paragraph("统计期间：{period}", indent=False),
        Paragraph("上期：{before}", indent=False),
        Paragraph(f"编制单位：{OFFICE}", indent=False),
        Heading("一、概况"),
        Listing("summary", headings=("指标", "本期", "上期", "说明"), columns=(34, 40, 40, 46)),
        Heading("二、投诉方式"),
        Listing("by_channel", headings=("方式", "件数", "占比", "按时回应"), columns=(30, 50, 34, 46), bar=1),
        Heading("三、各单位办理情况"),
        Listing(
            "by_unit",
            headings=("单位", "收到", "按时", "超期", "延期", "退回再办", "不满意", "问责"),
            columns=(50, 14, 16, 16, 14, 20, 16, 14),
        ),
        Heading("四、投诉事由"),
        Listing("by_matter", headings=("事由", "件数", "重复投诉"), columns=(78, 52, 30), bar=1),
        Heading("五、近十二个月"),
        Listing("trend", headings=("月份", "收到", "按时办结", "满意"), columns=(30, 42, 44, 44), bar=1),
        Heading("六、分析和建议"),
        Paragraph("{analysis}"),
        Paragraph("{source}", indent=False),
    ),
)
