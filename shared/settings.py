"""Settings from the environment: prefix ``SHOULI_``, secrets also by file (``SHOULI_X_FILE`` holds the path of the value).

Law of this file: every setting has a type, a default that is safe on one machine, and a meaning that is used somewhere. A
wrong value stops the start with one line that names it. The embedded default needs none of them.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from shared.contracts.values import Role

PREFIX = "SHOULI_"


class SecretFiles(PydanticBaseSettingsSource):
    """Reads ``SHOULI_X`` from the file that ``SHOULI_X_FILE`` names, as container secrets come."""

    def get_field_value(self, field: Any, field_name: str) -> tuple[Any, str, bool]:
        """One field's value, if its file is named. Raises ValueError naming the variable whose file can't be read."""
        variable = f"{PREFIX}{field_name.upper()}_FILE"
        path = os.environ.get(variable)
        try:
            value = Path(path).read_text().strip() if path else None
            return self.prepare_field_value(field_name, field, value, value_is_complex=False), field_name, False
        except (OSError, ValueError) as fault:  # ValueError: not UTF-8, or not the JSON that this setting is
            raise ValueError(f"{variable} names {path}, which can't be read: {type(fault).__name__}") from fault

    def __call__(self) -> dict[str, Any]:
        """All fields whose file is named."""
        found = {name: self.get_field_value(field, name)[0] for name, field in self.settings_cls.model_fields.items()}
        return {name: value for name, value in found.items() if value is not None}


class OidcSeat(BaseModel):
    """What a value of the provider's claim makes of a person."""

    model_config = ConfigDict(extra="forbid")

    role: Role
    unit: str | None = None


class Settings(BaseSettings):
    """What all services share."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="ignore")

    data_dir: Path = Field(default=Path("var"), description="databases, originals and keys of the embedded default")
    database_url: str | None = Field(
        default=None, description="this service's own database; default: SQLite in data_dir"
    )
    identity_database_url: str | None = Field(
        default=None, description="accounts and tokens; default: SQLite in data_dir"
    )
    broker_url: str | None = Field(default=None, description="amqp(s)://…; default: the embedded transport")
    keys_path: Path | None = Field(
        default=None, description="the key ring; default: data_dir/keys.json, made on first start"
    )
    kms_url: str = Field(default="", description="key management service that wraps the key ring; empty: none")
    kms_key: str = Field(default="shouli", description="the service's key")
    kms_token: str = Field(default="", repr=False, description="may encrypt and decrypt with that key, and no more")
    originals_dir: Path | None = Field(default=None, description="object store folder; default: data_dir/originals")
    centre_path: Path | None = Field(
        default=None, description="the centre's published data; default: the invented sample"
    )
    public_url: str = Field(default="", description="the one origin, as the world sees it; default: where it listens")
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    trusted_proxies: str = Field(default="", description="comma-separated addresses whose X-Forwarded-* are believed")
    public_posts_a_minute: int = Field(
        default=30, ge=0, description="forms that one address may send; four times as many with proof of work; 0: any"
    )
    guesses_a_minute: int = Field(default=30, ge=0, description="codes that one address may look up in vain; 0: any")
    log_format: str = Field(default="auto", pattern="^(auto|json|console)$")
    oidc_issuer: str = Field(default="", description="OpenID Connect provider's issuer; empty: local accounts only")
    oidc_client_id: str = ""
    oidc_client_secret: str = ""
    oidc_claim: str = Field(default="groups", description="the claim whose values say what a person is here")
    oidc_seats: dict[str, OidcSeat] = Field(
        default_factory=dict,
        description='value of the claim to role and unit: {"ybj": {"role": "unit_handler", "unit": "…"}}',
    )
    pool_size: int = Field(default=10, ge=1, le=100)

    @model_validator(mode="after")
    def _links_follow_the_port(self) -> Self:
        """Where no origin is named, links lead to the address that is listened at."""
        self.public_url = self.public_url.rstrip("/") or self.local_url
        return self

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the library's signature
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the library's signature
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments first, then the environment, then secret files."""
        return init_settings, env_settings, SecretFiles(settings_cls)

    @property
    def local_url(self) -> str:
        """The origin as this machine sees it."""
        everywhere = self.host in ("0.0.0.0", "::")  # noqa: S104 - compared, not bound
        host = "127.0.0.1" if everywhere else f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"

    def database_of(self, service: str) -> str:
        """The URL of a service's database."""
        return self.database_url or f"sqlite+aiosqlite:///{self.data_dir.resolve()}/{service}.db"

    @property
    def identity_database(self) -> str:
        """The URL of the accounts' database, which every service checks by itself."""
        return self.identity_database_url or f"sqlite+aiosqlite:///{self.data_dir.resolve()}/identity.db"

    @property
    def keys_file(self) -> Path:
        """Where the key ring lies."""
        return self.keys_path or self.data_dir / "keys.json"

    @property
    def originals_folder(self) -> Path:
        """Where originals lie."""
        return self.originals_dir or self.data_dir / "originals"
