"""Commands as real programs: streams, terminals, signals, a server."""

import json
import os
import select
import shutil
import signal
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

import pytest

from tests.cli.conftest import line_of, program, surroundings
from tests.factories import LENS

pty = pytest.importorskip("pty", reason="pas de pseudo-terminal ici")
pytestmark = pytest.mark.slow

LIST = "Étiquette;N° de série;Type;Marque\n" + "".join(
    f"PC-{n};S{n};PC portable;Dell\n" for n in range(300)
)
SECONDS = 60
"""How long a program may take here, at most."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a folder with a database of Lens, made by programs, and a list."""
    (tmp_path / "parc.csv").write_text(LIST, encoding="utf-8")
    for line in (("db", "upgrade"), ("owner", "add", LENS, "Lens", "--prefix", "LL")):
        ran = program(*line, folder=tmp_path)
        assert (ran.returncode, ran.stdout) == (0, ""), ran.stderr
    return tmp_path


def on_terminal(*arguments: object, folder: Path, typed: str = "") -> tuple[int, str]:
    """Run a program whose standard error is a terminal; give what that shows."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        line_of(*arguments),
        cwd=folder,
        env=surroundings(folder) | {"TERM": "xterm"},
        stdin=theirs,
        stdout=subprocess.DEVNULL,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    shown = b""
    deadline = time.monotonic() + SECONDS
    answers = iter(typed.splitlines(keepends=True))
    while time.monotonic() < deadline:
        if not select.select([ours], [], [], 0.1)[0]:
            if process.poll() is not None:
                break
            continue
        try:
            block = os.read(ours, 4_096)
        except OSError:
            break
        shown += block
        # The blank comes once the terminal has stopped showing what is typed.
        if shown.endswith(b": ") and (answer := next(answers, "")):
            os.write(ours, answer.encode())
    os.close(ours)
    return process.wait(SECONDS), shown.decode()


@contextmanager
def serving(*arguments: object, folder: Path) -> Iterator[subprocess.Popen[str]]:
    """Run a server, stopped as a person does it."""
    process = subprocess.Popen(
        line_of(*arguments),
        cwd=folder,
        env=surroundings(folder),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=SECONDS)


def answer_of(
    port: int, path: str = "/health/ready", trusted: ssl.SSLContext | None = None
) -> int:
    """Wait for a server to answer, over TLS when a certificate is trusted."""
    deadline = time.monotonic() + SECONDS
    address = f"https://localhost:{port}" if trusted else f"http://127.0.0.1:{port}"
    while True:
        try:
            with urlopen(address + path, timeout=5, context=trusted) as answer:  # noqa: S310
                return int(answer.status)
        except OSError:
            if time.monotonic() > deadline:
                raise


def free_port() -> int:
    """Find a port that nobody listens to."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


def test_each_stream_has_its_use(folder: Path) -> None:
    ran = program("import", "parc.csv", "--json", folder=folder)

    assert json.loads(ran.stdout)["created"] == 300
    assert (ran.returncode, ran.stderr) == (0, "")


def test_progress_is_shown_on_a_terminal_only(folder: Path) -> None:
    code, shown = on_terminal("import", "parc.csv", folder=folder)

    assert code == 0
    assert "Import : parc.csv" in shown
    assert "\x1b[" in shown


def test_a_password_is_asked_for_in_french_and_not_shown(folder: Path) -> None:
    password = "la phrase de passe"
    code, shown = on_terminal(
        *("user", "add", "alice@lens.example", "--role", "admin", "--ask-password"),
        folder=folder,
        typed=f"{password}\n{password}\n",
    )

    assert code == 0, shown
    assert "Mot de passe" in shown
    assert "Encore une fois" in shown
    assert password not in shown


def test_an_output_that_is_full_is_no_success(folder: Path) -> None:
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        ran = subprocess.run(
            line_of("owner", "list", "--json"),
            cwd=folder,
            env=surroundings(folder),
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )

    assert ran.returncode == 1
    assert ran.stderr == "Refusé : Le système refuse : le disque est plein.\n"


def test_the_demonstration_is_made_once_and_is_whole(tmp_path: Path) -> None:
    line = ("demo", "--no-serve", "--dir", "essai", "--devices", "60")
    first = program(*line, folder=tmp_path)
    again = program(*line, folder=tmp_path)

    assert (first.returncode, first.stdout) == (0, ""), first.stderr
    assert first.stderr == again.stderr
    assert first.stderr.count("@parc.example") == 7
    assert sorted(p.name for p in tmp_path.iterdir()) == ["essai"]
    checked = subprocess.run(
        line_of("db", "check"),
        cwd=tmp_path,
        env=surroundings(tmp_path) | {"PARC_DATA_DIR": str(tmp_path / "essai")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.stderr == "Tout est intègre : 60 matériels vérifiés.\n"


def test_the_demonstration_never_enters_the_database_of_the_settings(
    folder: Path,
) -> None:
    url = f"sqlite:///{folder / 'data' / 'parc.sqlite3'}"

    ran = subprocess.run(
        line_of("demo", "--no-serve", "--dir", "essai", "--devices", "10"),
        cwd=folder,
        env=surroundings(folder) | {"PARC_DATABASE_URL": url},
        capture_output=True,
        text=True,
        check=False,
    )

    assert ran.returncode == 0, ran.stderr
    listed = program("owner", "list", "--json", folder=folder)
    assert [o["name"] for o in json.loads(listed.stdout)["owners"]] == ["Lens"]


def test_the_server_answers_and_stops(folder: Path) -> None:
    port = free_port()
    with serving("serve", "--port", port, folder=folder) as process:
        assert answer_of(port) == 200
        taken = program("serve", "--port", port, folder=folder)
        assert taken.returncode == 1
        assert "déjà pris" in taken.stderr
    assert process.returncode in {0, 130, -signal.SIGINT}


def test_the_server_listens_where_the_settings_say(folder: Path) -> None:
    port = free_port()
    process = subprocess.Popen(
        line_of("serve"),
        cwd=folder,
        env=surroundings(folder) | {"PARC_PORT": str(port)},
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert answer_of(port, "/health/live") == 200
    finally:
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=SECONDS)
    assert f"http://127.0.0.1:{port}" in said


def test_the_server_speaks_tls_by_itself(folder: Path) -> None:
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl introuvable")
    made = ("-keyout", "key.pem", "-out", "cert.pem", "-subj", "/CN=localhost")
    subprocess.run(
        [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", *made],
        cwd=folder,
        stderr=subprocess.DEVNULL,
        check=True,
    )
    port = free_port()
    line = ("serve", "--port", port, "--tls-cert", "cert.pem", "--tls-key", "key.pem")
    with serving(*line, folder=folder):
        trusted = ssl.create_default_context(cafile=folder / "cert.pem")
        assert answer_of(port, trusted=trusted) == 200


def test_the_server_refuses_an_old_schema(tmp_path: Path) -> None:
    ran = program("serve", "--port", free_port(), folder=tmp_path)

    assert (ran.returncode, ran.stdout) == (1, "")
    assert "parc db upgrade" in ran.stderr


def test_several_processes_ask_for_postgresql(folder: Path) -> None:
    ran = program("serve", "--workers", "2", folder=folder)

    assert ran.returncode == 1
    assert "PostgreSQL" in ran.stderr
