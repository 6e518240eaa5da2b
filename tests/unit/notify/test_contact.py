"""How people can be reached: the situation, the ladder, and the way they chose."""

from dataclasses import replace
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notify.domain.contact import CHOSEN, LADDERS, MANNED, Contact, Situation, contact_of, routes_for
from services.notify.domain.purposes import PURPOSES, Purpose
from shared.contracts.complaint import Complainant
from shared.contracts.values import ReplyBy, Route
from tests.parts.notify_cases import EVERYTHING_ELSE, GIVEN, a_complaint, a_contact


@pytest.mark.parametrize("situation", Situation)
def test_what_was_left_makes_the_situation(situation: Situation) -> None:
    """A mobile, a landline, an e-mail address, an address, nothing, or the wish to stay unnamed: each its situation."""
    assert a_contact(situation).situation is situation


@pytest.mark.parametrize("phone", ["+864001234567", "+8612345", "nonsense", "+86138"])
def test_a_number_that_is_nobody_s_does_not_count(phone: str) -> None:
    """A hotline's number, or one that is none, is as good as no number: the e-mail address decides."""
    assert a_contact(Situation.NOTHING, phone=phone).situation is Situation.NOTHING
    assert a_contact(Situation.EMAIL_ONLY, phone=phone).situation is Situation.EMAIL_ONLY


def test_an_address_that_may_not_go_does_not_count() -> None:
    """An e-mail address that can't be put on the wire is as good as none."""
    contact = a_contact(Situation.NOTHING, email='"a\r\n"@x.cn')
    assert contact.situation is Situation.NOTHING
    assert contact.address_for(Route.EMAIL) is None


@pytest.mark.article("14")
@pytest.mark.parametrize("situation", Situation)
@pytest.mark.parametrize("purpose", Purpose)
def test_there_is_always_a_way_and_each_rung_leads_somewhere(situation: Situation, purpose: Purpose) -> None:
    """Whoever complained, for every purpose: the ladder isn't empty, and there is an address on each of its rungs."""
    contact = a_contact(situation)
    rungs = routes_for(contact, purpose)
    assert rungs
    assert all(contact.address_for(route) for route in rungs)
    assert len(set(rungs)) == len(rungs)


@pytest.mark.parametrize("situation", Situation)
def test_with_everything_given_the_ladder_is_the_table_s(situation: Situation) -> None:
    """With e-mail and address given beside, a receipt climbs down exactly the ladder of its situation."""
    given_beside = (
        {} if situation in {Situation.EMAIL_ONLY, Situation.POST_ONLY, Situation.NOTHING} else EVERYTHING_ELSE
    )
    rungs = routes_for(a_contact(situation, **given_beside), Purpose.RECEIPT)
    full = situation not in {Situation.EMAIL_ONLY, Situation.POST_ONLY, Situation.NOTHING}
    assert rungs == (LADDERS[situation] if full else LADDERS[situation][: len(rungs)])


@pytest.mark.article("14")
@pytest.mark.parametrize("situation", [Situation.ANONYMOUS, Situation.NOTHING])
@pytest.mark.parametrize("purpose", Purpose)
def test_the_unnamed_find_the_answer_on_the_page(situation: Situation, purpose: Purpose) -> None:
    """An anonymous complaint is answered on the tracking page, and nowhere else even where a number was left."""
    assert routes_for(a_contact(situation), purpose) == (Route.TRACKING_PAGE,)


@pytest.mark.parametrize("purpose", Purpose)
def test_a_person_is_asked_only_for_what_is_worth_it(purpose: Purpose) -> None:
    """No call and no letter to announce what can stand on the tracking page; all others keep those rungs."""
    rungs = routes_for(a_contact(Situation.LANDLINE, address="枣庄市某路 1 号"), purpose)
    expected = (Route.CALL, Route.POST) if PURPOSES[purpose].worth_a_person else (Route.TRACKING_PAGE,)
    assert rungs == expected


@pytest.mark.parametrize("reply_by", ReplyBy)
@pytest.mark.parametrize("purpose", Purpose)
def test_the_chosen_way_comes_first(reply_by: ReplyBy, purpose: Purpose) -> None:
    """What a machine can do comes first as chosen; what needs a person only for answers of weight; nothing is lost."""
    contact = a_contact(Situation.MOBILE, reply_by=reply_by, **EVERYTHING_ELSE)
    rungs = routes_for(contact, purpose)
    unchosen = routes_for(replace(contact, reply_by=ReplyBy.TRACKING_PAGE), purpose)
    chosen = CHOSEN[reply_by]
    first = chosen in unchosen and (chosen not in MANNED or PURPOSES[purpose].by_choice)
    assert rungs[0] is (chosen if first else Route.SMS)
    assert set(rungs) == set(unchosen)


def test_a_way_that_was_chosen_and_not_given_is_not_there() -> None:
    """Who chose e-mail and left no address is reached by the number."""
    assert routes_for(a_contact(reply_by=ReplyBy.EMAIL), Purpose.RESULT)[0] is Route.SMS


def test_the_contact_is_folded_from_the_complaint() -> None:
    """What notify needs of ``complaint.received`` is taken as it is, and nothing of what was complained about."""
    person = Complainant(
        name="王某某", phone="+8613800000000", email="a@example.cn", confidential=True, reply_by=ReplyBy.SMS
    )
    complaint = a_complaint(complainant=person)
    contact = contact_of(complaint)
    assert (contact.complaint_id, contact.tracking_code) == (complaint.complaint_id, complaint.tracking_code)
    assert (contact.received_at, contact.respond_by) == (complaint.received_at, complaint.respond_by)
    for name in ("name", "phone", "email", "address", "anonymous", "confidential", "reply_by"):
        assert getattr(contact, name) == getattr(person, name)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_people_are_written_to_in_the_language_they_wrote_in(language: Literal["zh", "en"]) -> None:
    """Who filled in the English form gets English messages, and Chinese is what nobody has to choose."""
    person = Complainant(phone="+8613800000000", language=language)
    assert contact_of(a_complaint(complainant=person)).locale == language
    assert contact_of(a_complaint(complainant=Complainant())).locale == "zh"


@pytest.mark.article("17")
@given(name=st.text(min_size=3), address=st.text(min_size=3))
def test_a_contact_shows_nothing_of_the_person(name: str, address: str) -> None:
    """The repr of a contact holds neither name nor number nor address, so no log line and no traceback does."""
    bare = repr(a_contact(Situation.NOTHING, name=None))
    contact: Contact = a_contact(
        Situation.NOTHING, name=name, address=address, phone="+8613800000000", email="a@example.cn"
    )
    assert repr(contact) == bare


def test_every_situation_has_an_example() -> None:
    """The examples and the ladders cover all situations."""
    assert set(GIVEN) == set(Situation) == set(LADDERS)
