"""反馈单 (annex 3, art. 18.4): what the unit found and did, signed by its leader, sealed, in three copies."""

from services.forms.domain.definition import (
    TABLE_PAGE,
    Field,
    FieldKind,
    Form,
    FormId,
    Grid,
    Label,
    Row,
    SealLine,
    Signature,
    Value,
)

MAY_ATTACH = "（可附页）"

NOTES = (
    (
        "注：①“调查处置结果”一栏需详细填写调查处理情况，并附相关证明材料。对于不予受理的投诉，经调查确属不予受理的，"
        "要按规定出具《不予受理通知书》，并将其复印件连同反馈单一并反馈。"
    ),
    "②“整改措施”一栏，若投诉问题不属实，不用填写。",
)

FORM = Form(
    id=FormId.FEEDBACK,
    title="枣庄市民中心政务服务投诉处置反馈单",
    article="18.4",
    annex="附件3",
    template_version="3",
    page=TABLE_PAGE,
    copies=3,
    fields=(
        Field("unit", "承办单位"),
        Field("number", "编号"),
        Field("handled_on", "处理日期"),
        Field("handler", "投诉处置人"),
        Field("phone", "联系电话"),
        Field("findings", "调查处置结果", FieldKind.TEXT),
        Field("rectification", "整改措施", FieldKind.TEXT),
        Field("leader", "承办单位分管领导（签字）"),
        Field("signed_on", "签字日期", FieldKind.DATE),
        Field("remarks", "备注", FieldKind.TEXT),
    ),
    body=(
        SealLine("承办单位（盖章）：", "unit"),
        Grid(
            columns=(32, 48, 30, 50),
            rows=(
                Row(11, (Label("编号："), Value("number"), Label("处理日期："), Value("handled_on"))),
                Row(11, (Label("投诉处置人："), Value("handler"), Label("联系电话："), Value("phone"))),
                Row(76, (Label("调\n查\n处\n置\n结\n果"), Value("findings", span=3, top=True, foot=MAY_ATTACH))),
                Row(48, (Label("整\n改\n措\n施"), Value("rectification", span=3, top=True, foot=MAY_ATTACH))),
                Row(27, (Label("承办单位分管\n领导（签字）"), Signature("leader", "signed_on", span=3))),
                Row(16, (Label("备注"), Value("remarks", span=3))),
            ),
        ),
    ),
    notes=NOTES,
)
