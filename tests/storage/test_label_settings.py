"""What labels say for an owner, its own stock, its printers."""

import pytest
from sqlalchemy import Engine

from parc.domain.refusal import Refused
from parc.storage import label_settings
from parc.storage.database import writing
from parc.storage.label_settings import Texts
from parc.storage.label_tables import LabelPrinterRow, LabelStockRow
from tests.factories import ALICE, LENS, LOOS, TODAY, at
from tests.storage.conftest import owner_row

NOW = at(TODAY)


def a_stock(owner_id: int, name: str = "Les miennes") -> LabelStockRow:
    """Give a stock that somebody adds."""
    return LabelStockRow(
        owner_id=owner_id,
        name=name,
        definition="{}",
        changed_at=NOW,
        changed_by=ALICE.id,
    )


def a_printer(owner_id: int, name: str = "Accueil", dpi: int = 600) -> LabelPrinterRow:
    """Give a printer's profile."""
    return LabelPrinterRow(
        owner_id=owner_id,
        name=name,
        dpi=dpi,
        shift_x=500,
        shift_y=-300,
        scale=1_005_000,
        changed_at=NOW,
        changed_by=ALICE.id,
    )


def test_without_a_choice_labels_say_the_owner_s_name(engine: Engine) -> None:
    with writing(engine) as session:
        loos = owner_row(session, LOOS).id

        assert label_settings.texts_of(session, [loos]) == {
            loos: Texts("Loos-en-Gohelle", "Rapporter à : Loos-en-Gohelle")
        }


def test_texts_are_set_and_set_again(engine: Engine) -> None:
    with writing(engine) as session:
        lens = owner_row(session, LENS).id
        for name in ("CALL", "CA  de Lens-Liévin"):
            said = Texts(name, "Rapporter à : Hôtel communautaire")
            label_settings.set_texts(session, lens, said, NOW, ALICE.id)

        assert label_settings.texts_of(session, [lens])[lens] == Texts(
            "CA de Lens-Liévin", "Rapporter à : Hôtel communautaire"
        )


@pytest.mark.parametrize(
    ("texts", "field"),
    [
        (Texts("", "x"), "name"),
        (Texts("x" * 61, "x"), "name"),
        (Texts("Lens", "x" * 81), "return_to"),
        (Texts("Lens", "電話"), "return_to"),
        (Texts("Le\x07ns", ""), "name"),
    ],
)
def test_texts_that_no_label_can_show_are_refused(
    engine: Engine, texts: Texts, field: str
) -> None:
    with writing(engine) as session:
        lens = owner_row(session, LENS).id
        with pytest.raises(Refused) as caught:
            label_settings.set_texts(session, lens, texts, NOW, ALICE.id)

    assert [reason.field for reason in caught.value.reasons] == [field]


def test_a_stock_s_name_is_one_owner_s(engine: Engine) -> None:
    with writing(engine) as session:
        lens, loos = owner_row(session, LENS).id, owner_row(session, LOOS).id
        first = label_settings.add_stock(session, a_stock(lens))
        label_settings.add_stock(session, a_stock(loos))
        with pytest.raises(Refused, match="existe déjà"):
            label_settings.add_stock(session, a_stock(lens, "LES MIENNES"))

        changed = a_stock(lens, "Autres")
        label_settings.add_stock(session, changed, replacing=first)

        assert [s.name for s in label_settings.stocks(session, [lens])] == ["Autres"]
        assert len(label_settings.stocks(session, None)) == 2


def test_a_printer_is_remembered_by_its_name(engine: Engine) -> None:
    with writing(engine) as session:
        lens = owner_row(session, LENS).id
        label_settings.keep_printer(session, a_printer(lens))
        label_settings.keep_printer(session, a_printer(lens, "accueil", dpi=300))

        (kept,) = label_settings.printers(session, [lens])
        assert (kept.dpi, kept.shift_x, kept.scale) == (300, 500, 1_005_000)
        label_settings.remove(session, kept)
        assert label_settings.printers(session, None) == []


def test_there_is_a_limit(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(label_settings, "MOST", 1)
    with writing(engine) as session:
        lens = owner_row(session, LENS).id
        label_settings.keep_printer(session, a_printer(lens))
        label_settings.add_stock(session, a_stock(lens))

        with pytest.raises(Refused, match="1 au plus"):
            label_settings.keep_printer(session, a_printer(lens, "Atelier"))
        with pytest.raises(Refused, match="1 au plus"):
            label_settings.add_stock(session, a_stock(lens, "Autres"))
