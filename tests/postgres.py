"""A private PostgreSQL for the tests, from the binaries that the machine has."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine, make_url, text
from sqlalchemy.exc import OperationalError

URL_VARIABLE = "PARC_TEST_DATABASE_URL"
"""URL of a PostgreSQL database whose user may create others."""

_START_SECONDS = 60
_STOP_SECONDS = 20
_UNPRIVILEGED = (("postgres", "postgres"), ("nobody", "nogroup"), ("nobody", "nobody"))
_SETTINGS = (
    "listen_addresses=",
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "max_connections=60",
    # As on a French server: an instant stored without its zone would show.
    "timezone=Europe/Paris",
)


class PostgresError(Exception):
    """The private server could not be started."""


def is_available() -> bool:
    """Tell whether tests can run on PostgreSQL here."""
    return bool(os.environ.get(URL_VARIABLE)) or binaries() is not None


def binaries() -> Path | None:
    """Find the folder that holds `initdb` and `postgres`, the newest first."""
    debian = Path("/usr/lib/postgresql").glob("*/bin")
    folders = sorted(debian, key=lambda folder: _version(folder.parent), reverse=True)
    if on_path := shutil.which("pg_ctl"):
        folders.append(Path(on_path).resolve().parent)
    return next(
        (
            folder
            for folder in folders
            if all((folder / name).exists() for name in ("initdb", "postgres"))
        ),
        None,
    )


@contextmanager
def server() -> Iterator[str]:
    """Run a server reached by a socket in a private folder; give its URL.

    It spares the disk, so a power cut would ruin it; nothing remains at the end.

    Raises:
        PostgresError: there is none here, or it did not start.
    """
    programs = binaries()
    if programs is None:
        message = "PostgreSQL introuvable (sous Debian : apt install postgresql)."
        raise PostgresError(message)
    # Short on purpose: the path of a socket has at most 107 bytes.
    folder = Path(tempfile.mkdtemp(prefix="parc-pg-"))
    try:
        account = _give_away(folder)
        log = folder / "log"
        if _start(_initdb(programs, folder), folder, account).wait():
            message = f"initdb a échoué :\n{log.read_text(errors='replace')}"
            raise PostgresError(message)
        process = _start(_postgres(programs, folder), folder, account)
        try:
            url = f"postgresql+psycopg://parc@/postgres?host={folder}"
            _wait_for_answer(process, url, log)
            yield url
        finally:
            _stop(process)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def own_database(server_url: str, name: str) -> Iterator[str]:
    """Make a database on a server; at the end drop it and those named after it."""
    url = make_url(server_url).set(drivername="postgresql+psycopg")
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f'CREATE DATABASE "{name}"'))
    yield url.set(database=name).render_as_string(hide_password=False)
    with engine.connect() as connection:
        named = text("SELECT datname FROM pg_database WHERE starts_with(datname, :n)")
        for made in connection.scalars(named, {"n": name}).all():
            connection.execute(text(f'DROP DATABASE "{made}" WITH (FORCE)'))
    engine.dispose()


def _version(folder: Path) -> tuple[int, ...]:
    parts = folder.name.split(".")
    return tuple(int(part) for part in parts if part.isdigit())


def _give_away(folder: Path) -> tuple[str, str] | None:
    # PostgreSQL refuses to run as root, which is who runs continuous integration.
    if os.name == "nt" or os.geteuid() != 0:
        return None
    for user, group in _UNPRIVILEGED:
        try:
            shutil.chown(folder, user, group)
        except LookupError:
            continue
        return user, group
    message = "aucun compte sans privilège pour lancer PostgreSQL (postgres, nobody)."
    raise PostgresError(message)


def _initdb(programs: Path, folder: Path) -> list[str]:
    return [
        str(programs / "initdb"),
        *("-D", str(folder / "data"), "-U", "parc", "-A", "trust"),
        *("-E", "UTF8", "--locale=C", "--no-sync"),
    ]


def _postgres(programs: Path, folder: Path) -> list[str]:
    # It must not outlive the tests, even killed: INT asks it to stop at once.
    setpriv = shutil.which("setpriv")
    leash = [setpriv, "--pdeathsig", "INT"] if setpriv else []
    return [
        *leash,
        str(programs / "postgres"),
        *("-D", str(folder / "data"), "-k", str(folder)),
        *(part for setting in _SETTINGS for part in ("-c", setting)),
    ]


def _start(
    command: list[str], folder: Path, account: tuple[str, str] | None
) -> subprocess.Popen[bytes]:
    user, group = account or (None, None)
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("PG")}
    with (folder / "log").open("ab") as log:
        return subprocess.Popen(
            command,
            cwd=folder,
            env=inherited | {"LC_ALL": "C"},
            stdout=log,
            stderr=subprocess.STDOUT,
            user=user,
            group=group,
            extra_groups=[] if account else None,
        )


def _wait_for_answer(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    engine = create_engine(url)
    deadline = time.monotonic() + _START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            engine.connect().close()
        except OperationalError:
            time.sleep(0.05)
        else:
            engine.dispose()
            return
    message = f"PostgreSQL n'a pas démarré :\n{log.read_text(errors='replace')}"
    raise PostgresError(message)


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGINT)
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
