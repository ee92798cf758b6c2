"""Settings from the environment (`PARC_*`), checked before anything starts."""

import os
import re
import secrets
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, Any, ClassVar
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic.fields import FieldInfo
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

PREFIX = "PARC_"
FROM_FILE = ("secret", "database_url", "smtp_url")
"""Settings that hold a secret: `PARC_SECRET_FILE` names a file to read it from."""

SMTP_SCHEMES = frozenset({"smtp", "smtp+starttls", "smtps"})

_KEY_FILE = "secret"
_SHORTEST_SECRET = 32
_MEGABYTE = 1024 * 1024


_PASSWORD = re.compile(r"(://[^:/@]*):[^@]*@")


class ConfigurationError(Exception):
    """The environment cannot be used; the message says what to mend, in French."""


@dataclass(frozen=True, slots=True)
class SettingLine:
    """One setting as `parc config` and the README show it; secrets are hidden."""

    variable: str
    value: str
    meaning: str


def _default_data_dir() -> Path:
    # Independent of the working directory: a service started from elsewhere
    # must find the same data again.
    base = os.environ.get("XDG_DATA_HOME") or "~/.local/share"
    return Path(base).expanduser() / "parc"


def _default_database_url(known: dict[str, Any]) -> str:
    return f"sqlite:///{known.get('data_dir', _default_data_dir()) / 'parc.sqlite3'}"


class Settings(BaseSettings):
    """Everything an operator may decide. Each description is what is expected.

    Raises:
        ConfigurationError: naming each variable refused and what was expected.
    """

    model_config: ClassVar[SettingsConfigDict] = SettingsConfigDict(
        env_prefix=PREFIX, frozen=True, env_ignore_empty=True, extra="ignore"
    )

    data_dir: Path = Field(
        default_factory=_default_data_dir,
        description="dossier des données (base SQLite, pièces, secret)",
    )
    database_url: str = Field(
        default_factory=_default_database_url,
        repr=False,
        description="adresse de la base : sqlite:///chemin ou "
        "postgresql://utilisateur:motdepasse@hôte/base ; vide : SQLite dans le "
        "dossier des données",
    )
    public_url: str = Field(
        default="",
        description="adresse publique du service, par exemple "
        "https://parc.exemple.fr, sans chemin ; vide : celle de l'écoute",
    )
    trusted_proxies: Annotated[tuple[IPv4Network | IPv6Network, ...], NoDecode] = Field(
        default=(),
        description="adresses ou réseaux des mandataires dont l'en-tête "
        "X-Forwarded-For est cru, séparés par des virgules",
    )
    secret: SecretStr | None = Field(
        default=None,
        description="clé de signature, au moins 32 caractères ; vide : créée au "
        "premier démarrage dans le dossier des données",
    )
    host: str = Field(default="127.0.0.1", description="adresse d'écoute")
    port: int = Field(
        default=8000, ge=1, le=65_535, description="port d'écoute, de 1 à 65535"
    )
    workers: int = Field(
        default=1, ge=1, le=64, description="nombre de processus, de 1 à 64"
    )
    session_hours: int = Field(
        default=12,
        ge=1,
        le=720,
        description="durée la plus longue d'une session, en heures, de 1 à 720",
    )
    idle_minutes: int = Field(
        default=120,
        ge=5,
        le=1440,
        description="durée d'inactivité qui ferme une session, en minutes, de 5 à 1440",
    )
    smtp_url: SecretStr | None = Field(
        default=None,
        description="serveur d'envoi des messages : smtp://hôte:25, "
        "smtp+starttls://compte:motdepasse@hôte:587 ou smtps://…:465 ; vide : les "
        "messages sont rangés en fichiers dans le dossier des données",
    )
    mail_from: str = Field(
        default="parc@localhost", description="adresse d'expédition des messages"
    )
    loan_reminder_days: int = Field(
        default=3,
        ge=0,
        le=60,
        description="nombre de jours avant la fin d'un prêt où part le premier "
        "rappel, de 0 à 60",
    )
    upload_mb: int = Field(
        default=50,
        ge=1,
        le=1024,
        description="taille la plus grande d'un envoi, en Mo, de 1 à 1024",
    )

    def __init__(self, **values: Any) -> None:
        try:
            super().__init__(**values)
        except ValidationError as error:
            raise ConfigurationError(_explained(error)) from None

    @field_validator("data_dir")
    @classmethod
    def _absolute(cls, value: Path) -> Path:
        return value.expanduser().absolute()

    @field_validator("database_url")
    @classmethod
    def _supported(cls, value: str) -> str:
        if value.startswith(("sqlite:///", "postgresql+psycopg://")):
            return value
        if value.startswith(("postgresql://", "postgres://")):
            return "postgresql+psycopg://" + value.partition("://")[2]
        raise ValueError

    @field_validator("public_url")
    @classmethod
    def _origin(cls, value: str) -> str:
        parts = urlsplit(value.rstrip("/"))
        if value and (
            parts.scheme not in {"http", "https"}
            or not parts.hostname
            or parts.username is not None
            or any((parts.path, parts.query, parts.fragment))
        ):
            raise ValueError
        return value.rstrip("/").lower()

    @field_validator("trusted_proxies", mode="before")
    @classmethod
    def _networks(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(ip_network(part.strip()) for part in value.split(","))
        return value

    @field_validator("smtp_url")
    @classmethod
    def _smtp(cls, value: SecretStr | None) -> SecretStr | None:
        parts = urlsplit(value.get_secret_value()) if value else None
        if parts and (parts.scheme not in SMTP_SCHEMES or not parts.hostname):
            raise ValueError
        return value

    @field_validator("mail_from")
    @classmethod
    def _address(cls, value: str) -> str:
        if not re.fullmatch(r"[^\s@<>]+@[^\s@<>]+", value, re.ASCII):
            raise ValueError
        return value

    @field_validator("secret")
    @classmethod
    def _long_enough(cls, value: SecretStr | None) -> SecretStr | None:
        if value and len(value.get_secret_value().strip()) < _SHORTEST_SECRET:
            raise ValueError
        return value

    @property
    def documents_dir(self) -> Path:
        """Where uploaded files lie, by checksum."""
        return self.data_dir / "documents"

    @property
    def mail_dir(self) -> Path:
        """Where messages are written when no server sends them."""
        return self.data_dir / "mail"

    @property
    def upload_bytes(self) -> int:
        """The largest upload, in bytes."""
        return self.upload_mb * _MEGABYTE

    def signing_key(self) -> bytes:
        """Return the secret, made on first use into the data directory (mode 600)."""
        if self.secret:
            return self.secret.get_secret_value().strip().encode()
        path = self.data_dir / _KEY_FILE
        if not path.exists():
            self.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
            _write_once(path, secrets.token_urlsafe(48))
        return path.read_text(encoding="ascii").strip().encode()

    def table(self) -> list[SettingLine]:
        """List every setting: variable, present value, what is expected."""
        return [
            SettingLine(
                f"{PREFIX}{name.upper()}",
                _shown(getattr(self, name)),
                field.description or "",
            )
            for name, field in type(self).model_fields.items()
        ]

    def describe(self) -> list[str]:
        """Write the settings as `parc config` prints them."""
        return [
            f"{line.variable}={line.value}\n    {line.meaning}" for line in self.table()
        ]

    def export(self) -> None:
        """Put what was set into the environment, for the processes started next."""
        for name in self.model_fields_set:
            value = getattr(self, name)
            if isinstance(value, SecretStr):
                value = value.get_secret_value()
            elif isinstance(value, tuple):
                value = ",".join(map(str, value))
            os.environ[f"{PREFIX}{name.upper()}"] = str(value or "")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - imposed signature
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - same
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Read arguments, then the environment, then the files it names."""
        return init_settings, env_settings, _NamedFiles(settings_cls)


class _NamedFiles(PydanticBaseSettingsSource):
    """Reads `PARC_<NAME>_FILE`: how containers hand over secrets."""

    def get_field_value(
        self,
        field: FieldInfo,  # noqa: ARG002 - imposed signature
        field_name: str,
    ) -> tuple[str | None, str, bool]:
        """Return the content of the file that a variable names."""
        path = os.environ.get(f"{PREFIX}{field_name.upper()}_FILE")
        if field_name not in FROM_FILE or not path:
            return None, field_name, False
        return Path(path).read_text(encoding="utf-8").strip(), field_name, False

    def __call__(self) -> dict[str, str]:
        """Gather what the named files hold."""
        found: dict[str, str] = {}
        for name, field in self.settings_cls.model_fields.items():
            try:
                value, _, _ = self.get_field_value(field, name)
            except (OSError, UnicodeError) as error:
                message = f"{PREFIX}{name.upper()}_FILE : fichier illisible ({error})."
                raise ConfigurationError(message) from error
            if value:
                found[name] = value
        return found


def _explained(error: ValidationError) -> str:
    names = dict.fromkeys(str(issue["loc"][0]) for issue in error.errors())
    return "\n".join(
        f"{PREFIX}{name.upper()} : valeur refusée ; attendu : "
        f"{Settings.model_fields[name].description}."
        for name in names
    )


def _shown(value: object) -> str:
    if isinstance(value, SecretStr):
        return "••••••"
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    return "" if value is None else _PASSWORD.sub(r"\1:••••••@", str(value))


def _write_once(path: Path, text: str) -> None:
    """Write a private file whole, unless another process did so first."""
    draft = path.with_name(f".{path.name}-{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(text)
    try:
        os.link(draft, path)
    except FileExistsError:
        return
    finally:
        draft.unlink()
