"""The settings say which providers there are, and refuse what contradicts itself before anything is sent."""

from typing import Any

import pytest
from pydantic import ValidationError

from services.notify.settings import NotifySettings

SECRET = "a secret"
TWILIO = {"twilio_account_sid": "AC1", "twilio_auth_token": SECRET, "providers_abroad": True}
ALIYUN = {"aliyun_access_key_id": "id", "aliyun_access_key_secret": "s", "aliyun_templates": {"zh/receipt": "SMS_1"}}
TENCENT = {"tencent_secret_id": "id", "tencent_secret_key": "s", "tencent_app_id": "1"} | {
    "tencent_templates": {"zh/receipt": "1"}
}


def test_nothing_configured_is_nothing_sent() -> None:
    """The embedded default prints."""
    assert NotifySettings().text_providers == frozenset()


def test_all_three_can_stand_in_for_each_other() -> None:
    """With their weights, zero meaning only when the others are unwell."""
    given: dict[str, Any] = TWILIO | ALIYUN | TENCENT | {"sms_weights": {"aliyun": 3, "twilio": 0}}
    assert NotifySettings(**given).text_providers == {"twilio", "aliyun", "tencent"}


@pytest.mark.article("17")
@pytest.mark.parametrize(
    "wrong",
    [
        TWILIO | {"providers_abroad": False},
        TWILIO | {"twilio_auth_token": ""},
        ALIYUN | {"aliyun_access_key_secret": ""},
        ALIYUN | {"aliyun_templates": {}},
        TENCENT | {"tencent_app_id": ""},
        ALIYUN | {"sms_weights": {"twilio": 1}},
        ALIYUN | {"sms_weights": {"aliyun": -1}},
    ],
)
def test_half_an_account_or_a_provider_abroad_without_leave_stops_the_start(wrong: dict[str, Any]) -> None:
    """PIPL art. 36 among them; and the message never holds a secret."""
    with pytest.raises(ValidationError) as refused:
        NotifySettings(**wrong)
    assert SECRET not in str(refused.value)
