"""CVE-2023-5422 (OTRS): the certificates of mail servers were never looked at.

Against real servers: tests/contract/notify/test_smtp.py and tests/integration/intake/test_mailbox_faults.py.
"""

import ssl

import pytest

from tests.parts.compose import ROOT

WAYS_OUT = (
    "CERT_NONE",
    "check_hostname = False",
    "verify=False",
    "_create_unverified_context",
    "ssl=False",
    "validate_certs=False",
)


def test_certificates_are_looked_at_by_default():
    """The context that both mail clients use asks for a certificate and for the right name in it."""
    context = ssl.create_default_context()
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)


@pytest.mark.parametrize("way_out", WAYS_OUT)
def test_nobody_switches_it_off(way_out: str):
    """No line of the product makes a connection that believes anybody."""
    sources = [path for part in ("services", "shared") for path in (ROOT / part).rglob("*.py")]
    assert sources
    assert [path.name for path in sources if way_out in path.read_text("utf-8")] == []
