"""What belongs together is tested by one worker."""

import pytest

from tests.parts.scheduling import walks_through_the_great_houses


@pytest.mark.parametrize(
    ("file", "together"),
    [
        ("tests/e2e/test_seven_channels.py", True),
        ("tests/e2e/test_split_letter.py", True),
        ("tests/e2e/test_deployment.py", False),
        ("tests/e2e/web/test_desks.py", False),
        ("tests/security/test_cve_2005_3895.py", False),
    ],
)
def test_who_walks_through_the_great_houses_is_found_by_what_the_tests_ask_for(file: str, *, together: bool):
    """Those that ask for a house of the whole run; not those that have one of their own, nor others' fixtures of that name."""
    assert walks_through_the_great_houses(file) is together
