"""Each row is known by its line, and those set aside come back to be corrected."""

import json
from datetime import date

import pytest
from sqlalchemy import Engine

from parc.storage.database import reading
from tests.imports.files import text, workbook
from tests.operations.imported import (
    HEADING,
    LAPTOP,
    counts,
    device,
    events,
    imported,
    sheet,
)


def test_every_event_tells_the_line_of_the_file(parc: Engine) -> None:
    heading = f"{HEADING};Date d'achat;Date de réforme;Destination;Date de remise"
    past = "2015-09-01;2022-05-03;Vente;2022-09-12"
    imported(
        parc, sheet("PC-16;S16;Écran;HP;E;;;;", f"{LAPTOP};{past}", heading=heading)
    )

    lines = [json.loads(e.details)["source_line"] for e in events(parc, "PC-17")]

    assert len(lines) > 2
    assert set(lines) == {3}


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_rows_to_correct_are_corrected_and_sent_again_alone(
    parc: Engine, kind: str
) -> None:
    rows: list[list[object]] = [
        ["Parc de la mairie d'Hénin, à jour au 1er mars"],
        ["Étiquette", "N° de série", "Type", "Modèle", "Date d'achat", "Prix HT"],
        ["PC-1", "S1", "PC portable", "L'été", date(2023, 3, 1), 899.9],
        ["PC-2", "S2", "Écran", "Œuvre", date(2031, 1, 1), 1234.5],
        ["PC-1", "S1", "Écran", "Autre", date(2023, 4, 5), 12],
    ]
    content = workbook(*rows, Aide=[["À lire"]]) if kind == "xlsx" else text(*rows)

    first = imported(parc, content)
    assert counts(first) == (1, 0, 0, 1, 1)
    told = first.rejects.decode("utf-8-sig")
    assert ";4;rejeté;" in told
    assert ";5;en conflit;" in told
    again = imported(
        parc, told.replace("2031", "2021").replace("PC-1;S1", "PC-3;S3").encode()
    )

    assert counts(again) == (2, 0, 0, 0, 0)
    with reading(parc) as session:
        facts = json.loads(device(session, "PC-2").facts)
    assert (facts["model"], facts["acquired_on"]) == ("Œuvre", "2021-01-01")
    assert facts["price_cents"] == 123_450
