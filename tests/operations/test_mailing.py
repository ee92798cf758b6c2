"""Messages leave by a real server, or lie in a folder; none is lost on the way."""

import email.policy
import socket
import socketserver
import threading
from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage
from pathlib import Path

import pytest
from sqlalchemy import Engine

from parc.config import Settings
from parc.operations.mailing import deliver
from parc.storage import outbox
from parc.storage.database import reading, writing
from parc.storage.tables import MailRow
from tests.databases import fresh_engine
from tests.factories import TODAY, at

NOON = at(TODAY)


class Server(socketserver.ThreadingTCPServer):
    """A mail server on loopback that keeps what it takes."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Talk)
        self.taken: list[bytes] = []


class Talk(socketserver.StreamRequestHandler):
    """Enough of RFC 5321 for one client; refuses recipients named `refus`."""

    def handle(self) -> None:
        """Answer each line of the client."""
        server = self.server
        assert isinstance(server, Server)
        self.wfile.write(b"220 bonjour\r\n")
        while line := self.rfile.readline():
            verb = line[:4].upper()
            if verb == b"DATA":
                self.wfile.write(b"354 allez\r\n")
                lines = iter(self.rfile.readline, b".\r\n")
                server.taken.append(b"".join(lines))
                self.wfile.write(b"250 pris\r\n")
            elif verb == b"RCPT" and b"refus" in line:
                self.wfile.write(b"550 inconnu\r\n")
            elif verb == b"QUIT":
                self.wfile.write(b"221 au revoir\r\n")
                return
            else:
                self.wfile.write(b"250 oui\r\n")


@pytest.fixture
def engine(postgresql_server: str | None) -> Iterator[Engine]:
    """Give a fresh database."""
    with fresh_engine(postgresql_server) as engine:
        yield engine


@pytest.fixture
def server() -> Iterator[Server]:
    """Give a mail server."""
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def post(engine: Engine, *recipients: str) -> list[int]:
    """Put a message in the outbox for each."""
    with writing(engine) as session:
        return [
            outbox.post(session, to, "Import terminé", "À bientôt.\n", NOON).id
            for to in recipients
        ]


def with_server(server: Server, folder: Path) -> Settings:
    """Give settings that send by that server."""
    host, port = server.server_address[:2]
    return Settings(data_dir=folder, smtp_url=f"smtp://{host!s}:{port}")


def read(content: bytes) -> EmailMessage:
    """Read a message."""
    message = message_from_bytes(content, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


def test_a_message_reaches_the_server_whole(
    engine: Engine, server: Server, tmp_path: Path
) -> None:
    post(engine, "alice@lens.example")

    assert deliver(engine, with_server(server, tmp_path), NOON) == 1

    (content,) = server.taken
    message = read(content)
    assert message["To"] == "alice@lens.example"
    assert message["Subject"] == "Import terminé"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message.get_content().strip() == "À bientôt."
    assert deliver(engine, with_server(server, tmp_path), NOON) == 0


def test_one_that_is_refused_does_not_hold_up_the_others(
    engine: Engine, server: Server, tmp_path: Path
) -> None:
    refused, taken = post(engine, "refus@lens.example", "bob@lens.example")

    assert deliver(engine, with_server(server, tmp_path), NOON) == 1

    with reading(engine) as session:
        waiting = session.get_one(MailRow, refused)
        gone = session.get_one(MailRow, taken)
    assert (waiting.attempts, waiting.sent_at) == (1, None)
    assert waiting.next_try_at == NOON + timedelta(minutes=outbox.WAITS[0])
    assert "inconnu" in str(waiting.error)
    assert gone.sent_at == NOON


def test_without_an_answer_every_message_waits(engine: Engine, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    settings = Settings(data_dir=tmp_path, smtp_url=f"smtp://127.0.0.1:{port}")
    keys = post(engine, "alice@lens.example", "bob@lens.example")

    assert deliver(engine, settings, NOON) == 0

    with reading(engine) as session:
        rows = [session.get_one(MailRow, key) for key in keys]
    assert [row.attempts for row in rows] == [1, 1]
    assert all(row.next_try_at and row.next_try_at > NOON for row in rows)


def test_without_a_server_messages_lie_in_a_folder(
    engine: Engine, tmp_path: Path
) -> None:
    (key,) = post(engine, "alice@lens.example")
    settings = Settings(data_dir=tmp_path)

    assert deliver(engine, settings, NOON) == 1

    (path,) = settings.mail_dir.iterdir()
    assert path.name == f"{key:08d}.eml"
    assert read(path.read_bytes())["Subject"] == "Import terminé"
