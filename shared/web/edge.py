"""Puts the parts of this package around an application, in their order.

Law of this file: it only composes. From outside to inside: headers, HEAD as GET, number of the request, client's address, the
unforeseen, guessed codes, sizes; then the application with its problem handlers and the static files.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from fastapi import FastAPI
from starlette.middleware.gzip import GZipMiddleware

from shared.web.head_requests import HeadAsGet
from shared.web.pages import Pages
from shared.web.problem_answers import Problems, install_problem_handlers
from shared.web.rate_limits import GuessLimit, RateLimit
from shared.web.security import ClientAddress, Limits, RequestId, SecurityHeaders, SizeLimit, Unforeseen


@dataclass(frozen=True, slots=True)
class EdgePolicy:
    """What differs from one deployment to another: our proxies' networks, and how large requests may be."""

    trusted_proxies: Sequence[str] = ()
    limits: Limits = field(default_factory=Limits)
    guesses_a_minute: float = 0
    """Codes that one address may look up in vain; 0 for no limit."""


def install_web(app: FastAPI, pages: Pages, policy: EdgePolicy | None = None) -> Problems:
    """Make ``app`` answer as all our services do, and return the maker of problems for routes that need one."""
    policy = policy or EdgePolicy()
    problems = Problems(pages)
    install_problem_handlers(app, problems)
    app.router.routes.append(pages.static.route())
    # The last one added is the outermost.
    app.add_middleware(GZipMiddleware, minimum_size=1024, compresslevel=6)
    app.add_middleware(SizeLimit, problems=problems, limits=policy.limits)
    app.add_middleware(GuessLimit, problems=problems, limit=RateLimit(policy.guesses_a_minute))
    app.add_middleware(Unforeseen, problems=problems)
    app.add_middleware(ClientAddress, trusted=policy.trusted_proxies)
    app.add_middleware(RequestId)
    app.add_middleware(HeadAsGet)
    app.add_middleware(SecurityHeaders)
    return problems
