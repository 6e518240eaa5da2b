"""What a message may contain."""

import pytest
from pydantic import ValidationError

from services.notify.domain.occasions import Occasion
from services.notify.domain.parameters import SAYS, Parameters, parameters_for
from services.notify.domain.plan import NOTICES, Notice
from services.notify.domain.purposes import Audience, Purpose
from tests.parts.notify_cases import CODE, a_contact, an_event

ROWS = [(occasion, notice) for occasion, notices in NOTICES.items() for notice in notices]


@pytest.mark.article("17")
@pytest.mark.parametrize(
    "field", ["staff", "window", "desk_number", "target", "name", "phone", "facts", "findings", "complainant", "advice"]
)
def test_there_is_no_field_for_people(field: str) -> None:
    """A parameter about the person complained of, the complainant or the facts is refused by the schema."""
    with pytest.raises(ValidationError, match="extra_forbidden"):
        Parameters.model_validate({"tracking_code": CODE, field: "李某某"})


def test_a_refused_value_is_not_repeated() -> None:
    """The error of a refused parameter doesn't hold its value, which may name somebody."""
    with pytest.raises(ValidationError) as refused:
        Parameters.model_validate({"tracking_code": "李某某", "staff": "李某某"})
    assert "李某某" not in str(refused.value)


@pytest.mark.parametrize(("occasion", "notice"), ROWS)
def test_a_message_says_what_its_purpose_may(occasion: Occasion, notice: Notice) -> None:
    """Each message carries what its purpose says, taken from the event and the contact, and nothing else."""
    said = parameters_for(notice.purpose, notice.audience, an_event(occasion), a_contact(), neutral=False)
    given = set(said.model_dump(exclude_none=True))
    assert given <= SAYS[notice.purpose] | {"tracking_code"}
    missing = SAYS[notice.purpose] - given
    assert not missing, f"{occasion} doesn't give {missing}"


@pytest.mark.parametrize(("occasion", "notice"), ROWS)
def test_free_words_do_not_show(occasion: Occasion, notice: Notice) -> None:
    """The repr of the parameters holds none of the free text out of the case."""
    shown = repr(parameters_for(notice.purpose, notice.audience, an_event(occasion), a_contact(), neutral=False))
    for words in ("李某某", "正在行政复议", "向人民法院提出", "12315", "市税务局"):
        assert words not in shown


@pytest.mark.article("17")
@pytest.mark.parametrize(("occasion", "notice"), ROWS)
def test_a_neutral_message_says_nothing(occasion: Occasion, notice: Notice) -> None:
    """To a complainant a neutral message carries the code alone; staff are told what they are told of any case."""
    said = parameters_for(notice.purpose, notice.audience, an_event(occasion), a_contact(), neutral=True)
    if notice.audience is Audience.COMPLAINANT:
        assert said.model_dump(exclude_none=True) == {"tracking_code": CODE}
    else:
        assert said == parameters_for(notice.purpose, notice.audience, an_event(occasion), a_contact(), neutral=False)


def test_every_purpose_says_something() -> None:
    """The table has a row for each purpose, and names only parameters that exist."""
    assert set(SAYS) == set(Purpose)
    assert {name for names in SAYS.values() for name in names} <= set(Parameters.model_fields)
