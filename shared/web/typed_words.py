"""What somebody typed into a form that wasn't taken, to be shown back to them on the page that says so.

Law of this file: nothing typed is lost because a log-in ran out. It goes to its sender alone, on an answer that no one keeps,
and only where the form came from a page of ours; a secret is never shown, and nothing is stored or logged.
"""

from __future__ import annotations

from starlette.requests import Request

from shared.web.csrf import FIELD, Origin, origin_of
from shared.web.problems import Problem
from shared.web.sent_form import form_type, read_form

_OF_THE_PAGE = frozenset({FIELD, "idempotency_key", "version"})
_SECRETS = ("/login", "/account")
"""Where forms hold passwords and codes."""
_REFUSED = frozenset({401, 403})


async def typed_words(request: Request, problem: Problem) -> list[tuple[str, str]]:
    """The fields that hold words, by name; none where the form is another's, can't be read, or isn't what was refused."""
    if problem.status not in _REFUSED or not form_type(request) or request.url.path.startswith(_SECRETS):
        return []
    if origin_of(request) is not Origin.SAME:
        return []
    try:
        form = await read_form(request)
    except Problem:
        return []
    await form.close()
    pairs = [(name, value) for name, value in form.multi_items() if isinstance(value, str) and name not in _OF_THE_PAGE]
    return [(name, value) for name, value in pairs if value.strip()]
