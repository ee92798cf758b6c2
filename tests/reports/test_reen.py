"""The annual document: its sheets, its sentences, the devices behind each figure."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parc import resources
from parc.domain.events import Event
from parc.domain.vocabulary import Action, Level
from reports import REPORTS, french, reen
from reports.indicators.reuse import IDS
from reports.reen_lists import why
from reports.reen_method import PARAMETERS
from reports.report import Cell, Link, Note, Percent, Report, Sheet, Table, WebLink
from reports.reuse_year import ReuseYear
from tests.factories import LENS, LOOS, Story, a_command
from tests.reports.lives import NAMES, a_year, fleets, left, life, reformed

SPRING, SUMMER = date(2026, 4, 1), date(2026, 7, 1)
FLOW = date(2026, 2, 1)


def sheet(report: Report, title: str) -> Sheet:
    """Find a sheet by its title."""
    return next(found for found in report.sheets if found.title == title)


def tables(found: Sheet) -> list[Table]:
    """Give the tables of a sheet."""
    return [block for block in found.content if isinstance(block, Table)]


def column(table: Table, title: str) -> list[Cell]:
    """Give what a column holds, links opened."""
    index = [c.title for c in table.columns].index(title)
    return [plain(row[index]) for row in table.rows]


def plain(cell: Cell) -> Cell:
    """Give what a cell shows."""
    shown = cell.value if isinstance(cell, Link | WebLink) else cell
    return shown.value if isinstance(shown, Percent) else shown


def texts(found: Sheet) -> str:
    """Give all that a sheet says, in one string with plain spaces."""
    said = [block.text for block in found.content if isinstance(block, Note)]
    for table in tables(found):
        said += [str(plain(cell)) for row in table.rows for cell in row]
    return "\n".join(said).replace(french.NO_BREAK, " ")


def a_mixed_year() -> ReuseYear:
    """Give a year with stock, gifts, sales, exclusions, and a second owner's."""
    return a_year(
        [
            *(reformed() for _ in range(3)),
            left(reformed(), SPRING),
            left(reformed(), SPRING, "sale"),
            left(reformed(FLOW), SPRING, "public_transfer", taker_siret=LOOS),
            reformed(category="mouse"),
            reformed(category="mouse"),
            reformed(bought=None),
            reformed(FLOW, bought=date(2010, 1, 1)),
        ]
    )


def test_the_document_is_registered_under_its_name_with_its_legal_basis() -> None:
    assert REPORTS["reen"].build is reen.build
    assert "2023-266" in REPORTS["reen"].legal_basis


def test_the_sheets_come_in_order() -> None:
    one = [found.title for found in reen.build(a_mixed_year()).sheets]
    several = [found.title for found in reen.build(a_year([], owners=NAMES)).sheets]

    rest = [*IDS, "Exclusions", "Méthode", "Sources"]
    assert one == ["Synthèse", *rest]
    assert several == ["Synthèse", "Par propriétaire", *rest]


def test_the_document_says_what_and_when_it_is() -> None:
    report = reen.build(a_mixed_year())

    assert report.title == "Réemploi des matériels informatiques réformés, 2026"
    assert report.subject == reen.LEGAL_BASIS
    assert report.summary == reen.lead(a_mixed_year())


def test_the_synthesis_gives_value_target_gap_and_legal_basis() -> None:
    synthesis = sheet(reen.build(a_mixed_year()), "Synthèse")
    figures = tables(synthesis)[0]

    assert synthesis.one_page
    assert column(figures, "Indicateur") == list(IDS)
    assert column(figures, "Valeur") == [Decimal("40.0"), Decimal("33.3"), 5, 2]
    assert column(figures, "Numérateur") == [2, 2, 5, 2]
    assert column(figures, "Dénominateur") == [5, 6, None, None]
    assert column(figures, "Objectif en vigueur") == [50, 50, None, None]
    assert column(figures, "Écart (points)") == [
        Decimal("-10.0"),
        Decimal("-16.7"),
        None,
        None,
    ]
    assert column(figures, "Atteint") == ["Non", "Non", None, None]
    bases = [str(basis) for basis in column(figures, "Fondement")]
    assert "2023-266" in bases[0]
    assert "objectif pour information" not in bases[0].replace("\u00a0", " ")
    assert "objectif pour information" in bases[1].replace("\u00a0", " ")


def test_each_figure_of_the_synthesis_opens_a_sheet_of_the_document() -> None:
    report = reen.build(a_mixed_year())
    titles = {found.title for found in report.sheets}
    synthesis = sheet(report, "Synthèse")
    opened = set()
    for table in tables(synthesis):
        for row in table.rows:
            links = [cell for cell in row if isinstance(cell, Link)]
            assert links, row
            opened |= {link.sheet for link in links}
            numbers = [cell for cell in row if isinstance(cell, int)]
            assert not numbers, "a count of devices opens their list"

    assert opened == {*IDS, "Exclusions"}
    assert opened <= titles


def test_each_other_sheet_has_a_way_back() -> None:
    for found in reen.build(a_mixed_year()).sheets[1:]:
        back = [note for note in found.content if isinstance(note, Note) and note.sheet]
        assert [note.sheet for note in back] == ["Synthèse"], found.title


def test_a_rate_without_stock_says_why_in_place_of_a_value() -> None:
    report = reen.build(a_year([left(reformed(FLOW), SPRING)]))
    (value, *_) = tables(sheet(report, "Synthèse"))[0].rows[0][2:]

    assert value == "non calculable (stock nul au 1er janvier)"


@given(fleet=fleets(), year=st.integers(2023, 2027), both=st.booleans())
def test_lists_hold_exactly_the_devices_of_their_fractions(
    fleet: list[list[Event]], year: int, both: bool
) -> None:
    owners = NAMES if both else {LENS: NAMES[LENS]}
    found = a_year(fleet, year, owners)
    report = reen.build(found)
    rate, flow, stock, _ = found.figures()

    listed = {key: tables(sheet(report, key))[-1] for key in IDS}
    for key in ("REEN-01", "REEN-01b", "REEN-03"):
        assert column(listed[key], "En A").count("Oui") == rate.numerator
    assert column(listed["REEN-01"], "En B").count("Oui") == rate.denominator
    assert column(listed["REEN-01b"], "En B").count("Oui") == rate.denominator
    assert len(listed["REEN-02"].rows) == stock.numerator
    available = sum(line.standing.available for line in found.lines)
    assert flow.denominator == available <= len(listed["REEN-01b"].rows)
    oriented = column(listed["REEN-01b"], "Orienté").count("Oui")
    assert oriented == found.progress().oriented
    by_reason, outside = tables(sheet(report, "Exclusions"))
    assert len(outside.rows) == sum(line.outside for line in found.lines)
    *_, total = column(by_reason, "Matériels")
    assert total == len(outside.rows)


def test_a_list_shows_each_device_and_why_it_counts_or_not() -> None:
    sold = left(
        reformed(tag="T-SOLD", serial="S-1"),
        SPRING,
        "sale",
        commitment=date(2026, 3, 1),
        proof=SUMMER,
    )
    (row,) = tables(sheet(reen.build(a_year([sold])), "REEN-01"))[0].rows
    (table,) = tables(sheet(reen.build(a_year([sold])), "REEN-01"))

    assert dict(zip([c.title for c in table.columns], row, strict=True)) == {
        "Étiquette": "T-SOLD",
        "N° de série": "S-1",
        "Catégorie": "Ordinateur portable",
        "Matériel": "Dell Latitude 5420",
        "Réformé le": date(2025, 5, 15),
        "Âge à la réforme": "6\u00a0ans 2\u00a0mois",
        "Âge compté du": date(2019, 3, 1),
        "Date retenue": "Acquisition",
        "Voie": "Vente",
        "Remis le": SPRING,
        "Engagement du": date(2026, 3, 1),
        "Preuve du": SUMMER,
        "Niveau de preuve": "Documenté",
        "Orienté": "Oui",
        "En B": "Oui",
        "En A": "Oui",
        "Motif": "Engagement et preuve réunis",
    }


def test_lists_are_sorted_by_owner_then_tag_and_name_the_owner_if_several() -> None:
    fleet = [
        reformed(tag="B"),
        reformed(tag="A"),
        reformed(tag="C", owner=LOOS),
    ]
    (several,) = tables(sheet(reen.build(a_year(fleet, owners=NAMES)), "REEN-02"))
    (one,) = tables(sheet(reen.build(a_year(fleet)), "REEN-02"))

    by_owner = [*([("A", LENS), ("B", LENS)]), ("C", LOOS)]
    expected = sorted(by_owner, key=lambda pair: (pair[1], pair[0]))
    assert column(several, "Étiquette") == [tag for tag, _ in expected]
    assert column(several, "Propriétaire") == [NAMES[siret] for _, siret in expected]
    assert "Propriétaire" not in [c.title for c in one.columns]
    assert column(one, "Étiquette") == ["A", "B"]


@pytest.mark.parametrize(
    ("story", "said"),
    [
        (reformed(), "Pas remis pour réemploi en 2026"),
        (left(reformed(), SPRING), "Compté à la remise"),
        (
            left(reformed(), SPRING, "sale"),
            "Engagement préalable absent ; preuve de réemploi absente",
        ),
        (
            left(reformed(), SPRING, "sale", commitment=SPRING),
            "Preuve de réemploi absente",
        ),
        (
            left(reformed(), SPRING, "sale", proof=SUMMER),
            "Engagement préalable absent",
        ),
        (
            left(reformed(), SPRING, "sale", proof=SUMMER).filed("commitment", SUMMER),
            "Engagement postérieur à la remise",
        ),
        (
            left(reformed(), SPRING).then(
                a_command(Action.RETURN_FROM_TAKER, SUMMER, reason="Panne")
            ),
            "Rendu par le preneur",
        ),
        (
            left(reformed(), SPRING).then(
                a_command(Action.REPORT_RECYCLED_BY_TAKER, SUMMER)
            ),
            "Recyclé par le preneur : sort du calcul",
        ),
        (left(reformed(category="mouse"), SPRING), "Accessoire (hors périmètre suivi)"),
    ],
)
def test_the_reason_is_said_in_a_few_words(story: Story, said: str) -> None:
    (line,) = a_year([story]).lines

    assert why(line, 2026) == said


def test_exclusions_are_counted_by_reason_then_listed_in_that_order() -> None:
    exclusions = sheet(reen.build(a_mixed_year()), "Exclusions")
    by_reason, listed = tables(exclusions)

    assert exclusions.listing
    assert [tuple(row) for row in by_reason.rows] == [
        ("Accessoire (hors périmètre suivi)", 2, 2, 0),
        ("Catégorie DEEE autre que 2 et 6", 0, 0, 0),
        ("Informations ou supports classifiés", 0, 0, 0),
        ("Informations protégées par une obligation propre", 0, 0, 0),
        ("Âge inconnu", 1, 1, 0),
        ("Plus de dix ans à la réforme", 1, 0, 0),
        ("Ensemble", 4, 3, 0),
    ]
    assert column(listed, "Motif d'exclusion") == [
        "Accessoire (hors périmètre suivi)",
        "Accessoire (hors périmètre suivi)",
        "Âge inconnu",
        "Plus de dix ans à la réforme",
    ]
    assert column(listed, "Date retenue")[2] == "Aucune date"
    assert column(listed, "Âge à la réforme")[2] == "inconnu"


def test_a_device_of_b_is_no_exclusion_even_when_a_later_reforme_is_too_late() -> None:
    """In stock at nine, put back in use, réformé again past ten and given."""
    story = reformed(date(2025, 12, 1), bought=date(2016, 2, 1))
    story.then(a_command(Action.REINSTATE, date(2026, 1, 10), reason="Besoin"))
    report = reen.build(a_year([left(story.decommissioned(SPRING), SPRING)]))

    (listed,) = tables(sheet(report, "REEN-01"))
    assert column(listed, "En B") == ["Oui"]
    assert column(listed, "Motif") == ["Plus de dix ans à la réforme"]
    by_reason, outside = tables(sheet(report, "Exclusions"))
    assert (outside.rows, column(by_reason, "Matériels")[-1]) == ((), 0)
    *_, exclusions, _ = tables(sheet(report, "Méthode"))
    assert set(column(exclusions, "Matériels")) == {0}


def test_each_owner_has_its_own_rate_in_the_mutualised_document() -> None:
    fleet = [*(reformed() for _ in range(2)), left(reformed(owner=LOOS), SPRING)]
    report = reen.build(a_year(fleet, owners=NAMES))
    (table,) = tables(sheet(report, "Par propriétaire"))

    assert column(table, "Propriétaire") == list(NAMES.values())
    assert column(table, "REEN-01") == [Decimal("0.0"), Decimal("100.0")]
    assert column(table, "Atteint") == ["Non", "Oui"]
    first = texts(sheet(report, "Synthèse"))
    assert "2 propriétaires : périmètre mutualisé, non statutaire" in first
    assert "Somme des propriétaires, non statutaire" in texts(sheet(report, "Méthode"))


def test_the_method_says_perimeter_moment_exclusions_and_readings() -> None:
    said = texts(sheet(reen.build(a_mixed_year()), "Méthode"))

    assert "246 200 364 00015" in said
    assert NAMES[LENS] in said
    assert "Ce que parc savait le 01/01/2032 à 13:00 (heure de Paris)" in said
    assert "le taux peut dépasser 100 % et n'est jamais plafonné" in said
    law = resources.law()
    for name in PARAMETERS:
        policy = law[name].in_force(date(2026, 12, 31)).policy
        assert policy is None or policy.replace("\u00a0", " ") in said, name


def test_the_method_counts_exclusions_and_ages() -> None:
    *_, exclusions, ages = tables(sheet(reen.build(a_mixed_year()), "Méthode"))

    assert column(exclusions, "Matériels") == [2, 0, 0, 0, 1, 1]
    assert [tuple(row) for row in ages.rows] == [
        ("Date d'acquisition", 9),
        ("Date de mise en service", 0),
        ("Date de fabrication", 0),
        ("Aucune date : âge inconnu", 1),
    ]


def test_the_method_says_how_much_rests_on_declarations() -> None:
    declared = life().then(
        a_command(
            Action.DECOMMISSION, date(2025, 5, 1), level=Level.DECLARED, source="i1"
        )
    )
    said = texts(sheet(reen.build(a_year([declared, reformed()])), "Méthode"))
    nothing = texts(sheet(reen.build(a_year([])), "Méthode"))

    assert "comptent dans A ou dans B : 2." in said
    assert "sans justificatif : 1 (50 %)." in said
    assert "Aucun matériel ne compte dans A ni dans B." in nothing


def test_the_sources_give_text_article_address_and_day_of_the_last_check() -> None:
    (table,) = tables(sheet(reen.build(a_mixed_year()), "Sources"))
    law = resources.law()

    assert [c.title for c in table.columns] == [
        "Ce que le texte fixe",
        "Valeur",
        "Depuis le",
        "Texte",
        "Article",
        "Adresse",
        "Vérifié le",
    ]
    assert len(table.rows) == len(PARAMETERS)
    for name, row in zip(PARAMETERS, table.rows, strict=True):
        value = law[name].in_force(date(2026, 12, 31))
        assert row[0] == law[name].label
        assert row[2] == value.starts_on
        assert isinstance(row[3], WebLink)
        assert row[3].address == row[5] == value.reference.url
        assert row[6] == law[name].checked_on


@pytest.mark.parametrize(
    ("year", "value"), [(2023, "25 %"), (2024, "35 %"), (2026, "50 %")]
)
def test_the_sources_give_the_value_in_force_that_year(year: int, value: str) -> None:
    (table,) = tables(sheet(reen.build(a_year([], year)), "Sources"))

    assert str(table.rows[0][1]).replace("\u00a0", " ") == value


def test_a_year_before_the_decree_makes_a_document_all_the_same() -> None:
    report = reen.build(a_year([], 2022))

    assert "applicable depuis 2023" in texts(sheet(report, "Synthèse"))
    assert tables(sheet(report, "Sources"))[0].rows == ()
