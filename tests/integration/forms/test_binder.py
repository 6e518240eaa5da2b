"""The binder of a case over HTTP (art. 18.6): what is in it, who may have it, and what it never says."""

from collections.abc import Sequence
from io import BytesIO
from itertools import pairwise
from uuid import uuid4

import pikepdf
import pytest
from PIL import Image

from shared.contracts import case
from shared.contracts.complaint import ComplaintSupplemented, Evidence, Source
from shared.contracts.values import Channel
from tests.parts.forms import ID, NOON, a_complainant, a_complaint, an_event
from tests.parts.forms_house import NUMBER, FormsHouse, pdf_text

PATH = f"/forms/cases/{NUMBER}/binder.pdf"
EVENTS: tuple[type[case.CaseEvent], ...] = (
    case.CaseRegistered,
    case.CaseAccepted,
    case.CaseForwarded,
    case.CaseFeedbackSubmitted,
    case.CaseFollowUpRecorded,
    case.CaseClosed,
    case.CaseArchived,
)


def _picture() -> bytes:
    target = BytesIO()
    Image.new("RGB", (300, 200), "navy").save(target, "PNG")
    return target.getvalue()


def _pdf(pages: int) -> bytes:
    pdf, target = pikepdf.new(), BytesIO()
    for _ in range(pages):
        pdf.add_blank_page()
    pdf.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=pikepdf.String("app.alert(1)"))
    pdf.save(target)
    return target.getvalue()


async def _filed(house: FormsHouse, *, confidential: bool = False) -> None:
    """A case from its first word to the file, with evidence that can be shown, one that can't, and one that is lost."""
    contents = {"照片.png": _picture(), "材料.pdf": _pdf(3), "录音.mp3": b"ID3 not a page"}
    evidence = [
        Evidence(id=uuid4(), name=name, media_type="x/y", size=len(content), sha256=await house.originals.keep(content))
        for name, content in contents.items()
    ]
    evidence.append(Evidence(id=uuid4(), name="丢失.jpg", media_type="image/jpeg", size=1, sha256="f" * 64))
    complaint = a_complaint(evidence=evidence, complainant=a_complainant(confidential=confidential))
    supplement = ComplaintSupplemented(
        complaint_id=ID,
        supplement_id=uuid4(),
        channel=Channel.EMAIL,
        received_at=NOON,
        received_by="inbox",
        sender_verified=True,
        text="补充：我的电话13800138000。",
        source=Source(kind="email_inbox"),
    )
    events = [an_event(kind, version) for version, kind in enumerate(EVENTS, 1)]
    await house.hear(complaint, events[0], supplement, *events[1:])


@pytest.mark.article("18.6")
async def test_an_archived_case_gets_its_binder_at_once(house: FormsHouse) -> None:
    """Made by the printer, kept as an original, told to the others, and genuine."""
    await _filed(house)
    await house.draw()
    item = await house.listed("binder")
    assert item["state"] == "ready"
    assert item["sha256"] in house.originals.contents
    assert item["pages"] == len(pikepdf.open(BytesIO(house.originals.contents[item["sha256"]])).pages)
    page = await house.ask("GET", f"/verify/{item['verify_code']}", None, headers={"Accept": "text/html"})
    assert item["signed_sha256"] in page.text.replace(" ", "")
    answer = await house.ask("GET", PATH)
    assert answer.content == house.originals.contents[item["signed_sha256"]]


@pytest.mark.article("18.6")
async def test_a_binder_holds_everything(house: FormsHouse) -> None:
    """Cover, contents, forms, messages, attachments as pages, timeline and hashes; what can't be shown is named."""
    await _filed(house)
    content = (await house.ask("GET", PATH)).content
    text = pdf_text(content)
    for words in (
        "政务服务投诉案卷", "目录", "投诉处置单", "反馈单", "告知投诉人已受理", "投诉人补充（电子邮件）", "办理经过", "归档",
        "哈希清单", "录音.mp3", "不能以页面显示", "丢失.jpg", "未能读出原件", "f" * 64, "0" * 64,
    ):  # fmt: skip
        assert words in text, words


@pytest.mark.article("18.6")
async def test_the_contents_and_the_bookmarks_lead_to_the_right_pages(house: FormsHouse) -> None:
    """Each bookmark opens the page on which its part begins, and pages are numbered through."""
    await _filed(house)
    with pikepdf.open(BytesIO((await house.ask("GET", PATH)).content)) as pdf:
        pages = [page.obj for page in pdf.pages]
        texts = [pdf_text(_one_page(pdf, place)) for place in range(len(pages))]
        with pdf.open_outline() as outline:
            found = {item.title: _place(pages, item) for item in outline.root}
            attached = next(item for item in outline.root if item.title == "附件")
            lengths = [_place(pages, item) for item in attached.children]
    assert "办理经过" in texts[found["办理经过"]]
    assert "哈希清单" in texts[found["哈希清单"]]
    assert f"{found['办理经过'] + 1}" in texts[1]
    assert [later - earlier for earlier, later in pairwise(lengths)] == [1, 3, 1]
    assert all(f"{place}/{len(pages)}" in text for place, text in enumerate(texts, 1))


def _place(pages: Sequence[pikepdf.Object], item: pikepdf.OutlineItem) -> int:
    assert isinstance(item.destination, pikepdf.Array)
    return [page.objgen for page in pages].index(item.destination[0].objgen)


def _one_page(pdf: pikepdf.Pdf, place: int) -> bytes:
    single, target = pikepdf.new(), BytesIO()
    single.pages.append(pdf.pages[place])
    single.save(target)
    return target.getvalue()


@pytest.mark.article("18.6")
async def test_of_three_copies_the_file_holds_one(house: FormsHouse) -> None:
    """The feedback form is handed in three times (art. 18.4); its file is bound once, under the hash of the issued one."""
    await _filed(house)
    content = (await house.ask("GET", PATH)).content
    text, item = pdf_text(content), await house.listed("feedback")
    assert item["pages"] == 3
    assert [text.count(f"一式三份第{place}份") for place in (1, 2, 3)] == [1, 0, 0]
    assert item["sha256"] in text


async def test_nothing_that_was_attached_acts(house: FormsHouse) -> None:
    """A script in an attached PDF doesn't come along."""
    await _filed(house)
    content = (await house.ask("GET", PATH)).content
    with pikepdf.open(BytesIO(content)) as pdf:
        assert "/OpenAction" not in pdf.Root
        assert not any("/JS" in obj for obj in pdf.objects if isinstance(obj, pikepdf.Dictionary))


@pytest.mark.article("17")
async def test_the_binder_of_a_confidential_case_leads_to_nobody(house: FormsHouse) -> None:
    """It is lent out: no name, number or address, and no attachment's pages, though the office's own copies had them."""
    await _filed(house, confidential=True)
    content = (await house.ask("GET", PATH)).content
    text = pdf_text(content)
    for secret in ("李淑珍", "13800138000", "善南街道", "lishuzhen"):
        assert secret not in text, secret
    assert "要求保密" in text


@pytest.mark.article("18.6")
async def test_a_binder_is_made_anew_only_when_something_came(house: FormsHouse) -> None:
    """Asked twice, the same binder; after another event, the next version, and the first is superseded."""
    await _filed(house)
    first = [(await house.ask("GET", PATH)).content for _ in range(2)]
    assert first[0] == first[1]
    before = await house.listed("binder")
    await house.hear(an_event(case.CaseDeadlineMissed, 9))
    assert (await house.ask("GET", PATH)).content != first[0]
    assert (await house.listed("binder"))["version"] == before["version"] + 1
    page = await house.ask("GET", f"/verify/{before['verify_code']}", None, headers={"Accept": "text/html"})
    assert "已被新的一份替代" in page.text


@pytest.mark.parametrize(
    ("who", "status"),
    [("handler", 200), ("office_leader", 200), ("auditor", 200), ("operator", 403), ("unit_leader", 403), (None, 401)],
)
async def test_who_may_have_the_binder(house: FormsHouse, who: str | None, status: int) -> None:
    """Handler, leader and auditor; nobody else, by whichever door."""
    await _filed(house)
    assert (await house.ask("GET", PATH)).status_code == 200
    item = await house.listed("binder")
    assert (await house.ask("GET", PATH, who)).status_code == status
    by_its_id = (await house.ask("GET", item["pdf"], who)).status_code
    assert by_its_id == {200: 200, 403: 404, 401: 401}[status]


async def test_no_case_has_no_binder(house: FormsHouse) -> None:
    """404."""
    assert (await house.ask("GET", "/forms/cases/2026-999999/binder.pdf")).status_code == 404
