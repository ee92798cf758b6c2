"""What the library of commands says by itself, in French."""

import re
from typing import Any

import typer
from typer.exceptions import TyperException
from typer.main import get_command

_SAID = tuple(
    (re.compile(pattern, re.DOTALL), sentence)
    for pattern, sentence in (
        (r"No such option: (\S+).*", "Option inconnue : {}"),
        (r"No such command '(.+)'\..*", "Commande inconnue : {}"),
        (r"Missing command\.", "Il manque une commande."),
        (r"Missing argument '(.+?)'.*", "Il manque l'argument : {}"),
        (r"Missing option '(.+?)'.*", "Il manque l'option : {}"),
        (r"Option '(.+?)' requires.*", "L'option {} attend une valeur."),
        (r"Option '(.+?)' does not take a value.*", "L'option {} n'a pas de valeur."),
        (r"Got unexpected extra argument.*\((.*)\)", "En trop : {}"),
        (
            r"Invalid value for '(.+?)': .*integer.*",
            "{} : un nombre entier est attendu.",
        ),
        (r"Invalid value for '(.+?)': .*", "{} : valeur hors des bornes, voir --help."),
        (r"Invalid value: (.*)", "{}"),
    )
)
_PANELS = {
    "ARGUMENTS_PANEL_TITLE": "Arguments",
    "OPTIONS_PANEL_TITLE": "Options",
    "COMMANDS_PANEL_TITLE": "Commandes",
    "REQUIRED_LONG_STRING": "[obligatoire]",
    "DEFAULT_STRING": "[par défaut : {}]",
}


def french_command(app: typer.Typer) -> Any:
    """Build the commands with help pages in French."""
    from typer import rich_utils

    for name, title in _PANELS.items():
        setattr(rich_utils, name, title)
    root = get_command(app)
    _translate_help(root)
    return root


def usage_error(error: TyperException) -> str:
    """Say what is wrong with a command line, and where its help is."""
    message = error.format_message()
    for pattern, sentence in _SAID:
        if found := pattern.fullmatch(message):
            message = sentence.format(*found.groups())
            break
    context: typer.Context | None = getattr(error, "ctx", None)
    if context is None:
        return message
    return f"{message}\nAide : {context.command_path} --help"


def is_help(error: TyperException) -> bool:
    """Tell whether the error only stands for a help page, already shown."""
    return type(error).__name__ == "NoArgsIsHelpError"


def _translate_help(command: Any) -> None:
    option = command.get_help_option(typer.Context(command))
    if option is not None:
        option.help = "Afficher cette aide."
    for child in getattr(command, "commands", {}).values():
        _translate_help(child)
