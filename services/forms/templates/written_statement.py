"""重大事项投诉书 (art. 7): the written form that a major matter needs, with the complainant's word for its truth."""

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
    id=FormId.WRITTEN_STATEMENT,
    title="枣庄市民中心重大事项投诉书",
    article="7",
    template_version="2",
    page=TABLE_PAGE,
    fields=(
        Field("tracking_code", "查询码"),
        Field("received_at", "来访（来电）时间"),
        Field("complainant", "投诉人", identity=Identity.NAME),
        Field("phone", "联系电话", identity=Identity.PHONE),
        Field("address", "联系地址", identity=Identity.ADDRESS),
        Field("relation", "与事项的关系"),
        Field("window", "被投诉窗口（单位）"),
        Field("staff", "被投诉工作人员"),
        Field("content", "事实和理由", FieldKind.TEXT),
        Field("demand", "诉求", FieldKind.TEXT),
        Field("evidence", "证据材料", FieldKind.TEXT),
        Field("signature", "投诉人（签字）", identity=Identity.NAME),
        Field("signed_on", "签字日期", FieldKind.DATE),
    ),
    body=(
        Grid(
            columns=(26, 54, 26, 54),
            rows=(
                Row(11, (Label("查询码"), Value("tracking_code"), Label("收到时间"), Value("received_at"))),
                Row(11, (Label("投诉人"), Value("complainant"), Label("联系电话"), Value("phone"))),
                Row(13, (Label("联系地址"), Value("address"), Label("与事项的\n关系"), Value("relation"))),
                Row(13, (Label("被投诉窗口\n（单位）"), Value("window", span=3))),
                Row(13, (Label("被投诉\n工作人员"), Value("staff", span=3))),
                Row(64, (Label("事\n实\n和\n理\n由"), Value("content", span=3, top=True, foot="（可附页）"))),
                Row(24, (Label("诉求"), Value("demand", span=3, top=True))),
                Row(20, (Label("证据材料"), Value("evidence", span=3, top=True))),
                Row(11, (Label("本人所反映的情况属实，愿意对所投诉事项的真实性负相应责任。", span=4),)),
                Row(26, (Label("投诉人\n（签字）"), Signature("signature", "signed_on", span=3))),
            ),
        ),
    ),
)
