"""Notify's settings, beyond the shared ones. Without any, messages are printed instead of sent."""

from __future__ import annotations

from pydantic import Field, model_validator

from shared.settings import Settings


class NotifySettings(Settings):
    """Environment prefix ``SHOULI_`` like all others."""

    twilio_account_sid: str = ""
    twilio_auth_token: str = ""
    twilio_previous_auth_token: str = Field(
        default="", description="still believed at the webhooks while tokens rotate"
    )
    twilio_messaging_service_sid: str = ""
    twilio_sender: str = Field(default="", description="E.164 number or sender id, where there is no messaging service")
    twilio_base_url: str = "https://api.twilio.com"
    aliyun_access_key_id: str = ""
    aliyun_access_key_secret: str = ""
    aliyun_templates: dict[str, str] = Field(
        default_factory=dict, description='JSON: our template to the approved id, {"zh/receipt": "SMS_1001"}'
    )
    tencent_secret_id: str = ""
    tencent_secret_key: str = ""
    tencent_app_id: str = ""
    tencent_templates: dict[str, str] = Field(default_factory=dict, description="JSON, as for Aliyun")
    sms_weights: dict[str, int] = Field(
        default_factory=dict,
        description='JSON: how often each text provider comes first, {"aliyun": 3, "tencent": 1}; default 1 each',
    )
    providers_abroad: bool = Field(
        default=False, description="PIPL art. 36: false refuses providers abroad, Twilio among them"
    )
    smtp_host: str = ""
    smtp_port: int = Field(default=465, ge=1, le=65535)
    smtp_tls: str = Field(default="implicit", pattern="^(implicit|starttls|none_on_this_machine)$")
    smtp_sender: str = ""
    smtp_username: str = ""
    smtp_password: str = ""

    @property
    def text_providers(self) -> frozenset[str]:
        """The names of the text providers that are configured."""
        given = {
            "twilio": self.twilio_account_sid,
            "aliyun": self.aliyun_access_key_id,
            "tencent": self.tencent_secret_id,
        }
        return frozenset(name for name, value in given.items() if value)

    @model_validator(mode="after")
    def _twilio_needs_leave(self) -> NotifySettings:
        if self.twilio_account_sid and not self.providers_abroad:
            raise ValueError(
                "SHOULI_TWILIO_ACCOUNT_SID is set but SHOULI_PROVIDERS_ABROAD is false: decide which holds"
            )
        if self.twilio_account_sid and not self.twilio_auth_token:
            raise ValueError("SHOULI_TWILIO_AUTH_TOKEN is missing")
        return self

    @model_validator(mode="after")
    def _whole_accounts(self) -> NotifySettings:
        if self.aliyun_access_key_id and not (self.aliyun_access_key_secret and self.aliyun_templates):
            raise ValueError("SHOULI_ALIYUN_ACCESS_KEY_SECRET or SHOULI_ALIYUN_TEMPLATES is missing")
        if self.tencent_secret_id and not (self.tencent_secret_key and self.tencent_app_id and self.tencent_templates):
            raise ValueError("SHOULI_TENCENT_SECRET_KEY, SHOULI_TENCENT_APP_ID or SHOULI_TENCENT_TEMPLATES is missing")
        unknown = sorted(set(self.sms_weights) - self.text_providers)
        if unknown or any(weight < 0 for weight in self.sms_weights.values()):
            raise ValueError(
                f"SHOULI_SMS_WEIGHTS names {', '.join(unknown) or 'a weight below 0'}: configured are "
                f"{', '.join(sorted(self.text_providers)) or 'none'}"
            )
        return self
