"""The finance office's files: tolerant headings, every line read or told."""

from datetime import date

import pytest

from imports import UnreadableError
from imports.finance import ledger, spends
from parc.domain.category import AgecCategory
from parc.domain.vocabulary import Condition
from tests.imports.files import workbook

IT = AgecCategory.IT_AND_TELEPHONY


def test_spends_are_read_under_tolerant_headings() -> None:
    content = (
        "Grand livre 2026;;;;;\n"
        "DATE DE MANDAT;Tiers;Famille d'achat;Montant HT (€);N° de mandat;État\n"
        "13/02/2026;UGAP;Matériel informatique et téléphonie;1 234,50;M-12;Neuf\n"
        "15/03/2026;Écodair;Ordinateurs;800,00;M-13;Reconditionné\n"
        "15/03/2026;Konica;Copieurs;90,5;M-14;\n"
        "Total;;;2 125,00;;\n"
    ).encode("cp1252")

    found = spends(content)

    assert found.issues == []
    assert [
        (s.line, s.day, s.supplier, s.agec_category, s.amount_cents, s.condition)
        for s in found.lines
    ] == [
        (3, date(2026, 2, 13), "UGAP", IT, 123_450, Condition.NEW),
        (4, date(2026, 3, 15), "Écodair", IT, 80_000, Condition.RECONDITIONED),
        (5, date(2026, 3, 15), "Konica", AgecCategory.PRINTING, 9_050, Condition.NEW),
    ]
    assert [s.reference for s in found.lines] == ["M-12", "M-13", "M-14"]


def test_what_cannot_be_read_is_told_with_its_line() -> None:
    content = (
        "Date;Fournisseur;Catégorie;Montant HT;Condition\n"
        ";UGAP;Informatique;10,00;\n"
        "2026-01-02;;Informatique;10,00;\n"
        "2026-01-02;UGAP;Mobilier;10,00;\n"
        "2026-01-02;UGAP;Informatique;dix;\n"
        "2026-01-02;UGAP;Informatique;10,00;Bizarre\n"
        "2026;UGAP;Informatique;10,00;\n"
        "2026-01-02;UGAP;Copieur informatique;10,00;\n"
    ).encode()

    found = spends(content)

    assert found.lines == []
    assert [(i.line, i.code) for i in found.issues] == [
        (2, "invalid_day"),
        (3, "invalid_supplier"),
        (4, "invalid_agec"),
        (5, "invalid_amount"),
        (6, "invalid_condition"),
        (7, "invalid_day"),
        (8, "invalid_agec"),
    ]


def test_dates_that_nothing_settles_wait_for_their_order() -> None:
    content = b"Date;Fournisseur;Categorie;Montant\n01/02/2026;UGAP;Informatique;5\n"

    assert [i.code for i in spends(content).issues] == ["invalid_day"]
    assert spends(content, "dmy").lines[0].day == date(2026, 2, 1)


def test_amounts_with_vat_are_refused() -> None:
    content = b"Date;Fournisseur;Categorie;Montant TTC\n13/02/2026;U;Informatique;5\n"

    with pytest.raises(UnreadableError, match="TTC"):
        spends(content)


def test_a_file_without_the_headings_is_refused() -> None:
    for read in (spends, ledger):
        with pytest.raises(UnreadableError, match="en-têtes"):
            read(b"a;b\n1;2\n")


def test_the_ledger_is_read_from_a_workbook() -> None:
    content = workbook(
        ["État de l'actif au 31/12/2025", None, None, None, None],
        [
            "N° d'inventaire",
            "Désignation du bien",
            "Date d'acquisition",
            "Valeur brute TTC",
            "Qté",
        ],
        ["2022-0041", "Lot de portables", date(2022, 3, 1), 10_800.0, 10],
        [20220042.0, "Serveur", date(2022, 4, 1), 5_000.5, None],
        [None, "Sans numéro", None, 12.0, 1],
        ["Total", None, None, 15_812.5, None],
    )

    found = ledger(content)

    assert found.says_vat
    assert [
        (one.number, one.acquired_on, one.value_cents, one.quantity)
        for one in found.lines
    ] == [
        ("2022-0041", date(2022, 3, 1), 1_080_000, 10),
        ("20220042", date(2022, 4, 1), 500_050, None),
    ]
    assert [(i.line, i.code) for i in found.issues] == [(5, "invalid_number")]
