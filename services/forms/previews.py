"""The pages of a form as pictures within a page: marked as a preview or as issued, and kept nowhere."""

from __future__ import annotations

import asyncio
import base64

from services.forms.domain.definition import Form
from services.forms.domain.values import FormValues, Issue
from services.forms.print_room import PrintRoom


async def pictures(room: PrintRoom, form: Form, values: FormValues, issue: Issue) -> list[str]:
    """The pages of one copy as ``data:`` addresses (PNG), drawn in a worker thread. Raises WrongValues."""
    pages = await asyncio.to_thread(room.pdf.preview_png, form, values, issue)
    return [f"data:image/png;base64,{base64.b64encode(page).decode()}" for page in pages]
