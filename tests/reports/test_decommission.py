"""The papers of a réforme: what they say, on how many pages, the same bytes again."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from parc.clock import PARIS
from parc.domain.decommissioning import Act, Content, Line, Verdict
from reports.decommission_pdf import Decided, certificate, report
from tests.factories import LENS
from tests.reports.test_stocktake import text_of

LINE = Line(
    tag="LL-000001-9",
    label="Ordinateur portable, Dell Latitude 5420",
    category="laptop",
    serial="640HP72",
    accounting_number="2020-0042",
    site="Mairie, 1er étage",
    acquired_on="2020-03-01",
    price_cents=92_400,
    net_cents=0,
    age_basis="Date d'acquisition",
    age_since="2020-03-01",
    age_months=80,
    exclusion="",
    flags=("Support de stockage à effacer",),
    value_cents=4_550,
    method="Comparaison avec le marché de l'occasion",
    valued_on="2026-11-20",
    valued_by="U-AL1CE000",
    reason="Batterie hors d'usage, trop lent pour le poste type",
    state="Réforme proposée",
    verdict=Verdict.ACCEPTED.value,
    of=1,
)


def decided(*lines: Line, certificate_number: str = "CA-2026-0003") -> Decided:
    """Give a decided list."""
    return Decided(
        Content(
            number="RF-2026-0007",
            owner="Communauté d'agglomération de Lens-Liévin",
            siret=LENS,
            account="21838",
            reason="Renouvellement du parc",
            comment="",
            proposed_on="2026-11-20",
            proposed_by="U-AL1CE000",
            lines=lines,
        ),
        Act(
            "DEL-2026-41",
            "2026-11-24",
            "2026-11-24T12:00:00+00:00",
            "U-B0B00000",
            "Signataire habilité",
            "PV-2026-0004",
            certificate_number,
        ),
        datetime(2026, 11, 24, 13, tzinfo=PARIS),
        "ab" * 32,
    )


def words(content: bytes, folder: Path) -> str:
    """Read a paper as a person does."""
    return " ".join(text_of(content, folder).replace("\xa0", " ").split())


def many(number: int) -> list[Line]:
    """Give lines: a third under one accounting number, some without, one refused."""
    lines = [
        replace(
            LINE,
            tag=f"LL-{n:06d}-X",
            accounting_number="2019-0100" if n % 3 == 0 else f"2020-{n:04d}",
            of=40 if n % 3 == 0 else 1,
        )
        for n in range(number)
    ]
    lines[4] = replace(lines[4], accounting_number="", of=0, price_cents=None)
    lines[5] = replace(
        lines[5], verdict=Verdict.REFUSED.value, why="Encore utile à l'accueil"
    )
    lines[6] = replace(lines[6], verdict=Verdict.LEFT.value, state="À qualifier")
    lines[7] = replace(lines[7], exclusion="Plus de dix ans à la réforme")
    return lines


def test_the_report_names_the_act_who_decided_and_each_device(
    tmp_path: Path,
) -> None:
    told = words(report(decided(*many(10))), tmp_path)

    for said in (
        "Procès-verbal de réforme n° PV-2026-0004",
        "DEL-2026-41 du 24/11/2026",
        "par U-B0B00000, signataire habilité",
        "le 24/11/2026 à 13:00",
        "Matériels réformés : 8",
        "Matériels dont la réforme est refusée : 1",
        "Encore utile à l'accueil",
        "État : À qualifier",
        "6 ans 8 mois",
        "Support de stockage à effacer",
        "plus de dix ans à la réforme : 1",
        "364,00 €",
        "ab" * 32,
        "Page 1 sur 2",
    ):
        assert said in told, said


def test_the_certificate_groups_by_accounting_number_and_says_what_is_partial(
    tmp_path: Path,
) -> None:
    told = words(certificate(decided(*many(10))), tmp_path)

    for said in (
        "Certificat administratif n° CA-2026-0003 (projet)",
        "Projet à vérifier",
        "21838",
        "à compléter",
        "comptable 2019-0100 : sortie partielle, 3 sur 40",
        "comptable 2020-0001 : sortie totale",
        "Sous-total",
        "2 772,00 €",
        "Sans numéro d'inventaire comptable : 1",
        "Mairie, 1er étage",
        "01/03/2020",
    ):
        assert said in told, said
    assert "LL-000005-X" not in told, "what was refused leaves nothing"


@pytest.mark.parametrize("draw", [report, certificate])
def test_the_same_list_gives_the_same_bytes(draw: object) -> None:
    assert callable(draw)
    assert draw(decided(LINE)) == draw(decided(LINE))


@pytest.mark.parametrize("draw", [report, certificate])
def test_sixty_devices_go_over_several_pages_each_with_its_titles(
    tmp_path: Path, draw: object
) -> None:
    assert callable(draw)
    told = words(draw(decided(*many(60))), tmp_path)

    assert told.count("N° de série") >= 3
    assert "Page 3 sur" in told
    assert "LL-000059-X" in told


def test_signs_that_the_faces_do_not_have_do_not_stop_the_paper() -> None:
    odd = replace(LINE, reason="Écran 漢字 \u202f cassé", label="x" * 300)

    assert report(decided(odd)).startswith(b"%PDF-")
