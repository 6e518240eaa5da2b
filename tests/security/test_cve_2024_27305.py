"""CVE-2024-27305 (aiosmtpd): one mail was taken for two (SMTP smuggling)."""

from importlib.metadata import version

from tests.parts.compose import ROOT


def test_the_server_that_tests_send_to_is_not_one_that_smuggles():
    """The tests' own server is of a release that is mended; the product takes no mail by SMTP and doesn't need it."""
    assert tuple(map(int, version("aiosmtpd").split(".")[:3])) >= (1, 4, 5)
    assert "aiosmtpd==" not in (ROOT / "requirements.lock").read_text("utf-8")
