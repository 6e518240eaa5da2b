"""Pin the templates: add new versions to ``versions.json``; refuse where words changed without a new version."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from services.notify.domain.template_check import faults_in
from services.notify.templates import LOCALES, fingerprints_of, load_catalogue, pinned


def main() -> int:
    """Check and pin; 1 where something is wrong, and what."""
    catalogues = [load_catalogue(locale) for locale in LOCALES]
    now = {name: value for catalogue in catalogues for name, value in fingerprints_of(catalogue).items()}
    before = pinned()
    faults = [fault for catalogue in catalogues for fault in faults_in(catalogue)]
    faults += [
        f"{name}: the words changed, raise the version" for name in now if before.get(name, now[name]) != now[name]
    ]
    if faults:
        sys.stderr.write("\n".join(faults) + "\n")
        return 1
    path = Path(__file__).with_name("versions.json")
    path.write_text(json.dumps(before | now, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
