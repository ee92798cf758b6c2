"""A command line that is not understood: exit code 2, and a French sentence."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from parc.cli.french import french_command
from parc.cli.program import app
from tests.cli.conftest import Parc


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("bogus", "Commande inconnue : bogus"),
        ("db bogus", "Commande inconnue : bogus"),
        ("import", "Il manque l'argument : file"),
        ("import a.csv --owner", "L'option --owner attend une valeur."),
        ("import a.csv --hlp", "Option inconnue : --hlp"),
        ("import a.csv b.csv", "En trop : b.csv"),
        ("import a.csv --date-order dym", "--date-order : dmy, mdy, ymd"),
        ("import a.csv --format ods", "--format : spreadsheet, snipe-it"),
        ("import a.csv --json=yes", "L'option --json n'a pas de valeur."),
        ("report reen deux-mille", "year : un nombre entier est attendu"),
        ("report reen 2025", "--out FICHIER.xlsx ou --json"),
        ("report reen 2025 --out reen.pdf", "--out : un classeur .xlsx"),
        ("report reen 2025 --json --as-of hier", "--as-of : une date AAAA-MM-JJ"),
        ("serve --port 0", "--port"),
        ("serve --port 65536", "--port"),
        ("serve --workers many", "--workers"),
        ("serve --tls-cert cert.pem", "--tls-cert et --tls-key vont ensemble"),
        ("user add alice@lens.example", "Il manque l'option : --role"),
        ("user add alice@lens.example --role chief", "rôle inconnu"),
        ("token add agent --role chief", "fleet_lead"),
        ("owner add 123", "Il manque l'argument : name"),
    ],
)
def test_a_line_that_is_not_understood_is_explained(
    command: Parc, line: str, said: str
) -> None:
    ran = command(*line.split())

    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err
    assert not any(word in ran.err for word in ("Error", "Invalid", "Missing", "Usage"))


@pytest.mark.parametrize("line", ["", "db", "owner", "user", "token", "report"])
def test_without_a_command_the_help_is_shown(command: Parc, line: str) -> None:
    ran = command(*line.split())

    assert ran.code == 2
    assert "Commandes" in ran.out + ran.err
    assert "Afficher cette aide." in ran.out + ran.err


def test_every_command_has_a_french_help(command: Parc) -> None:
    lines = list(commands(french_command(app)))
    assert ["db", "check"] in lines
    assert ["import"] in lines

    for line in lines:
        ran = command(*line, "--help")
        assert ran.code == 0, line
        assert "Afficher cette aide." in ran.out, line
        assert not re.search("Show|required|default|Commands", ran.out), line


def commands(group: Any, *names: str) -> Iterator[list[str]]:
    """List the words that lead to each command."""
    for name, child in group.commands.items():
        if hasattr(child, "commands"):
            yield from commands(child, *names, name)
        else:
            yield [*names, name]


def test_the_configuration_is_shown_without_secrets(
    command: Parc, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PARC_SECRET", "s" * 40)
    monkeypatch.setenv("PARC_PORT", "8123")

    ran = command("config")

    assert ran.code == 0
    assert "PARC_PORT=8123" in ran.out
    assert "s" * 40 not in ran.out


@pytest.mark.parametrize("line", ["config", "owner list", "serve"])
def test_a_wrong_setting_is_named(
    command: Parc, monkeypatch: pytest.MonkeyPatch, line: str
) -> None:
    monkeypatch.setenv("PARC_PORT", "beaucoup")

    ran = command(*line.split())

    assert ran.code == 1
    assert "PARC_PORT : valeur refusée" in ran.err
