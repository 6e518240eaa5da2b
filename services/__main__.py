"""``python -m services [intake|workflow|notify|forms …]``: the named services in one process, or all four."""

from __future__ import annotations

import gc
import sys
from collections.abc import Sequence

import uvicorn

from services.bootstrap import build
from shared.contracts.values import SERVICES
from shared.observability import configure_logging
from shared.service import Service
from shared.settings import Settings
from shared.web.app import make_app


def main(names: Sequence[str]) -> None:
    """Serve until told to stop (SIGTERM drains)."""
    unknown = [name for name in names if name not in SERVICES]
    if unknown:
        raise SystemExit(f"unknown service {unknown[0]!r}; there are {', '.join(SERVICES)}")
    settings = Settings()
    configure_logging(settings.log_format)
    serve(build(names or tuple(SERVICES), settings), settings)


def serve(services: Sequence[Service], settings: Settings) -> None:
    """Serve these until SIGTERM or Ctrl+C; what is under way is finished first, for at most 20 s."""
    app = make_app(services, settings)
    gc.freeze()  # what is there now stays: no collection of garbage need walk through these hundreds of thousands of objects
    uvicorn.run(
        app,
        host=settings.host,
        port=settings.port,
        loop="uvloop",
        http="httptools",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=20,
    )


if __name__ == "__main__":
    main(sys.argv[1:])
