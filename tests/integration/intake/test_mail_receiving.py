"""What becomes of mails: complaints, supplements, bounces, notes, quarantine; each once, none dropped."""

from collections.abc import AsyncIterator

import pytest

from services.intake.domain.mail_class import MOST_ANSWERS_A_DAY, MailClass
from services.intake.mail_receiving import Arrival, MailTaken, receive_mail
from services.intake.store import tables
from shared.contracts.complaint import ComplaintReceived, ComplaintSupplemented
from shared.contracts.mail import MailBounced
from shared.contracts.tracking import show_tracking_code
from shared.contracts.values import DangerKind
from shared.reply_token import marked
from tests.parts import mails
from tests.parts.intake_door import House, intake_house

ZHANG = "zhang@example.cn"


@pytest.fixture
async def house(database_url: str) -> AsyncIterator[House]:
    """An intake on each database in turn."""
    async with intake_house(database_url) as opened:
        yield opened


async def take(house: House, raw: bytes, arrival: Arrival = Arrival("box", "1")) -> MailTaken:
    """Hand one mail in."""
    return await receive_mail(
        house.door,
        raw,
        received_by="inbox poller",
        received_at=house.clock(),
        own_addresses=house.own,
        arrival=arrival,
    )


def from_(address: str, subject: str = "Complaint", text: str = mails.COMPLAINT, *extra: bytes, mid: str = "2@x.cn"):
    """A mail by somebody, with a Message-ID of its own."""
    raw = mails.mail(text.encode(), subject=subject.encode(), sender=address.encode(), extra=extra)
    return raw.replace(b"<1@example.cn>", b"<" + mid.encode() + b">")


async def first(house: House) -> ComplaintReceived:
    """Zhang complains."""
    await take(house, from_(ZHANG, mid="first@example.cn"))
    found = (await house.told("complaint.received.v1"))[0]
    assert isinstance(found, ComplaintReceived)
    return found


def reply_subject(house: House, complaint: ComplaintReceived, to: str = ZHANG) -> str:
    """The subject that our answer had, replied to."""
    return "Re: " + marked("Complaint received", complaint.tracking_code, to, house.door.ring.index_key)


async def test_a_reply_to_our_mail_supplements_its_complaint(house: House) -> None:
    """The sealed mark of our subject brings more from the same person to the same matter, and no second complaint."""
    complaint = await first(house)
    taken = await take(house, from_(ZHANG, reply_subject(house, complaint), "补充：当天是下午三点。"))
    assert taken.mail_class is MailClass.SUPPLEMENT
    [told] = await house.told("complaint.supplemented.v1")
    assert isinstance(told, ComplaintSupplemented)
    assert told.complaint_id == complaint.complaint_id
    assert told.sender_verified
    assert "下午三点" in told.text
    assert await house.count(tables.submissions) == 1


async def test_a_reply_to_ones_own_mail_supplements_it(house: House) -> None:
    """A reference to the sender's own earlier mail is proof enough."""
    complaint = await first(house)
    reply = from_(ZHANG, "还有一点", "补充说明。", b"References: <first@example.cn>")
    taken = await take(house, reply)
    assert (taken.mail_class, taken.complaint_id) == (MailClass.SUPPLEMENT, complaint.complaint_id)


async def test_more_that_tells_of_danger_says_so(house: House) -> None:
    """What is added is looked through like a complaint; what it quotes of our answer is not."""
    complaint = await first(house)
    await take(house, from_(ZHANG, reply_subject(house, complaint), "再没有答复，我就从你们楼上跳下去。"))
    [told] = await house.told("complaint.supplemented.v1")
    assert isinstance(told, ComplaintSupplemented)
    assert [danger.kind for danger in told.hints.dangers] == [DangerKind.SELF_HARM]


async def test_a_strangers_reference_is_a_new_complaint(house: House) -> None:
    """Somebody else's mail that refers to it is new, with a hint for the office."""
    complaint = await first(house)
    await take(house, from_("li@example.cn", "我也要投诉", "一样的事。", b"In-Reply-To: <first@example.cn>"))
    second = (await house.told("complaint.received.v1"))[1]
    assert isinstance(second, ComplaintReceived)
    assert second.possible_duplicates == [complaint.complaint_id]


@pytest.mark.parametrize("seal", ["", "/0000000000"])
async def test_a_code_without_a_seal_that_holds_is_a_new_complaint(house: House, seal: str) -> None:
    """Another person's number in the subject discloses and joins nothing."""
    complaint = await first(house)
    subject = f"Re: [受理 {show_tracking_code(complaint.tracking_code)}{seal}]"
    taken = await take(house, from_("li@example.cn", subject))
    assert taken.mail_class is MailClass.NEW_COMPLAINT
    assert await house.told("complaint.supplemented.v1") == []


@pytest.mark.article("17")
async def test_the_right_mark_from_another_sender_is_unverified(house: House) -> None:
    """It is put before the office as unverified, and the sender learns nothing."""
    complaint = await first(house)
    taken = await take(house, from_("li@example.cn", reply_subject(house, complaint)))
    assert (taken.mail_class, taken.receipt) == (MailClass.SUPPLEMENT_UNVERIFIED, None)
    [told] = await house.told("complaint.supplemented.v1")
    assert isinstance(told, ComplaintSupplemented)
    assert not told.sender_verified


@pytest.mark.article("3")
async def test_two_mails_with_one_message_id_are_both_taken(house: House) -> None:
    """The second is a complaint of its own and names the first, whoever invented the id."""
    complaint = await first(house)
    await take(house, from_("li@example.cn", text="另一件事。", mid="first@example.cn"))
    second = (await house.told("complaint.received.v1"))[1]
    assert isinstance(second, ComplaintReceived)
    assert second.possible_duplicates == [complaint.complaint_id]
    rows = await house.rows(tables.mails, tables.mails.c.same_id_as.is_not(None))
    assert len(rows) == 1


async def test_one_mail_to_two_of_our_addresses_is_one_complaint(house: House) -> None:
    """Both arrivals stand beside it, with the addresses it was sent to."""
    raw = mails.mail(extra=[b"Cc: tousu@example.gov.cn"])
    await take(house, raw, Arrival("box one", "7"))
    again = await take(house, raw, Arrival("box two", "3"))
    assert again.repeated
    assert again.receipt is not None
    arrivals = await house.rows(tables.mail_arrivals)
    assert {(row.door, row.repeated) for row in arrivals} == {("box one", False), ("box two", True)}
    assert all(row.sent_to == ["intake@center.example", "tousu@example.gov.cn"] for row in arrivals)
    assert await house.count(tables.submissions) == 1


async def test_the_same_arrival_is_counted_once(house: House) -> None:
    """A mail that is fetched again after a crash, before the cursor was saved, is no second arrival."""
    for _ in range(2):
        await take(house, mails.mail(), Arrival("box", "7"))
    assert await house.count(tables.mail_arrivals) == 1


async def test_a_bounce_is_told_to_notify(house: House) -> None:
    """What came back is told with our return path and its code, and with no address of a person."""
    path = b"bounce+aaaaaaaaaaaaaaaaaaaaaaaaaa.bbbbbbbbbbbbbbbb@example.gov.cn"
    taken = await take(house, mails.bounce().replace(b"intake@center.example", path))
    assert taken.mail_class is MailClass.BOUNCE
    [told] = await house.told("mail.bounced.v1")
    assert isinstance(told, MailBounced)
    assert (told.failed, told.permanent, told.status) == (True, True, "5.1.1")
    assert told.returned_to == [path.decode()]
    assert "zhang" not in told.model_dump_json()


PROSE_BOUNCES = (
    ("无法发送到 zhang@163.example，5.1.1 用户不存在", (True, True, "5.1.1")),
    ("550 no such user here", (True, True, "5.0.0")),
    ("451 4.7.1 greylisted, we keep trying", (False, False, "4.7.1")),
    ("您的邮件被退回", (True, False, "")),
)


@pytest.mark.parametrize(("text", "said"), PROSE_BOUNCES)
async def test_a_bounce_in_prose_tells_whether_the_address_is_gone(
    house: House, text: str, said: tuple[bool, bool, str]
) -> None:
    """By its code where it has one; what came back without one has failed, perhaps for now."""
    extra = (b"Return-Path: <>",)
    taken = await take(house, from_("postmaster@qq.example", "退信：无法投递", text, *extra))
    assert taken.mail_class is MailClass.BOUNCE
    [told] = await house.told("mail.bounced.v1")
    assert isinstance(told, MailBounced)
    assert ((told.failed, told.permanent, told.status), told.standard) == (said, False)


async def test_a_file_that_is_not_what_it_says_is_evidence_under_a_name_that_warns(house: House) -> None:
    """Kept as it came; its type is that of its content, and its name opens nothing by a click."""
    program = mails.file_part(b"photo.jpg", b"MZ\x90\x00" + bytes(60), b"image/jpeg")
    picture = mails.file_part(b"scan.jpg", b"\xff\xd8\xff\xe0" + bytes(60), b"image/jpeg")
    await take(house, mails.multipart(mails.part(b"text/plain; charset=utf-8", "请看附件".encode()), program, picture))
    [told] = await house.told("complaint.received.v1")
    assert isinstance(told, ComplaintReceived)
    lying, honest = told.evidence
    assert lying.name.startswith("photo.jpg（慎开")
    assert not lying.name.endswith(".jpg")
    assert lying.media_type != "image/jpeg"
    assert (honest.name, honest.media_type) == ("scan.jpg", "image/jpeg")


async def test_a_delay_is_no_bounce(house: House) -> None:
    """A server that is still trying has not failed."""
    await take(house, mails.bounce(status=b"4.4.1", action=b"delayed"))
    [told] = await house.told("mail.bounced.v1")
    assert isinstance(told, MailBounced)
    assert not told.failed


async def test_machines_are_not_answered_by_a_machine(house: House) -> None:
    """A complaint from a robot's address is taken, and only a person may write back (RFC 3834)."""
    await take(house, from_("noreply@example.cn"))
    [told] = await house.told("complaint.received.v1")
    assert isinstance(told, ComplaintReceived)
    assert not told.complainant.machines_may_mail


async def test_the_daily_cap_stops_answers_and_not_complaints(house: House) -> None:
    """From the next mail of the same day on, complaints are taken but no machine answers."""
    for number in range(MOST_ANSWERS_A_DAY + 1):
        await take(house, from_(ZHANG, text=f"第{number}件事。", mid=f"{number}@x.cn"))
    told = await house.told("complaint.received.v1")
    may = [each.complainant.machines_may_mail for each in told if isinstance(each, ComplaintReceived)]
    assert may == [True] * MOST_ANSWERS_A_DAY + [False]
