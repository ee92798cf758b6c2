"""Which model an article's bar code is of: the same on every box of that model."""

from collections.abc import Collection
from datetime import datetime

from sqlmodel import Session, col, select

from parc.domain.maker_serials import gtin
from parc.domain.refusal import Refusal, Refused
from parc.storage.scan_tables import ArticleRow
from parc.storage.tables import ProductRow


def models_of(session: Session, codes: Collection[str]) -> dict[str, int]:
    """Give the model (row id of the product) of each article number that is known.

    Codes are GTINs in fourteen digits, as `maker_serials.gtin` gives them.
    """
    rows = session.exec(select(ArticleRow).where(col(ArticleRow.code).in_(codes)))
    return {row.code: row.product_id for row in rows}


def names_of(session: Session, product_ids: Collection[int]) -> dict[int, str]:
    """Give maker and model of products by row id."""
    rows = session.exec(select(ProductRow).where(col(ProductRow.id).in_(product_ids)))
    return {row.id: f"{row.maker} {row.model}".strip() for row in rows}


def codes_of(session: Session, product_id: int) -> list[str]:
    """List the article numbers of a model."""
    return list(
        session.exec(
            select(ArticleRow.code)
            .where(ArticleRow.product_id == product_id)
            .order_by(col(ArticleRow.code))
        )
    )


def learn(
    session: Session, code: str, product_id: int, *, at: datetime, by: str
) -> ArticleRow:
    """Keep which model an article number is of, in place of what was known.

    Raises:
        Refused: no article number, or its check digit is wrong.
    """
    number = gtin(code.strip())
    if number is None:
        message = (
            "« Code-barres du modèle (EAN) » : huit à quatorze chiffres, dont le "
            "dernier contrôle les autres ; il est faux."
        )
        raise Refused((Refusal("invalid_field", message, "code"),))
    row = session.get(ArticleRow, number)
    if row is None:
        row = ArticleRow(
            code=number, product_id=product_id, created_at=at, created_by=by
        )
    row.product_id, row.created_at, row.created_by = product_id, at, by
    session.add(row)
    session.flush()
    return row
