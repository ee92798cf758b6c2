"""Prépare l'environnement de parc, puis le lance ; il suffit d'avoir Python.

python3 start.py demo             une démonstration, à voir au navigateur
python3 start.py test             toutes les vérifications
python3 start.py test --rapide    les plus courtes
python3 start.py COMMANDE …       les autres commandes de parc (voir --help)
"""

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

OLDEST = (3, 11)
if sys.version_info < OLDEST:  # before anything that an old Python stumbles on
    sys.exit(
        f"parc demande Python 3.11 ou plus récent ; ici : {sys.version.split()[0]}."
    )

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
WINDOWS = os.name == "nt"
PYTHON = VENV / ("Scripts/python.exe" if WINDOWS else "bin/python")
RUNTIME, DEVELOPMENT = "requirements.txt", "requirements-dev.txt"


def main(arguments: list[str]) -> int:
    """Do what the command line asks; the exit code is that of what was run."""
    if not arguments:
        say(str(__doc__))
        return 2
    testing = arguments[0] == "test"
    prepare(DEVELOPMENT if testing else RUNTIME)
    # Found from any folder, and by the processes that parc starts.
    paths = (str(ROOT), os.environ.get("PYTHONPATH"))
    os.environ["PYTHONPATH"] = os.pathsep.join(path for path in paths if path)
    program = ["tests", *arguments[1:]] if testing else ["parc", *arguments]
    command = [str(PYTHON), "-P", "-m", *program]
    if not WINDOWS:  # where a process can become another, signals reach parc itself
        os.execv(PYTHON, command)  # noqa: S606 - no shell wanted
    return subprocess.call(command)


def prepare(requirements: str) -> None:
    """Make `.venv` if need be, and install what changed since the last time."""
    if not PYTHON.exists():
        make_environment()
    # What serves development contains all that serves running.
    if is_installed(requirements) or is_installed(DEVELOPMENT):
        return
    say("Installation des bibliothèques (une minute environ la première fois)…")
    uv = working_uv()
    installer = (
        [uv, "pip", "install", "--python", str(PYTHON)]
        if uv
        else [str(PYTHON), "-m", "pip", "install", "--disable-pip-version-check"]
    )
    locked = ["--quiet", "--require-hashes", "-r", str(ROOT / requirements)]
    stop_on_failure([*installer, *locked])
    stamp(requirements).write_text(fingerprint(requirements), encoding="ascii")


def make_environment() -> None:
    """Make an empty `.venv`, with uv where there is one."""
    say(f"Création de l'environnement {VENV}…")
    uv = working_uv()
    if uv:
        stop_on_failure(
            [uv, "venv", "--quiet", "--clear", "-p", sys.executable, str(VENV)]
        )
        return
    if not all(importlib.util.find_spec(name) for name in ("venv", "ensurepip")):
        sys.exit(
            "Il manque à ce Python de quoi créer un environnement. Sous Debian ou "
            "Ubuntu : apt install python3-venv, puis relancez la même commande."
        )
    stop_on_failure([sys.executable, "-m", "venv", "--clear", str(VENV)])


def working_uv() -> str | None:
    """Find uv, which is faster than pip; a shim may stand for nothing."""
    uv = shutil.which("uv")
    works = uv and subprocess.call([uv, "--version"], stdout=subprocess.DEVNULL) == 0
    return uv if works else None


def is_installed(requirements: str) -> bool:
    """Tell whether this very file was the last installed."""
    kept = stamp(requirements)
    return kept.exists() and kept.read_text("ascii") == fingerprint(requirements)


def stamp(requirements: str) -> Path:
    """Say where the fingerprint of what was installed is kept."""
    return VENV / f"{requirements}.sha256"


def fingerprint(requirements: str) -> str:
    """Give the SHA-256 of a requirements file."""
    return hashlib.sha256((ROOT / requirements).read_bytes()).hexdigest()


def stop_on_failure(command: list[str]) -> None:
    """Run a step of the preparation; its failure is ours."""
    code = subprocess.call(command)
    if code:
        say("La préparation a échoué ; le message ci-dessus dit pourquoi.")
        sys.exit(code)


def say(text: str) -> None:
    """Speak to the person, apart from what parc itself prints."""
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
