"""Fields of a row: each in its kind, each doubt told, nothing guessed."""

from datetime import date

import pytest

from parc.domain.device import Medium
from parc.domain.intake import Destination, DeviceRecord
from parc.domain.vocabulary import MediumKind, State
from tests.imports.files import (
    codes,
    read,
    record,
    records,
    remark,
    table,
    workbook,
)


def test_a_mangled_identifier_is_left_out_and_told() -> None:
    found = read(
        table(
            ["N° de série", "N° immo", "Numéro de modèle"],
            ("6.37702E+15", "5,02E+18", "1.78E+11"),
            ("640HP72", "42", "9351IS25A51"),
        )
    )

    first, second = found.records
    assert (first.tag, first.serial, first.accounting_number) == ("INV-1", None, None)
    assert first.specifications is None
    assert second.serial == "640HP72"
    assert codes(found).count("mangled_identifier") == 3


def test_a_number_too_long_for_a_spreadsheet_is_mangled_too() -> None:
    found = read(
        workbook(["Étiquette", "N° de série"], ["A", 6_377_020_000_000_000], ["B", 42])
    )

    assert [made.serial for made in found.records] == [None, "42"]


def test_a_true_cell_is_not_the_number_one() -> None:
    found = records(
        workbook(["Étiquette", "Modèle"], ["A", True], ["B", 1], ["C", 1.5], ["D", "1"])
    )

    assert [made.model for made in found] == ["vrai", "1", "1.5", "1"]


def test_a_row_of_several_devices_is_rejected() -> None:
    found = read(
        table(["Quantité", "Marque"], ("12", "Dell"), ("1", "HP"), ("", "Acer"))
    )

    assert [row.issues[0].code for row in found.rejected] == ["several_devices"]
    assert [made.maker for made in found.records] == ["HP", "Acer"]


def test_a_category_is_told_by_its_name_or_its_model_else_remarked_once() -> None:
    found = read(
        table(
            ["Catégorie", "Modèle"],
            ("Écran", "P2419H"),
            ("Matériel", "Laptop"),
            ("Bidule", "x"),
            ("Bidule", "y"),
        )
    )

    assert [made.category for made in found.records] == ["screen", "laptop", None, None]
    told = remark(found, "unknown_category")
    assert (told.line, told.value) == (4, "Bidule")
    assert "1 autre ligne" in told.message


@pytest.mark.parametrize(
    ("label", "state"),
    [
        ("En service", State.IN_SERVICE),
        ("in use", State.IN_SERVICE),
        ("stock", State.IN_STOCK),
        ("Réformé", State.DECOMMISSIONED),
        ("À recycler", State.TO_RECYCLE),
        ("HS", State.IN_REPAIR),
    ],
)
def test_a_state_is_told_by_its_label(label: str, state: State) -> None:
    assert record(["Statut", "Marque"], label, "Dell").state is state


def test_an_unknown_state_is_told_and_a_vague_one_passed_over() -> None:
    found = read(table(["Statut", "Marque"], ("Zébré", "Dell"), ("Bon état", "HP")))

    assert {made.state for made in found.records} == {None}
    assert remark(found, "unknown_state").value == "Zébré"


def test_the_past_is_declared() -> None:
    made = record(
        [
            *("Date de mise en service", "Date de réforme", "Destination"),
            *("Date de remise", "Bénéficiaire", "Engagement de réemploi"),
            "Preuve de réemploi",
        ],
        *("2016-01-04", "2024-05-13", "dons aux associations", "2024-06-20"),
        *("Emmaüs Connect", "2024-06-01", "2024-09-30"),
    )

    assert made == DeviceRecord(
        2,
        tag="INV-1",
        commissioned_on=date(2016, 1, 4),
        decommissioned_on=date(2024, 5, 13),
        destination=Destination.ASSOCIATION_GIFT,
        handed_over_on=date(2024, 6, 20),
        beneficiary="Emmaüs Connect",
        commitment_on=date(2024, 6, 1),
        proof_on=date(2024, 9, 30),
    )


def test_a_destination_not_reached_yet_is_none_and_a_doubt_is_told() -> None:
    found = read(table(["Destination", "Marque"], ("En stock", "a"), ("à vendre", "b")))

    assert {made.destination for made in found.records} == {None}
    assert remark(found, "unknown_destination").value == "à vendre"


def test_a_holder_is_a_first_and_last_name_else_one_text() -> None:
    headings = ["Prénom", "Nom", "Service"]

    assert record(headings, "Alice", "Martin", "DSI").holder_name == "Alice Martin"
    assert record(headings, "", "", "DSI").holder_name == "DSI"


def test_an_owner_is_a_valid_siret_or_told() -> None:
    headings = ["SIRET", "Commune"]

    made = record(headings, "246 200 364 00015", "Lens")
    assert (made.owner_siret, made.owner_name) == ("24620036400015", "Lens")

    found = read(table(headings, ("24620036400016", "Lens")))
    assert found.records[0].owner_siret is None
    assert "invalid_siret" in codes(found)


def test_a_storage_medium_has_its_serial_kind_and_size() -> None:
    headings = ["N° de série du disque", "Type de disque", "Capacité"]

    assert record(headings, "S29NNX", "SSD NVMe", "1 To").media == (
        Medium("S29NNX", MediumKind.NVME, 1_000),
    )
    assert record(headings, "S29NNX", "", "²").media == (
        Medium("S29NNX", MediumKind.UNKNOWN, None),
    )
    assert record(headings, "", "SSD", "512").media == ()
