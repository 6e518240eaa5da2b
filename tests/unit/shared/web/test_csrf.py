"""Which forms are taken, and which are not."""

import base64
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request
from starlette.responses import Response

from shared.web import csrf
from shared.web.csrf import CsrfFault, FormTokens, Origin
from shared.web.problems import Problem

NOW = datetime(2026, 11, 24, 2, 46, tzinfo=UTC)
TOKENS = FormTokens(b"k" * 32)
OURS = {"host": "tousu.example.gov.cn", "origin": "https://tousu.example.gov.cn"}


def request(scheme: str = "https", **headers: str) -> Request:
    """A posted form's request."""
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return Request(
        {"type": "http", "method": "POST", "scheme": scheme, "path": "/", "headers": raw, "query_string": b""}
    )


def fault(
    token: str, bound_to: str | None = "visitor", purpose: str = "web-form", now: datetime = NOW
) -> CsrfFault | None:
    """What is wrong with a token of the public form."""
    return TOKENS.fault(token, bound_to=bound_to, purpose=purpose, now=now)


@given(st.text(min_size=1), st.text())
def test_a_token_is_taken_back_for_what_it_was_made(bound_to: str, purpose: str) -> None:
    """Same visitor, same purpose, in time: nothing to object to."""
    token = TOKENS.issue(bound_to=bound_to, purpose=purpose, now=NOW)
    assert fault(token, bound_to, purpose) is None


@given(st.text(min_size=1), st.text(), st.text(min_size=1), st.text())
def test_a_token_serves_no_other_visitor_and_no_other_purpose(one: str, for_one: str, two: str, for_two: str) -> None:
    """Also not where the two parts run together to the same text."""
    token = TOKENS.issue(bound_to=one, purpose=for_one, now=NOW)
    expected = None if (one, for_one) == (two, for_two) else CsrfFault.NOT_OURS
    assert fault(token, two, for_two) is expected


@given(st.integers(0, 63), st.integers(1, 63))
def test_a_token_with_one_character_changed_is_not_ours(place: int, step: int) -> None:
    """Every character counts."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    token = TOKENS.issue(bound_to="visitor", purpose="web-form", now=NOW)
    other = alphabet[(alphabet.index(token[place]) + step) % 64]
    assert fault(token[:place] + other + token[place + 1 :]) is CsrfFault.NOT_OURS


@given(st.text(min_size=1))
def test_anything_else_is_not_a_token(text: str) -> None:
    """Junk is refused, and raises nothing."""
    assert fault(text) is CsrfFault.NOT_OURS


def test_a_token_lasts_twelve_hours() -> None:
    """One may think a long time about a complaint, but not for ever."""
    token = TOKENS.issue(bound_to="visitor", purpose="web-form", now=NOW)
    assert fault(token, now=NOW + timedelta(hours=12)) is None
    assert fault(token, now=NOW + timedelta(hours=12, seconds=1)) is CsrfFault.EXPIRED


def test_no_token_or_no_cookie_is_said_to_be_so() -> None:
    """An empty field and a browser without the cookie are the same fault."""
    token = TOKENS.issue(bound_to="visitor", purpose="web-form", now=NOW)
    assert fault("") is CsrfFault.NO_TOKEN
    assert fault(token, None) is CsrfFault.NO_TOKEN
    assert fault(token, "") is CsrfFault.NO_TOKEN


def test_a_token_differs_each_time_it_is_made() -> None:
    """Compression of the page can't be used to guess it (BREACH)."""
    made = {TOKENS.issue(bound_to="visitor", purpose="web-form", now=NOW) for _ in range(100)}
    assert len(made) == 100
    assert all(len(base64.urlsafe_b64decode(token)) == 48 for token in made)


def test_a_token_of_another_key_is_not_ours() -> None:
    """A new key ends every token of the old one."""
    token = FormTokens(b"x" * 32).issue(bound_to="visitor", purpose="web-form", now=NOW)
    assert fault(token) is CsrfFault.NOT_OURS


def test_a_short_key_is_refused() -> None:
    """32 bytes, the width of the hash."""
    with pytest.raises(ValueError, match="32 bytes"):
        FormTokens(b"short")


@pytest.mark.parametrize(
    ("headers", "origin"),
    [
        ({"sec_fetch_site": "same-origin"}, Origin.SAME),
        ({"sec_fetch_site": "none"}, Origin.SAME),
        ({"sec_fetch_site": "same-site"}, Origin.OTHER),
        ({"sec_fetch_site": "cross-site"}, Origin.OTHER),
        ({"sec_fetch_site": "same-origin", "host": "a", "origin": "null"}, Origin.SAME),
        ({"sec_fetch_site": "cross-site", **OURS}, Origin.OTHER),
        (OURS, Origin.SAME),
        ({**OURS, "origin": "http://tousu.example.gov.cn"}, Origin.SAME),
        ({**OURS, "origin": "https://evil.example"}, Origin.OTHER),
        ({**OURS, "origin": "https://tousu.example.gov.cn.evil.example"}, Origin.OTHER),
        ({**OURS, "origin": "https://evil.example/tousu.example.gov.cn"}, Origin.OTHER),
        ({**OURS, "origin": "null"}, Origin.OTHER),
        ({**OURS, "origin": ""}, Origin.OTHER),
        ({"host": "", "origin": ""}, Origin.OTHER),
        ({"host": "tousu.example.gov.cn"}, Origin.UNTOLD),
    ],
)
def test_the_browser_says_where_a_form_comes_from(headers: dict[str, str], origin: Origin) -> None:
    """Sec-Fetch-Site first, then Origin against Host; null is another's."""
    assert csrf.origin_of(request(**headers)) is origin


def test_a_form_from_elsewhere_is_refused_though_its_token_is_good() -> None:
    """Both must hold."""
    token = TOKENS.issue(bound_to="visitor", purpose="web-form", now=NOW)
    elsewhere = request(sec_fetch_site="cross-site")
    found = csrf.form_fault(elsewhere, TOKENS, token, bound_to="visitor", purpose="web-form", now=NOW)
    assert found is CsrfFault.OTHER_ORIGIN


def test_a_silent_browser_is_judged_by_its_token_on_the_public_form() -> None:
    """An old phone that names no origin can still complain."""
    token = TOKENS.issue(bound_to="visitor", purpose="web-form", now=NOW)
    silent = request(host="tousu.example.gov.cn")
    assert csrf.form_fault(silent, TOKENS, token, bound_to="visitor", purpose="web-form", now=NOW) is None


@pytest.mark.parametrize(
    "headers",
    [{"host": "a"}, {"host": "a", "origin": "null"}, {"sec_fetch_site": "cross-site"}],
    ids=["no origin", "null", "cross-site"],
)
def test_the_desk_wants_the_origin_told_and_ours(headers: dict[str, str]) -> None:
    """Where a session is at stake, silence is not enough: 403."""
    token = TOKENS.issue(bound_to="session", purpose="desk", now=NOW)
    with pytest.raises(Problem) as refused:
        csrf.require_form(request(**headers), TOKENS, token, bound_to="session", purpose="desk", now=NOW)
    assert (refused.value.status, refused.value.code) == (403, "form_other_origin")


def test_the_desk_takes_a_form_of_its_own_page() -> None:
    """Nothing is raised for the honest one, and 403 for the same without its token."""
    token = TOKENS.issue(bound_to="session", purpose="desk", now=NOW)
    csrf.require_form(request(**OURS), TOKENS, token, bound_to="session", purpose="desk", now=NOW)
    with pytest.raises(Problem) as refused:
        csrf.require_form(request(**OURS), TOKENS, "", bound_to="session", purpose="desk", now=NOW)
    assert refused.value.code == "form_no_token"


@pytest.mark.parametrize(("scheme", "name", "secure"), [("https", "__Host-visitor", True), ("http", "visitor", False)])
def test_the_visitors_cookie_is_for_this_host_alone_and_out_of_reach_of_scripts(
    scheme: str, name: str, secure: bool
) -> None:
    """``__Host-`` over https; on loopback without it, since a browser would refuse it there."""
    response = Response()
    csrf.remember_visitor(request(scheme), response, "abc")
    cookie = response.headers["set-cookie"]
    assert cookie.startswith(f"{name}=abc; ")
    assert {"HttpOnly", "Path=/", "SameSite=lax"} <= set(cookie.split("; "))
    assert ("Secure" in cookie) is secure
    assert "Domain" not in cookie
    assert csrf.visitor_of(request(scheme, cookie=f"{name}=abc")) == "abc"


def test_over_https_a_cookie_without_the_prefix_is_not_read() -> None:
    """A neighbouring host can plant a plain cookie, but never a ``__Host-`` one."""
    assert csrf.visitor_of(request("https", cookie="visitor=planted")) is None


def test_visitors_ids_are_drawn_anew() -> None:
    """128 bits each, never the same."""
    assert len({csrf.new_visitor() for _ in range(1000)}) == 1000
