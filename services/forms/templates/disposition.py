"""处置单 (annex 2, art. 18.2 and 18.3): the stub stays with the office, the dispatch copy goes to the unit."""

from services.forms.domain.definition import (
    HALVES_PAGE,
    Field,
    FieldKind,
    Form,
    FormId,
    Grid,
    Identity,
    Label,
    Row,
    Value,
)

FORM = Form(
    id=FormId.DISPOSITION,
    title="枣庄市民中心政务服务投诉处置单",
    article="18.2",
    annex="附件2",
    template_version="1",
    page=HALVES_PAGE,
    parts=("存根", "发文"),
    fields=(
        Field("number", "编号"),
        Field("limit", "办理时限"),
        Field("complainant", "投诉人", identity=Identity.NAME),
        Field("phone", "联系电话", identity=Identity.PHONE),
        Field("receiver", "接诉人"),
        Field("received_at", "时间"),
        Field("window", "被投诉窗口（单位）"),
        Field("staff", "被投诉工作人员"),
        Field("content", "投诉内容", FieldKind.TEXT),
        Field("advice", "处理建议", FieldKind.TEXT),
        Field("outcome", "处理结果及回访情况", FieldKind.TEXT),
    ),
    body=(
        Grid(
            columns=(31, 47, 24, 58),
            rows=(
                Row(10.5, (Label("编号："), Value("number"), Label("办理时限："), Value("limit"))),
                Row(8.5, (Label("投诉人："), Value("complainant"), Label("联系电话："), Value("phone"))),
                Row(8.5, (Label("接诉人："), Value("receiver"), Label("时间："), Value("received_at"))),
                Row(10.5, (Label("被投诉窗口\n（单位）："), Value("window", span=3))),
                Row(10.5, (Label("被投诉\n工作人员："), Value("staff", span=3))),
                Row(28, (Label("投诉内容："), Value("content", span=3, top=True))),
                Row(13, (Label("处理建议："), Value("advice", span=3, top=True))),
                Row(18, (Label("处理结果及\n回访情况："), Value("outcome", span=3, top=True))),
            ),
        ),
    ),
)
