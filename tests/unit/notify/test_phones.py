"""Phone numbers: what kind each is, what can be done with it, and what its country's carriers let through."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notify.domain.phones import COUNTRY_RULES, MAINLAND, SHAPES, PhoneKind, country_rules, shape_of

NUMBERS: dict[str, PhoneKind] = {
    "+8613800000000": PhoneKind.CN_MOBILE,
    "+8619912345678": PhoneKind.CN_MOBILE,
    "+8617012345678": PhoneKind.CN_VIRTUAL,
    "+8617112345678": PhoneKind.CN_VIRTUAL,
    "+8616712345678": PhoneKind.CN_VIRTUAL,
    "+866323312345": PhoneKind.CN_LANDLINE,
    "+861065123456": PhoneKind.CN_LANDLINE,
    "+861082345678": PhoneKind.CN_LANDLINE,
    "+862123456789": PhoneKind.CN_LANDLINE,
    "+869512345678": PhoneKind.CN_LANDLINE,
    "+864001234567": PhoneKind.CN_SERVICE,
    "+868008101234": PhoneKind.CN_SERVICE,
    "+8695588": PhoneKind.CN_SERVICE,
    "+8612345": PhoneKind.CN_SERVICE,
    "+86110": PhoneKind.CN_SERVICE,
    "+85251234567": PhoneKind.HMT_MOBILE,
    "+85361234567": PhoneKind.HMT_MOBILE,
    "+886912345678": PhoneKind.HMT_MOBILE,
    "+85221234567": PhoneKind.HMT_LANDLINE,
    "+85328123456": PhoneKind.HMT_LANDLINE,
    "+886223456789": PhoneKind.HMT_LANDLINE,
    "+4915123456789": PhoneKind.FOREIGN,
    "+12025550123": PhoneKind.FOREIGN,
    "+8613800000": PhoneKind.INVALID,
    "+86": PhoneKind.INVALID,
    "+852": PhoneKind.INVALID,
    "13800000000": PhoneKind.INVALID,
    "+0123456789": PhoneKind.INVALID,
    "+8613800000000\n": PhoneKind.INVALID,
    "+86１３８00000000": PhoneKind.INVALID,
    "": PhoneKind.INVALID,
}


@pytest.mark.parametrize(("number", "kind"), NUMBERS.items())
def test_a_number_is_of_its_kind(number: str, kind: PhoneKind) -> None:
    """Mobiles, resellers, offices, landlines and numbers from elsewhere are told apart."""
    assert shape_of(number).kind is kind


def test_every_kind_has_an_example() -> None:
    """No kind is left untested."""
    assert set(NUMBERS.values()) == set(PhoneKind)


TEXTS = {PhoneKind.CN_MOBILE, PhoneKind.HMT_MOBILE, PhoneKind.FOREIGN}
CALLS = set(PhoneKind) - {PhoneKind.CN_SERVICE, PhoneKind.INVALID}


@pytest.mark.parametrize("number", NUMBERS)
def test_texts_go_to_mobiles_and_calls_to_people(number: str) -> None:
    """A landline, a reseller's number and an office get no text; an office and a number that is none get no call."""
    shape = shape_of(number)
    assert shape.takes_texts is (shape.kind in TEXTS)
    assert shape.can_be_called is (shape.kind in CALLS)


@given(text=st.text(max_size=30) | st.from_regex(r"\+[0-9]{0,20}"))
def test_whatever_it_is_it_is_of_one_kind(text: str) -> None:
    """Any text at all is of some kind, found by the first row that fits, and nothing raises."""
    assert shape_of(text) in SHAPES


@pytest.mark.parametrize(
    ("number", "place"),
    [("+8613800000000", "中国内地"), ("+85251234567", "香港"), ("+12025550123", "其他"), ("nonsense", "中国内地")],
)
def test_a_number_has_its_country_s_rules(number: str, place: str) -> None:
    """A number is judged by its country; what is no number by the strictest."""
    assert country_rules(number).place == place


def test_no_country_is_stricter_than_the_mainland() -> None:
    """Whatever passes the mainland's rules passes everywhere, so one check of the templates is enough."""
    for rules in COUNTRY_RULES:
        assert rules.largest_segments >= MAINLAND.largest_segments
        assert rules.largest_characters >= MAINLAND.largest_characters
    assert not MAINLAND.links
    assert not MAINLAND.phone_numbers
