"""Files that come with the public form or a desk: read from disk one at a time, kept where they are allowed, named where not.

Law of this file: a file that is refused refuses no other, and its name is told with what is wrong with it; what the page
says about size and number is what is enforced here.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from dataclasses import field as attribute

from starlette.datastructures import FormData, UploadFile

from services.intake.handlers import Original, keep
from services.intake.ports import Door
from services.intake.readers.content_type import sniff_media_type
from services.intake.web.kept_files import KeptFiles
from services.intake.web.views import FileRules
from shared.contracts.complaint import Evidence
from shared.web.problems import FieldFault

MEGABYTE = 1024 * 1024
FILES = FileRules(each_bytes=10 * MEGABYTE, count=10, total_bytes=60 * MEGABYTE)
DESK_FILES = FileRules(
    each_bytes=10 * MEGABYTE, count=10, total_bytes=24 * MEGABYTE, accept="image/*,application/pdf,audio/*"
)
"""A scan of the paper, a photo of what a visitor brought. Together less than a desk's request may hold."""
_AT_ONCE = asyncio.Semaphore(4)
"""Files in memory at once, whoever sends them: each is read whole to be encrypted."""


@dataclass(slots=True)
class Received:
    """What came: the files kept, and the faults of those that were not."""

    evidence: list[Evidence] = attribute(default_factory=list)
    faults: list[FieldFault] = attribute(default_factory=list)

    @property
    def too_large(self) -> bool:
        """Whether a size is what is wrong."""
        return any(fault.code in ("file_too_large", "files_too_large") for fault in self.faults)


def known_files(kept: KeptFiles, fields: FormData, visitor: str) -> list[Evidence]:
    """Files that came with an earlier try, but for those the visitor takes back."""
    dropped = set(map(str, fields.getlist("drop")))
    tokens = [str(token) for token in fields.getlist("kept") if str(token) not in dropped]
    return [found for token in tokens[: FILES.count] if (found := kept.find(token, visitor))]


async def receive_files(
    door: Door, known: list[Evidence], fields: FormData, *, rules: FileRules = FILES, field: str = "evidence"
) -> Received:
    """Keep what is allowed of the files in a field; name what isn't. Raises OSError where the disk is full."""
    received = Received(list(known))
    for upload in fields.getlist(field):
        if not isinstance(upload, UploadFile) or not upload.filename:
            continue
        fault = _fault_before(upload.filename, upload.size or 0, received.evidence, rules)
        if fault is None:
            fault = await _take(door, upload, upload.filename, received)
        if fault is not None:
            received.faults.append(replace(fault, name=field))
    return received


async def _take(door: Door, upload: UploadFile, name: str, received: Received) -> FieldFault | None:
    async with _AT_ONCE:
        content = await upload.read()
        found = sniff_media_type(content)
        if not found.allowed:
            return _fault("file_kind", f"“{name}”不是可收的类型，没有收下", f"“{name}” is of a kind that isn't taken")
        received.evidence += await keep(door, [Original(name, found.media_type, content)])
        return None


def _fault_before(name: str, size: int, so_far: list[Evidence], rules: FileRules) -> FieldFault | None:
    """What can be said without opening the file."""
    each, total = rules.each_bytes // MEGABYTE, rules.total_bytes // MEGABYTE
    if not size:
        return _fault("file_empty", f"“{name}”是空的，没有收下", f"“{name}” is empty and was not taken")
    if size > rules.each_bytes:
        return _fault(
            "file_too_large", f"“{name}”超过 {each} MB，没有收下", f"“{name}” has over {each} MB and was not taken"
        )
    if len(so_far) >= rules.count:
        return _fault(
            "too_many_files",
            f"最多 {rules.count} 个文件，“{name}”没有收下",
            f"At most {rules.count} files; “{name}” was not taken",
        )
    if size + sum(item.size for item in so_far) > rules.total_bytes:
        return _fault(
            "files_too_large",
            f"文件合计不能超过 {total} MB，“{name}”没有收下",
            f"At most {total} MB together; “{name}” was not taken",
        )
    return None


def _fault(code: str, chinese: str, english: str) -> FieldFault:
    return FieldFault("evidence", code, chinese, english)
