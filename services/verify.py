"""``shouli verify``: the auditor's command. Reads everything, changes nothing."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import replace

from services.bootstrap import present_key_ring
from services.workflow.anchoring import AnchorFolder, anchors_missing, load_public_key
from services.workflow.settings import WorkflowSettings
from services.workflow.store import tables
from services.workflow.verifying import Finding, Verified, frozen_faults, verify
from shared.originals import FolderOriginals
from shared.store.engine import open_engine
from shared.store.unit_of_work import Store


def run_verify(*, originals: bool) -> int:
    """Print the findings; 0 where there is none, 1 otherwise."""
    result = asyncio.run(_verify(WorkflowSettings(), with_originals=originals))
    for finding in result.findings:
        at = f" at place {finding.place}" if finding.place else ""
        sys.stdout.write(f"{finding.where}{at}: {finding.what}\n")
    sys.stdout.write(
        f"{result.cases} cases, {result.entries} entries, {result.originals} originals checked; "
        f"{len(result.findings)} findings\n"
    )
    return 1 if result.findings else 0


async def _verify(settings: WorkflowSettings, *, with_originals: bool) -> Verified:
    ring = present_key_ring(settings)
    engine = open_engine(settings.database_of("workflow"))
    store = Store(engine, tables.messages, ring)
    key = load_public_key(settings.anchor_key.with_suffix(".pub"))
    folder = AnchorFolder(settings.anchor_folder, key)
    try:
        anchors, broken = await asyncio.to_thread(folder.examine)
        missing = await anchors_missing(store, folder)
        originals = FolderOriginals(settings.originals_folder, ring) if with_originals else None
        result = await verify(store, anchors, ring=ring, originals=originals)
        frozen = await frozen_faults(store, key, anchors)
    finally:
        await engine.dispose()
    gone = (Finding(name, "the anchor was removed, though the database knows it") for name in missing)
    bad = (Finding(f"anchor {fault.file}", f"it {fault.what}") for fault in broken)
    return replace(result, findings=(*bad, *gone, *result.findings, *frozen))
