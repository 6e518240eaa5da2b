"""Whatever one service says, another reads the same, and nobody on the way reads what is personal."""

import base64
import json
from datetime import UTC, datetime, timedelta, timezone
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.contracts.catalogue import BY_MODEL, BY_NAME, CATALOGUE, MessageType
from shared.contracts.complaint import ComplaintSupplemented, Source
from shared.contracts.envelope import LARGEST_BODY, Malformed, read_envelope, unwrap, wrap
from shared.contracts.values import Channel, new_id
from shared.sealing import CannotOpen, new_key_ring
from tests.parts.contract_samples import MOMENTS, models

RING = new_key_ring()
NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
CANARY = "张三丰13912345678"
SEALED = [row for row in CATALOGUE if row.sealed]
FEW = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def supplement(text: str) -> ComplaintSupplemented:
    """A sealed message with this text."""
    return ComplaintSupplemented(
        complaint_id=uuid4(),
        supplement_id=uuid4(),
        channel=Channel.WEB,
        received_at=NOW,
        received_by="web",
        sender_verified=False,
        text=text,
        source=Source(kind="web_form"),
    )


@pytest.mark.parametrize("row", CATALOGUE, ids=lambda row: row.name)
@FEW
@given(data=st.data())
def test_every_message_comes_back_as_it_went(row: MessageType, data: st.DataObject):
    """Wrapped, read and unwrapped, any message of any type equals the first, with its envelope's attributes."""
    message = data.draw(models(row.model))
    subject, sequence = data.draw(st.uuids()), data.draw(st.integers(0, 2**40))
    envelope, body = wrap(message, subject=subject, now=NOW, sealer=RING, sequence=sequence, traceparent="00-a-b-01")
    read = read_envelope(body)
    assert read == envelope
    assert unwrap(read, RING) == message
    assert (read.type, read.source, read.subject, read.sequence) == (row.name, f"/{row.owner}", str(subject), sequence)
    assert (read.time, read.traceparent, read.specversion) == (NOW, "00-a-b-01", "1.0")


@pytest.mark.parametrize("row", SEALED, ids=lambda row: row.name)
@settings(max_examples=8, deadline=None)
@given(data=st.data())
def test_a_sealed_message_holds_no_clear_text(row: MessageType, data: st.DataObject):
    """No text that a person wrote is found in the bytes of a sealed message, as it is or in base 64."""
    message = data.draw(models(row.model, st.just(CANARY)))
    _, body = wrap(message, subject=uuid4(), now=NOW, sealer=RING)
    assert json.loads(body)["datacontenttype"] == "application/jose"
    plain, escaped = CANARY.encode(), json.dumps(CANARY).encode()
    pieces = [base64.b64encode(plain[start:])[4:-4] for start in range(3)]
    assert not any(piece in body for piece in (plain, escaped, CANARY[3:].encode(), *pieces))


@pytest.mark.parametrize("row", [row for row in CATALOGUE if not row.sealed], ids=lambda row: row.name)
def test_an_open_type_has_no_field_for_a_person(row: MessageType):
    """What travels in clear names no person and quotes nobody: such a field moves its type among the sealed."""
    personal = {
        "name",
        "phone",
        "email",
        "address",
        "text",
        "facts",
        "demand",
        "advice",
        "opinion",
        "findings",
        "result",
    }
    assert not personal & row.model.model_fields.keys()


@given(shift=st.integers(-14 * 60, 14 * 60), moment=MOMENTS)
def test_times_are_carried_in_utc(shift: int, moment: datetime):
    """Whatever zone a moment is given in, it travels as the same moment in UTC."""
    told = moment.astimezone(timezone(timedelta(minutes=shift)))
    message = supplement("x").model_copy(update={"received_at": told})
    back = unwrap(read_envelope(wrap(message, subject=uuid4(), now=told, sealer=RING)[1]), RING)
    assert isinstance(back, ComplaintSupplemented)
    assert back.received_at == moment
    assert back.received_at.utcoffset() == timedelta(0)


def test_a_body_over_the_limit_is_never_built():
    """A message whose bytes pass 256 KiB raises and names its size, not its content; one below passes."""
    wrap(supplement("x" * 190_000), subject=uuid4(), now=NOW, sealer=RING)
    with pytest.raises(Malformed) as raised:
        wrap(supplement(CANARY * 15_000), subject=uuid4(), now=NOW, sealer=RING)
    assert str(LARGEST_BODY) in str(raised.value)
    assert CANARY not in str(raised.value)


GOOD = json.loads(wrap(supplement(CANARY), subject=uuid4(), now=NOW, sealer=RING)[1])


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\x00",
        b"\xff\xfe",
        b"null",
        b"[]",
        b"[" * 200_000,
        CANARY.encode(),
        json.dumps({**GOOD, "specversion": "0.3"}).encode(),
        json.dumps({**GOOD, "id": CANARY}).encode(),
        json.dumps({**GOOD, "time": "2026-11-23T10:00:00"}).encode(),
        json.dumps({**GOOD, "sequence": -1}).encode(),
        json.dumps({**GOOD, "type": "complaint.received.v9"}).encode(),
        json.dumps({**GOOD, "type": CANARY}).encode(),
        json.dumps({key: value for key, value in GOOD.items() if key != "type"}).encode(),
    ],
    ids=range(14),
)
def test_what_is_no_envelope_is_malformed_and_is_not_quoted(body: bytes):
    """Bytes that are not an envelope of the catalogue raise Malformed, with a reason that repeats none of them."""
    with pytest.raises(Malformed) as raised:
        read_envelope(body)
    assert CANARY not in str(raised.value)


@given(st.binary(max_size=200))
def test_any_bytes_are_an_envelope_or_malformed(body: bytes):
    """Nothing else is ever raised by reading."""
    with pytest.raises(Malformed):
        read_envelope(body)


@pytest.mark.parametrize("data", [None, 7, "", CANARY, "a.b.c.d.e", {"text": CANARY}, ["x"], "." * 100])
def test_a_sealed_type_with_other_data_cannot_be_opened(data: object):
    """Data that is no token of ours raises CannotOpen, and the reason doesn't repeat it."""
    envelope = read_envelope(json.dumps({**GOOD, "data": data}).encode())
    with pytest.raises(CannotOpen) as raised:
        unwrap(envelope, RING)
    assert CANARY not in str(raised.value)


def test_a_token_moved_into_another_type_does_not_fit_there():
    """Sealed data under the wrong type is malformed, unless it is data of that type too."""
    envelope = read_envelope(json.dumps({**GOOD, "type": "complaint.received.v1"}).encode())
    with pytest.raises(Malformed, match="does not fit"):
        unwrap(envelope, RING)


def test_a_field_that_a_newer_writer_adds_is_passed_over():
    """Readers are tolerant: an unknown attribute or field is no fault."""
    plain = json.loads(RING.open(GOOD["data"]))
    token = RING.seal(json.dumps({**plain, "added_in_v2": 1}).encode())
    envelope = read_envelope(json.dumps({**GOOD, "data": token, "partitionkey": "x"}).encode())
    assert unwrap(envelope, RING) == ComplaintSupplemented.model_validate(plain)


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"])
def test_a_moment_outside_the_calendar_is_malformed(moment: str):
    """A moment that doesn't exist in UTC is a fault of its writer, not a crash of the reader."""
    plain = json.loads(RING.open(GOOD["data"]))
    token = RING.seal(json.dumps({**plain, "received_at": moment}).encode())
    with pytest.raises(Malformed):
        unwrap(read_envelope(json.dumps({**GOOD, "data": token}).encode()), RING)


def test_names_and_models_of_the_catalogue_are_unique():
    """Every type has one model and every model one type, with a version."""
    assert len(BY_NAME) == len(BY_MODEL) == len(CATALOGUE)
    assert all(row.name.endswith(".v1") for row in CATALOGUE)


def test_ids_are_ordered_by_the_time_of_their_making():
    """Ids are UUIDv7: unique, and in order, so that indexes stay dense."""
    made = [new_id() for _ in range(5000)]
    assert len(set(made)) == 5000
    assert made == sorted(made)
    assert {each.version for each in made} == {7}
