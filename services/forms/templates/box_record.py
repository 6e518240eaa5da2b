"""意见箱开箱记录 (arts. 6 and 14): who opened which box when, and the register number of every slip in it."""

from services.forms.domain.definition import (
    TABLE_PAGE,
    Field,
    FieldKind,
    Form,
    FormId,
    Grid,
    Label,
    Listing,
    Row,
    Signature,
    Value,
)

FORM = Form(
    id=FormId.BOX_RECORD,
    title="枣庄市民中心意见箱开箱记录",
    article="14",
    template_version="3",
    page=TABLE_PAGE,
    fields=(
        Field("box", "意见箱"),
        Field("opened_at", "开箱时间"),
        Field("slips", "取出张数"),
        Field("registered", "登记张数"),
        Field("difference", "张数核对", FieldKind.TEXT),
        Field("rows", "登记明细", FieldKind.ROWS),
        Field("opened_by", "开箱人（签字）"),
        Field("opened_on", "开箱人签字日期", FieldKind.DATE),
        Field("witness", "见证人（签字）"),
        Field("witnessed_on", "见证人签字日期", FieldKind.DATE),
    ),
    body=(
        Grid(
            columns=(26, 54, 26, 54),
            rows=(
                Row(11, (Label("意见箱"), Value("box"), Label("开箱时间"), Value("opened_at"))),
                Row(11, (Label("取出张数"), Value("slips"), Label("登记张数"), Value("registered"))),
                Row(13, (Label("张数核对"), Value("difference", span=3))),
            ),
        ),
        Listing(
            "rows",
            headings=("序号", "登记号", "事由摘要", "署名", "编号"),
            columns=(13, 35, 56, 15, 41),
        ),
        Grid(
            columns=(26, 54, 26, 54),
            rows=(
                Row(
                    24,
                    (
                        Label("开箱人\n（签字）"),
                        Signature("opened_by", "opened_on"),
                        Label("见证人\n（签字）"),
                        Signature("witness", "witnessed_on"),
                    ),
                ),
            ),
        ),
    ),
)
