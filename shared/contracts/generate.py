"""Generate the published language for readers in other tongues: JSON Schemas and one AsyncAPI 3 document.

``python -m shared.contracts.generate`` writes ``generated/``; with ``--check`` it writes nothing and fails where the files
differ from the models. The topology comes in as data, so that the document shows who reads what.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from shared.contracts.catalogue import CATALOGUE, MessageType
from shared.contracts.envelope import CONTENT_TYPE, LARGEST_BODY, Envelope
from shared.messaging.topology import EXCHANGE, QUEUES, is_bound

FOLDER = Path(__file__).parent / "generated"


def documents() -> dict[str, dict[str, Any]]:
    """Every generated file by its name."""
    files = {f"{row.name}.json": _data_schema(row) for row in CATALOGUE}
    files["envelope.json"] = {**_schema_head("envelope"), **Envelope.model_json_schema()}
    files["asyncapi.json"] = _asyncapi()
    return files


def differences() -> list[str]:
    """Names of the files that are missing, superfluous or not what the models say."""
    wanted = {name: _text(content) for name, content in documents().items()}
    found = {path.name: path.read_text() for path in FOLDER.glob("*.json")}
    return sorted(name for name in wanted.keys() | found.keys() if wanted.get(name) != found.get(name))


def write() -> None:
    """Write all files and remove those that no model stands for any more."""
    FOLDER.mkdir(exist_ok=True)
    wanted = documents()
    for path in FOLDER.glob("*.json"):
        if path.name not in wanted:
            path.unlink()
    for name, content in wanted.items():
        (FOLDER / name).write_text(_text(content))


def _schema_head(name: str) -> dict[str, Any]:
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": f"urn:shouli:{name}"}


def _data_schema(row: MessageType) -> dict[str, Any]:
    return {**_schema_head(row.name), **row.model.model_json_schema()}


def _asyncapi() -> dict[str, Any]:
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Shouli: complaints, cases, deliveries and documents",
            "version": "1",
            "description": "CloudEvents 1.0 in structured JSON on one topic exchange. Where a message is sealed, data is a "
            "compact JWE (RFC 7516: dir, A256GCM) of the JSON that the schema describes.",
        },
        "defaultContentType": CONTENT_TYPE,
        "channels": {row.name: _channel(row) for row in CATALOGUE},
        "operations": _operations(),
        "components": {"messages": {row.name: _message(row) for row in CATALOGUE}},
    }


def _channel(row: MessageType) -> dict[str, Any]:
    return {
        "address": row.name,
        "messages": {row.name: {"$ref": f"#/components/messages/{row.name}"}},
        "bindings": {"amqp": {"is": "routingKey", "exchange": {"name": EXCHANGE, "type": "topic", "durable": True}}},
    }


def _operations() -> dict[str, Any]:
    operations: dict[str, Any] = {}
    for row in CATALOGUE:
        operations[f"{row.owner} sends {row.name}"] = {"action": "send", "channel": {"$ref": f"#/channels/{row.name}"}}
        for queue in QUEUES:
            if is_bound(queue, row.name):
                operations[f"{queue.service} receives {row.name}"] = {
                    "action": "receive",
                    "channel": {"$ref": f"#/channels/{row.name}"},
                    "bindings": {"amqp": {"ack": True}},
                }
    return operations


def _message(row: MessageType) -> dict[str, Any]:
    return {
        "name": row.name,
        "summary": (row.model.__doc__ or "").strip().splitlines()[0],
        "contentType": CONTENT_TYPE,
        "payload": {"$ref": "./envelope.json"},
        "x-data": {"$ref": f"./{row.name}.json"},
        "x-sealed": row.sealed,
        "x-largest-body-bytes": LARGEST_BODY,
    }


def _text(content: dict[str, Any]) -> str:
    return json.dumps(content, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def main() -> int:
    """Write, or with ``--check`` compare."""
    if "--check" not in sys.argv[1:]:
        write()
        return 0
    wrong = differences()
    if wrong:
        sys.stderr.write(f"contracts differ from the models: {', '.join(wrong)}; run: make contracts\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
