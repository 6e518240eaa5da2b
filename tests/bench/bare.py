"""The bare limit: the same server and the same validation, with nothing behind them. Run by uvicorn as ``tests.bench.bare:app``."""

from __future__ import annotations

from typing import Any

from services.intake.adapters.web_form import WebForm

ANSWER = b'{"taken": true}'
HEADERS = [(b"content-type", b"application/json"), (b"content-length", str(len(ANSWER)).encode())]


async def app(scope: Any, receive: Any, send: Any) -> None:
    """Validate the body and answer 201."""
    if scope["type"] != "http":
        return
    body, more = b"", True
    while more:
        message = await receive()
        body, more = body + message.get("body", b""), message.get("more_body", False)
    WebForm.model_validate_json(body)
    await send({"type": "http.response.start", "status": 201, "headers": HEADERS})
    await send({"type": "http.response.body", "body": ANSWER})
