"""不予受理通知单 (annex 5, arts. 10 and 16): the unit tells the office that a ground of art. 10 applies."""

from dataclasses import replace

from services.forms.domain.definition import (
    LETTER_PAGE,
    Closing,
    Field,
    FieldKind,
    Form,
    FormId,
    Paragraph,
    Ruled,
)

FORM = Form(
    id=FormId.UNIT_REFUSAL,
    title="枣庄市民中心政务服务投诉不予受理通知单",
    article="10",
    annex="附件5",
    template_version="1",
    page=replace(LETTER_PAGE, title_size=18),
    fields=(
        Field("dispatched_on", "转办日期", FieldKind.DATE),
        Field("number", "处置单编号"),
        Field("ground", "第十条第几项"),
        Field("reason", "不予受理原因", FieldKind.TEXT),
        Field("handler", "投诉处置人"),
        Field("leader", "分管领导"),
        Field("served_on", "受送达人"),
        Field("served_at", "送达时间", FieldKind.DATE),
        Field("issued_on", "落款日期", FieldKind.DATE),
    ),
    body=(
        Paragraph("市政管办：", indent=False),
        Paragraph(
            "你办于{dispatched_on}向我单位转办的枣庄市民中心政务服务投诉处置单（编号：{number}），经调查核实，"
            "符合《枣庄市民中心政务服务投诉处置办法》第十条{ground}有关规定，特决定不予受理该投诉案件。",
            underlined=True,
        ),
        Ruled("不予受理原因：", "reason", lines=3),
        Ruled("投诉处置人：", "handler"),
        Ruled("分管领导：", "leader"),
        Ruled("受送达人：", "served_on"),
        Ruled("送达时间：", "served_at"),
        Closing(("（章）", "{issued_on}")),
    ),
)
