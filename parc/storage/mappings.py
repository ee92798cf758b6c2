"""What people have said of an owner's files: kept, found again, forgotten."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Table, delete
from sqlmodel import Session, col, func, select

from parc.domain.refusal import Refusal, Refused
from parc.storage.mapping_tables import MappingRow, WordRow

MOST_MAPPINGS = 200
MOST_WORDS = 5_000
"""Mappings and words that are kept for one owner."""

_WORDS: Table = WordRow.__table__  # type: ignore[attr-defined]


def find_mapping(session: Session, owner_id: int, digest: str) -> MappingRow | None:
    """Find what is remembered of a set of headings."""
    return session.exec(
        select(MappingRow).where(
            MappingRow.owner_id == owner_id, MappingRow.digest == digest
        )
    ).first()


def keep_mapping(  # noqa: PLR0917 - whose, of what, what, by whom, when
    session: Session,
    owner_id: int,
    digest: str,
    origin: str,
    sheet: str,
    columns: str,
    actor: str,
    at: datetime,
) -> MappingRow:
    """Remember how a set of headings is read; what was known of it is replaced.

    `columns` is JSON.

    Raises:
        Refused: too many are remembered.
    """
    row = find_mapping(session, owner_id, digest)
    if row is None:
        kept = session.exec(
            select(func.count()).where(col(MappingRow.owner_id) == owner_id)
        ).one()
        if kept >= MOST_MAPPINGS:
            message = (
                f"{MOST_MAPPINGS} correspondances au plus : oubliez-en une qui ne sert "
                "plus."
            )
            raise Refused((Refusal("too_many", message),))
        row = MappingRow(
            owner_id=owner_id,
            digest=digest,
            origin=origin,
            sheet=sheet,
            columns=columns,
            changed_at=at,
            changed_by=actor,
        )
    row.sheet, row.columns = sheet, columns
    row.changed_at, row.changed_by = at, actor
    session.add(row)
    session.flush()
    return row


def mappings_of(session: Session, owner_ids: Sequence[int]) -> list[MappingRow]:
    """List what is remembered for some owners, the latest first."""
    return list(
        session.exec(
            select(MappingRow)
            .where(col(MappingRow.owner_id).in_(owner_ids))
            .order_by(col(MappingRow.changed_at).desc(), col(MappingRow.id).desc())
        )
    )


def keep_words(  # noqa: PLR0917 - whose, of which lists, what, by whom, when
    session: Session,
    owner_id: int,
    origin: str,
    words: Mapping[str, Mapping[str, str]],
    actor: str,
    at: datetime,
) -> None:
    """Remember what words mean, by kind; an empty meaning forgets the word.

    Raises:
        Refused: too many are remembered.
    """
    known = {
        (row.kind, row.word): row
        for row in session.exec(
            select(WordRow).where(
                WordRow.owner_id == owner_id, WordRow.origin == origin
            )
        )
    }
    added = 0
    for kind, meanings in words.items():
        for word, meaning in meanings.items():
            row = known.get((kind, word))
            if not meaning:
                if row is not None:
                    session.delete(row)
                continue
            if row is None:
                added += 1
                row = WordRow(
                    owner_id=owner_id,
                    origin=origin,
                    kind=kind,
                    word=word,
                    meaning="",
                    changed_at=at,
                    changed_by=actor,
                )
            if row.meaning != meaning:
                row.meaning, row.changed_at, row.changed_by = meaning, at, actor
                session.add(row)
    session.flush()
    if added and _count_words(session, owner_id) > MOST_WORDS:
        message = f"{MOST_WORDS} mots mémorisés au plus : oubliez-en."
        raise Refused((Refusal("too_many", message),))


def words_of(session: Session, owner_ids: Sequence[int]) -> list[WordRow]:
    """List the words remembered for some owners."""
    return list(
        session.exec(
            select(WordRow)
            .where(col(WordRow.owner_id).in_(owner_ids))
            .order_by(
                col(WordRow.owner_id),
                col(WordRow.origin),
                col(WordRow.kind),
                col(WordRow.word),
            )
        )
    )


def forget_words(session: Session, owner_id: int, origin: str, kind: str) -> int:
    """Forget all the words of a kind; tell how many there were."""
    gone = session.execute(
        delete(_WORDS).where(
            _WORDS.c.owner_id == owner_id,
            _WORDS.c.origin == origin,
            _WORDS.c.kind == kind,
        )
    )
    return int(gone.rowcount)  # type: ignore[attr-defined]  # of a DELETE


def _count_words(session: Session, owner_id: int) -> int:
    return session.exec(
        select(func.count()).where(col(WordRow.owner_id) == owner_id)
    ).one()
