"""Reminders of loans: one message a person and a night, never twice on a day.

Messages go through the outbox, in the transaction that notes them. Whoever has no
address is on the list of the page « À rendre », for the technician.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from parc import clock
from parc.domain.loan_reminder import Reminder, reminder_due
from parc.storage import loans, outbox
from parc.storage.loans import Loan
from parc.storage.tables import OwnerRow, PersonRow
from reports.french import count, day, typeset

_PLEASE = (
    "Merci de rendre ce matériel à votre service informatique, avec ses accessoires, "
    "ou de lui demander un autre délai."
)
_AUTOMATIC = "Ce message est envoyé par parc ; il est inutile d'y répondre."

Told = Sequence[tuple[Loan, Reminder]]


def remind(session: Session, at: datetime, days_before: int) -> int:
    """Put the reminders of the day in the outbox; give how many messages.

    `days_before` is how many days before the end of a loan the first one goes.
    """
    today = clock.local(at).date()
    running = loans.running(session, None)
    sent = loans.reminded(session, running)
    reachable = _reachable(session, {loan.person for loan in running if loan.person})
    by_person: dict[str, list[tuple[Loan, Reminder]]] = {}
    for loan in running:
        if loan.person is None or loan.person not in reachable:
            continue
        days = sent.get((loan.device.id, loan.seq), ())
        reminder = reminder_due(loan.due_on, today, days_before, days)
        if reminder is not None:
            by_person.setdefault(loan.person, []).append((loan, reminder))
    posted = 0
    for person, due in by_person.items():
        if told := loans.note(session, today, due):
            address, owner = reachable[person]
            outbox.post(session, address, _subject(told), _body(told, owner), at)
            posted += 1
    return posted


def _reachable(
    session: Session, people: Iterable[str]
) -> Mapping[str, tuple[str, str]]:
    """Give the address of those who have one, and the name of their owner."""
    found = session.exec(
        select(PersonRow.id, PersonRow.email, OwnerRow.name)
        .join(OwnerRow, col(OwnerRow.id) == PersonRow.owner_id)
        .where(col(PersonRow.id).in_(sorted(people)), col(PersonRow.email).is_not(None))
    )
    return {key: (email, owner) for key, email, owner in found if email}


def _subject(told: Told) -> str:
    late = sum(reminder is Reminder.OVERDUE for _, reminder in told)
    number = count(len(told), "matériel prêté", "matériels prêtés")
    when = "en retard" if late else "à rendre bientôt"
    return f"{number} {when}".replace("\u202f", " ").replace("\u00a0", " ")


def _body(told: Told, owner: str) -> str:
    lines = ["Bonjour,", "", typeset("Vous avez en prêt :"), ""]
    lines += [typeset(_line(loan, reminder)) for loan, reminder in told]
    lines += ["", _PLEASE, "", owner, "", typeset(_AUTOMATIC)]
    return "\n".join(lines)


def _line(loan: Loan, reminder: Reminder) -> str:
    name = f"{loan.device.tag} {loan.device.label}".strip()
    if reminder is Reminder.OVERDUE:
        return f"- {name} : il devait être rendu le {day(loan.due_on)}"
    return f"- {name} : à rendre le {day(loan.due_on)}"
