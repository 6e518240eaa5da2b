"""Notify's settings, beyond the shared ones. Without any, messages are printed instead of sent."""

from __future__ import annotations

from pydantic import Field, model_validator

from shared.settings import Settings


class NotifySettings(Settings):
    """Environment prefix ``SHOULI_`` like all others."""

    twilio_account_sid: str = ""
    twilio_auth_token: str = ""
    twilio_messaging_service_sid: str = ""
    twilio_sender: str = Field(default="", description="E.164 number or sender id, where there is no messaging service")
    twilio_base_url: str = "https://api.twilio.com"
    providers_abroad: bool = Field(
        default=False, description="PIPL art. 36: false refuses providers abroad, Twilio among them"
    )
    smtp_host: str = ""
    smtp_port: int = Field(default=465, ge=1, le=65535)
    smtp_tls: str = Field(default="implicit", pattern="^(implicit|starttls|none_on_this_machine)$")
    smtp_sender: str = ""
    smtp_username: str = ""
    smtp_password: str = ""

    @model_validator(mode="after")
    def _twilio_needs_leave(self) -> NotifySettings:
        if self.twilio_account_sid and not self.providers_abroad:
            raise ValueError(
                "SHOULI_TWILIO_ACCOUNT_SID is set but SHOULI_PROVIDERS_ABROAD is false: decide which holds"
            )
        if self.twilio_account_sid and not self.twilio_auth_token:
            raise ValueError("SHOULI_TWILIO_AUTH_TOKEN is missing")
        return self
