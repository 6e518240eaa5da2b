"""回访记录 (art. 18.5): what the complainant said of the result, and whose fault it is where they are dissatisfied."""

from services.forms.domain.definition import (
    TABLE_PAGE,
    Field,
    FieldKind,
    Form,
    FormId,
    Grid,
    Identity,
    Label,
    Row,
    Signature,
    Value,
)

FORM = Form(
    id=FormId.FOLLOW_UP_RECORD,
    title="枣庄市民中心投诉处置回访记录",
    article="18.5",
    template_version="2",
    page=TABLE_PAGE,
    fields=(
        Field("number", "编号"),
        Field("round", "轮次"),
        Field("complainant", "投诉人", identity=Identity.NAME),
        Field("phone", "联系电话", identity=Identity.PHONE),
        Field("unit", "被投诉处理单位"),
        Field("asked_at", "回访时间"),
        Field("attempts", "回访次数"),
        Field("result", "处理结果", FieldKind.TEXT),
        Field("outcome", "满意情况"),
        Field("at_fault", "是否单位处置不到位"),
        Field("reason", "不满意的原因", FieldKind.TEXT),
        Field("suggestions", "意见和建议", FieldKind.TEXT),
        Field("asked_by", "回访人（签字）"),
        Field("signed_on", "签字日期", FieldKind.DATE),
    ),
    body=(
        Grid(
            columns=(26, 54, 26, 54),
            rows=(
                Row(11, (Label("编号"), Value("number"), Label("轮次"), Value("round"))),
                Row(11, (Label("投诉人"), Value("complainant"), Label("联系电话"), Value("phone"))),
                Row(13, (Label("被投诉处理\n单位"), Value("unit", span=3))),
                Row(11, (Label("回访时间"), Value("asked_at"), Label("回访次数"), Value("attempts"))),
                Row(44, (Label("处理结果"), Value("result", span=3, top=True, foot="（可附页）"))),
                Row(13, (Label("满意情况"), Value("outcome"), Label("是否单位\n处置不到位"), Value("at_fault"))),
                Row(40, (Label("不满意的\n原因"), Value("reason", span=3, top=True, foot="（可附页）"))),
                Row(34, (Label("意见和建议"), Value("suggestions", span=3, top=True))),
                Row(24, (Label("回访人\n（签字）"), Signature("asked_by", "signed_on", span=3))),
            ),
        ),
    ),
)
