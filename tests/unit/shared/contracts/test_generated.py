"""The files for readers in other tongues say what the models say."""

import json
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from shared.contracts.catalogue import CATALOGUE, MessageType
from shared.contracts.envelope import wrap
from shared.contracts.generate import FOLDER, differences
from shared.messaging.topology import QUEUES, is_bound
from shared.sealing import new_key_ring
from tests.parts.contract_samples import models

ASYNCAPI = json.loads((FOLDER / "asyncapi.json").read_text())


def test_the_files_are_those_of_the_models():
    """`make contracts` was run after the last change."""
    assert differences() == []


def references(node: Any) -> list[str]:
    """Every ``$ref`` in a document."""
    if isinstance(node, dict):
        own = [node["$ref"]] if isinstance(node.get("$ref"), str) else []
        return own + [ref for value in node.values() for ref in references(value)]
    return [ref for value in node for ref in references(value)] if isinstance(node, list) else []


def resolved(ref: str, document: Any) -> Any:
    """What a reference points at; KeyError or FileNotFoundError where at nothing."""
    file, _, path = ref.partition("#")
    target = json.loads((FOLDER / file).read_text()) if file else document
    for step in filter(None, path.split("/")):
        target = target[step.replace("~1", "/").replace("~0", "~")]
    return target


@pytest.mark.parametrize("file", sorted(FOLDER.glob("*.json")), ids=lambda path: path.name)
def test_every_reference_points_at_something(file: Any):
    """No reference of any generated file is dangling."""
    document = json.loads(file.read_text())
    for ref in references(document):
        assert resolved(ref, document) is not None, ref
    for message in document.get("components", {}).get("messages", {}).values():
        assert resolved(message["x-data"]["$ref"], document) is not None


def test_the_asyncapi_document_names_who_sends_and_who_reads():
    """Each type is a channel with one sender, and one receiver for each queue bound to it."""
    assert ASYNCAPI["asyncapi"] == "3.0.0"
    assert set(ASYNCAPI["channels"]) == {row.name for row in CATALOGUE}
    readers = {
        f"{queue.service} receives {row.name}" for queue in QUEUES for row in CATALOGUE if is_bound(queue, row.name)
    }
    assert set(ASYNCAPI["operations"]) == readers | {f"{row.owner} sends {row.name}" for row in CATALOGUE}


@pytest.mark.parametrize("row", CATALOGUE, ids=lambda row: row.name)
@settings(max_examples=10, deadline=None)
@given(data=st.data())
def test_what_a_model_writes_its_schema_accepts(row: MessageType, data: st.DataObject):
    """Any message of ours is valid by the published schemas, its data and its envelope."""
    message = data.draw(models(row.model))
    schema = json.loads((FOLDER / f"{row.name}.json").read_text())
    Draft202012Validator(schema).validate(message.model_dump(mode="json"))
    _, body = wrap(message, subject=uuid4(), now=datetime(2026, 11, 23, tzinfo=UTC), sealer=new_key_ring())
    Draft202012Validator(json.loads((FOLDER / "envelope.json").read_text())).validate(json.loads(body))
