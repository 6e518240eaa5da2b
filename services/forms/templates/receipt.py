"""投诉回执 (arts. 3 and 14): what the complainant takes home: the code that finds the answer, and by when it comes."""

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
    Value,
)

FORM = Form(
    id=FormId.RECEIPT,
    title="枣庄市民中心政务服务投诉回执",
    article="14",
    template_version="2",
    page=TABLE_PAGE,
    fields=(
        Field("tracking_code", "查询码"),
        Field("received_at", "收到时间"),
        Field("channel", "投诉方式"),
        Field("complainant", "投诉人", identity=Identity.NAME),
        Field("phone", "联系电话", identity=Identity.PHONE),
        Field("receiver", "接诉人"),
        Field("window", "被投诉窗口（单位）"),
        Field("staff", "被投诉工作人员"),
        Field("content", "投诉内容", FieldKind.TEXT),
        Field("evidence", "所附证据", FieldKind.TEXT),
        Field("missing", "尚缺事项"),
        Field("respond_by", "回应时限"),
    ),
    body=(
        Grid(
            columns=(26, 54, 26, 54),
            rows=(
                Row(18, (Label("查询码"), Value("tracking_code", span=3, large=True))),
                Row(11, (Label("收到时间"), Value("received_at"), Label("投诉方式"), Value("channel"))),
                Row(11, (Label("投诉人"), Value("complainant"), Label("联系电话"), Value("phone"))),
                Row(11, (Label("接诉人"), Value("receiver"), Label("回应时限"), Value("respond_by"))),
                Row(13, (Label("被投诉窗口\n（单位）"), Value("window", span=3))),
                Row(13, (Label("被投诉\n工作人员"), Value("staff", span=3))),
                Row(62, (Label("投诉内容"), Value("content", span=3, top=True))),
                Row(16, (Label("所附证据"), Value("evidence", span=3))),
                Row(13, (Label("尚缺事项"), Value("missing", span=3))),
            ),
        ),
    ),
    notes=(
        "1. 凭查询码可以查询办理进度和答复，请妥善保管，勿转给他人。",
        "2. 在回应时限前告知您是否受理；不予受理的，说明理由。",
        "3. 情况清楚的转有关单位1个工作日内办结；需要调查的3个工作日内办结，特别复杂的最多延长2个工作日。",
        "4. 办结后3个工作日内回访，听取您的意见。",
    ),
)
