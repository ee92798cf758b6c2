"""Settings: read from the environment, checked, explained, never shown whole."""

import stat
from pathlib import Path

import pytest

from parc.config import ConfigurationError, Settings


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Forget what the machine sets."""
    for name in Settings.model_fields:
        monkeypatch.delenv(f"PARC_{name.upper()}", raising=False)
        monkeypatch.delenv(f"PARC_{name.upper()}_FILE", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))


def test_defaults_are_safe_and_do_not_depend_on_the_working_directory(
    tmp_path: Path,
) -> None:
    settings = Settings()

    assert settings.host == "127.0.0.1"
    assert settings.data_dir == tmp_path / "parc"
    assert settings.database_url == f"sqlite:///{tmp_path / 'parc' / 'parc.sqlite3'}"
    assert settings.trusted_proxies == ()


def test_the_environment_decides(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARC_DATABASE_URL", "postgresql://parc:pw@db/parc")
    monkeypatch.setenv("PARC_PUBLIC_URL", "https://Parc.Exemple.fr/")
    monkeypatch.setenv("PARC_TRUSTED_PROXIES", "10.0.0.1, 2001:db8::/32")
    monkeypatch.setenv("PARC_PORT", "")

    settings = Settings()

    assert settings.database_url == "postgresql+psycopg://parc:pw@db/parc"
    assert settings.public_url == "https://parc.exemple.fr"
    assert [str(n) for n in settings.trusted_proxies] == [
        "10.0.0.1/32",
        "2001:db8::/32",
    ]
    assert settings.port == 8000


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "huit mille"),
        ("PORT", "0"),
        ("WORKERS", "-1"),
        ("DATABASE_URL", "mysql://db/parc"),
        ("PUBLIC_URL", "parc.exemple.fr"),
        ("PUBLIC_URL", "https://parc.exemple.fr/chemin"),
        ("PUBLIC_URL", "https://moi@parc.exemple.fr"),
        ("TRUSTED_PROXIES", "proxy"),
        ("SECRET", "court"),
        ("SESSION_HOURS", "1000000"),
        ("UPLOAD_MB", "12,5"),
    ],
)
def test_a_malformed_variable_is_named_with_what_was_expected(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(f"PARC_{name}", value)

    with pytest.raises(ConfigurationError) as error:
        Settings()

    message = str(error.value)
    assert message.startswith(f"PARC_{name} : valeur refusée ; attendu : ")
    assert str(Settings.model_fields[name.lower()].description) in message
    assert "court" not in message


def test_every_malformed_variable_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARC_PORT", "x")
    monkeypatch.setenv("PARC_WORKERS", "x")

    with pytest.raises(ConfigurationError, match=r"PARC_PORT.*\nPARC_WORKERS"):
        Settings()


def test_a_secret_may_come_from_a_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "key").write_text("une clé qui vient d'un fichier à part\n")
    monkeypatch.setenv("PARC_SECRET_FILE", str(tmp_path / "key"))

    assert Settings().signing_key() == "une clé qui vient d'un fichier à part".encode()


def test_a_file_that_cannot_be_read_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARC_SECRET_FILE", "/nowhere/key")

    with pytest.raises(ConfigurationError, match="PARC_SECRET_FILE : fichier"):
        Settings()


def test_the_secret_is_made_once_and_readable_by_its_owner_alone(
    tmp_path: Path,
) -> None:
    first = Settings(data_dir=tmp_path / "new").signing_key()
    again = Settings(data_dir=tmp_path / "new").signing_key()

    path = tmp_path / "new" / "secret"
    assert first == again
    assert len(first) >= 48
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [file.name for file in path.parent.iterdir()] == ["secret"]


def test_nothing_secret_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARC_DATABASE_URL", "postgresql://parc:sésame@db/parc")
    monkeypatch.setenv("PARC_SECRET", "une clé de signature bien assez longue")
    settings = Settings()

    shown = "\n".join(settings.describe()) + repr(settings)

    assert "sésame" not in shown
    assert "bien assez longue" not in shown
    assert "PARC_DATABASE_URL=postgresql+psycopg://parc:••••••@db/parc" in shown


def test_every_setting_is_described() -> None:
    lines = Settings().table()

    assert [line.variable for line in lines] == [
        f"PARC_{name.upper()}" for name in Settings.model_fields
    ]
    assert all(line.meaning for line in lines)


def test_processes_started_next_read_the_same(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    settings = Settings(
        data_dir=tmp_path / "elsewhere",
        secret="une clé de signature bien assez longue",
        trusted_proxies="10.0.0.0/8",
        port=9000,
    )
    for variable in ("DATA_DIR", "SECRET", "TRUSTED_PROXIES", "PORT"):
        monkeypatch.setenv(f"PARC_{variable}", "to be put back after the test")

    settings.export()

    assert Settings() == settings
