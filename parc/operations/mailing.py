"""Send what the outbox holds: by a server, or as files where there is none."""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

from sqlalchemy import Engine

from parc.config import Settings
from parc.storage import outbox
from parc.storage.database import reading, writing
from parc.storage.tables import MailRow

_SECONDS = 20


class Carrier(Protocol):
    """Takes a message away."""

    def __call__(self, message: EmailMessage, key: int) -> None:
        """Send the message of a row; an exception means: try again later."""


def deliver(engine: Engine, settings: Settings, at: datetime) -> int:
    """Send what is due; give how many messages left.

    A message that fails is tried again later and does not hold up the others.
    """
    with reading(engine) as session:
        waiting = outbox.due(session, at)
    if not waiting:
        return 0
    left = 0
    try:
        with _carrier(settings) as carry:
            for row in waiting:
                left += _sent(engine, carry, row, settings, at)
    except (OSError, smtplib.SMTPException) as error:
        # No server at all: every message that has not left waits for it.
        with writing(engine) as session:
            for row in outbox.due(session, at):
                outbox.failed(session, row.id, row.attempts, at, str(error))
    return left


def _sent(
    engine: Engine, carry: Carrier, row: MailRow, settings: Settings, at: datetime
) -> int:
    try:
        carry(_message(row, settings, at), row.id)
    except (OSError, ValueError, smtplib.SMTPException) as error:
        with writing(engine) as session:
            outbox.failed(session, row.id, row.attempts, at, str(error))
        return 0
    with writing(engine) as session:
        outbox.sent(session, row.id, at)
    return 1


def _message(row: MailRow, settings: Settings, at: datetime) -> EmailMessage:
    message = EmailMessage()
    message["From"] = settings.mail_from
    message["To"] = row.recipient
    message["Subject"] = row.subject
    message["Date"] = format_datetime(at)
    message["Message-ID"] = make_msgid("parc", settings.mail_from.partition("@")[2])
    # An automatic answer to an automatic message helps nobody (RFC 3834).
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(row.body)
    return message


@contextmanager
def _carrier(settings: Settings) -> Iterator[Carrier]:
    if settings.smtp_url is None:
        yield _to_folder(settings.mail_dir)
        return
    parts = urlsplit(settings.smtp_url.get_secret_value())
    host, trusted = str(parts.hostname), ssl.create_default_context()
    if parts.scheme == "smtps":
        server: smtplib.SMTP = smtplib.SMTP_SSL(
            host, parts.port or 465, timeout=_SECONDS, context=trusted
        )
    else:
        server = smtplib.SMTP(host, parts.port or 25, timeout=_SECONDS)
    with server:
        if parts.scheme == "smtp+starttls":
            server.starttls(context=trusted)
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))

        def carry(message: EmailMessage, key: int) -> None:
            del key
            server.send_message(message)

        yield carry


def _to_folder(folder: Path) -> Carrier:
    def carry(message: EmailMessage, key: int) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = folder / f"{key:08d}.eml"
        draft = path.with_suffix(".partial")
        draft.write_bytes(bytes(message))
        draft.replace(path)

    return carry
