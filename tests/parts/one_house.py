"""Serves a whole house for tests: ``python -m tests.parts.one_house``, the product's own composition with another clock.

The clock runs as fast as the machine's but from a working morning on, so that no test depends on the hour it runs at.
With ``DATABASES`` (JSON: service to address) each service gets a database of its own and a connection to the broker of
its own, as in a deployment; without, it is the embedded default.
"""

import json
import os
from datetime import UTC, datetime, timedelta

from services.__main__ import serve
from services.bootstrap import build
from shared.contracts.values import SERVICES
from shared.observability import configure_logging
from shared.service import Service
from shared.settings import Settings

SHIFT, DATABASES = "TEST_HOUSE_SHIFT_SECONDS", "TEST_HOUSE_DATABASES"


def _services(settings: Settings) -> list[Service]:
    shift = timedelta(seconds=float(os.environ.get(SHIFT, "0")))

    def clock() -> datetime:
        return datetime.now(UTC) + shift

    apart = json.loads(os.environ.get(DATABASES, "{}"))
    if not apart:
        return build(SERVICES, settings, clock=clock)
    own = {name: settings.model_copy(update={"database_url": url}) for name, url in apart.items()}
    return [service for name in SERVICES for service in build([name], own[name], clock=clock)]


if __name__ == "__main__":
    chosen = Settings()
    configure_logging("json")
    serve(_services(chosen), chosen)
