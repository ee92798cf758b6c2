"""What is seen of a file before it is mapped: headings, samples, words."""

import pytest

from imports import Options
from imports.mapping import FileMapping, MappedColumn, Memory, digest_of, keys_of
from imports.survey import has_headings, survey, words_of
from imports.words import KINDS, groups, meanings
from tests.imports.files import category_of, text, workbook
from tests.imports.mapped import ALL, CATEGORIES, ROW, TITLES, remembering


def test_a_survey_shows_headings_samples_and_what_is_proposed() -> None:
    seen = survey(
        text(
            ("Inventaire 2026",),
            ("Étiquette", "Machin", "Marque", "Asset tag"),
            ("PC-1", "x", "Dell", ""),
            ("PC-2", "y", "Dell", "A"),
            ("PC-3", "z", "HP", ""),
            ("PC-4", "t", "HP", ""),
        ),
        Memory(),
    )

    assert (seen.line, seen.origin, seen.is_mapped) == (2, "spreadsheet", False)
    told = [(c.title, c.samples, c.mapped.field, c.why) for c in seen.columns]
    assert told == [
        ("Étiquette", ("PC-1", "PC-2", "PC-3"), "tag", "intitulé courant"),
        ("Machin", ("x", "y", "z"), "", "intitulé inconnu"),
        ("Marque", ("Dell", "HP"), "maker", "intitulé courant"),
        ("Asset tag", ("A",), "tag", "intitulé courant"),
    ]
    assert [(c.place, c.among) for c in seen.columns if c.mapped.field == "tag"] == [
        (1, 2),
        (2, 2),
    ]


def test_a_survey_tells_the_origin_that_a_proposal_comes_from() -> None:
    content = text(
        ("Asset Tag", "Company", "Item Name", "Model Number", "Serial", "Status"),
        ("A-1", "Lens", "x", "E24", "S1", "Deployed"),
        separator=",",
    )

    whys = {c.title: c.why for c in survey(content, Memory()).columns}

    assert whys["Serial"] == "liste Snipe-IT"
    assert whys["Item Name"] == "intitulé inconnu"


def test_a_survey_shows_what_was_chosen_before() -> None:
    seen = survey(text(TITLES, ROW), remembering(ALL))

    assert seen.is_mapped
    assert [c.mapped.field for c in seen.columns] == [
        *("tag", "serial", "category", "price", "acquired_on"),
        "",
    ]
    assert [c.why for c in seen.columns] == [
        *("choisi", "choisi", "choisi", "intitulé courant", "choisi"),
        "intitulé inconnu",
    ]


def test_a_file_that_is_no_list_yet_is_seen_at_its_likeliest_line() -> None:
    content = text(("Parc de la mairie", ""), TITLES, ROW)

    seen = survey(content, Memory())

    assert (seen.line, seen.is_headed) == (2, True)
    assert seen.digest == digest_of(keys_of(TITLES))
    assert has_headings(content)


def test_another_line_and_another_sheet_can_be_looked_at() -> None:
    content = workbook(
        ("Étiquette", "Marque"), ("PC-1", "Dell"), Autre=[("Code", "Chose"), ("1", "2")]
    )

    assert survey(content, Memory(), line=2).columns[0].title == "PC-1"
    other = survey(content, Memory(), sheet="Autre")
    assert (other.sheet, other.sheets) == ("Autre", ("Autre", "Parc"))
    assert [c.title for c in other.columns] == ["Code", "Chose"]
    assert survey(content, Memory(), line=99).line == 1


@pytest.mark.parametrize(
    "content",
    [
        b"bonjour",
        text(("12", "13"), ("1", "2")),
        text(("Prénom", "Nom", "Courriel"), ("Alice", "Martin", "a@b.fr")),
        b'{"type": "Snapshot"}',
        b"%PDF-1.7",
        b"",
    ],
)
def test_what_is_no_table_or_a_list_of_people_is_not_to_be_mapped(
    content: bytes,
) -> None:
    assert not has_headings(content)


def test_a_line_of_values_is_no_line_of_headings() -> None:
    content = text(("Étiquette", "Marque"), ("12", "13"), ("a@b.fr", "x"))

    assert survey(content, Memory()).is_headed
    assert not survey(content, Memory(), line=2).is_headed
    assert not survey(content, Memory(), line=3).is_headed


def test_words_are_counted_the_most_frequent_first_with_what_they_mean() -> None:
    titles = ("Étiquette", "Statut", "Type")
    states = ("Zorglub", "En service", "zorglub", "Bon état", "Zorglub")
    rows = [(f"PC-{n}", state, "Écran") for n, state in enumerate(states)]
    content = text(titles, *rows, ("Total", "5", ""))

    seen = words_of(content, Options(category_of))

    told = [(w.shown, w.count, w.meaning, w.is_silent) for w in seen.kinds["state"]]
    assert told == [
        ("Zorglub", 3, "", False),
        ("En service", 1, "in_service", False),
        ("Bon état", 1, "", True),
    ]
    assert [w.meaning for w in seen.kinds["category"]] == ["screen"]
    assert seen.origin == "spreadsheet"


@pytest.mark.parametrize("kind", KINDS)
def test_every_meaning_that_can_be_chosen_is_understood(kind: str) -> None:
    field = "medium_kind" if kind == "medium_kind" else kind
    titles = ("Étiquette", "x", "N° de série du disque")
    for meaning in meanings(kind, (("laptop", "Ordinateur portable"),)):
        memory = Memory(
            {digest_of(keys_of(titles)): FileMapping({"x": MappedColumn(field)})},
            {"spreadsheet": {kind: {"zorglub": meaning}}},
        )
        content = text(titles, ("PC-1", "Zorglub", "S1"))

        (word,) = words_of(content, Options(category_of, memory=memory)).kinds[kind]

        assert word.meaning == meaning


def test_states_that_a_destination_says_are_not_offered_twice() -> None:
    offered = dict(groups("state", CATEGORIES))["Où il en est"]

    assert {"missing", "recycled"}.isdisjoint(dict(offered))
    assert {"in_service", "handed_over", "reuse_proved"} <= dict(offered).keys()
