"""延期申请单 (annex 4, art. 18.4): the unit asks for more time, the office decides."""

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

FORM = Form(
    id=FormId.EXTENSION,
    title="枣庄市民中心投诉处理延期申请单",
    article="18.4",
    annex="附件4",
    template_version="2",
    page=TABLE_PAGE,
    fields=(
        Field("unit", "申请单位"),
        Field("number", "编号"),
        Field("applied_on", "申请日期"),
        Field("clerk", "经办人"),
        Field("phone", "联系电话"),
        Field("asked", "申请延期时限"),
        Field("reason", "申请延期处置原因", FieldKind.TEXT),
        Field("leader", "申请单位分管领导（签字）"),
        Field("signed_on", "签字日期", FieldKind.DATE),
        Field("opinion", "市政管办领导意见", FieldKind.TEXT),
        Field("decided_on", "审批日期", FieldKind.DATE),
        Field("remarks", "备注", FieldKind.TEXT),
    ),
    body=(
        SealLine("申请单位（盖章）：", "unit"),
        Grid(
            columns=(32, 48, 30, 50),
            rows=(
                Row(12, (Label("编号："), Value("number"), Label("申请日期："), Value("applied_on"))),
                Row(12, (Label("经办人："), Value("clerk"), Label("联系电话："), Value("phone"))),
                Row(20, (Label("申请延期\n时限"), Value("asked", span=3))),
                Row(72, (Label("申请\n延期\n处置\n原因"), Value("reason", span=3, top=True, foot="（可附页）"))),
                Row(30, (Label("申请单位分管\n领导（签字）"), Signature("leader", "signed_on", span=3))),
                Row(34, (Label("市政管办领导\n意 见"), Signature("opinion", "decided_on", span=3))),
                Row(18, (Label("备 注"), Value("remarks", span=3))),
            ),
        ),
    ),
)
