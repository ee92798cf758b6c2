"""Mappings passed on as files: what is written is what is read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imports import targets
from imports.mapping import FileMapping, MappedColumn, keys_of
from imports.mapping_file import MappingFileError, SharedMapping, written
from imports.mapping_file import read as read_mapping
from imports.meanings import UNKNOWN
from imports.sheet import MOST_COLUMNS
from imports.words import KINDS, meanings
from tests.imports.mapped import CATEGORIES

COLUMN = st.one_of(
    st.just(MappedColumn()),
    *(
        st.sampled_from(["", *(key for key, _ in targets.UNITS.get(field, ()))]).map(
            lambda unit, field=field: MappedColumn(field, unit)  # type: ignore[misc]
        )
        for field in targets.LABELS
    ),
)
KEY = st.text(max_size=20).map(lambda t: keys_of([t])[0])
MEANINGS = {kind: [*meanings(kind, CATEGORIES), UNKNOWN] for kind in KINDS}
SOME_WORDS = st.fixed_dictionaries(
    {},
    optional={
        kind: st.dictionaries(KEY, st.sampled_from(values), min_size=1, max_size=4)
        for kind, values in MEANINGS.items()
    },
)


@given(st.dictionaries(KEY, COLUMN, min_size=1, max_size=8), SOME_WORDS)
def test_a_mapping_written_is_read_as_it_was(
    columns: dict[str, MappedColumn], words: dict[str, dict[str, str]]
) -> None:
    fields = [column.field for column in columns.values() if column.field]
    shared = SharedMapping(FileMapping(columns, "Feuille « 1 »"), words, 'de "Lens"\n')

    again = read_mapping(written(shared).encode(), CATEGORIES)

    assert again.words == words
    assert again.mapping.sheet == shared.mapping.sheet
    assert {k: (c.field, c.unit) for k, c in again.mapping.columns.items()} == {
        k: (c.field, c.unit) for k, c in columns.items()
    }
    alone = {f for f in fields if fields.count(f) == 1}
    assert not any(c.rank for c in again.mapping.columns.values() if c.field in alone)


def test_columns_of_one_field_are_written_in_the_order_they_are_read() -> None:
    columns = {
        "lieu": MappedColumn("site", rank=2),
        "salle": MappedColumn("site", rank=1),
    }

    content = written(SharedMapping(FileMapping(columns)))

    assert 'site = ["salle", "lieu"]' in content
    again = read_mapping(content.encode(), CATEGORIES).mapping.columns
    assert again == columns


def test_headings_may_be_written_as_people_see_them() -> None:
    content = """
        [fields]
        tag = ["N° d'étiquette"]
        price = ["Prix TTC"]
        [units]
        "Prix TTC" = "euros_with_vat"
        [states]
        in_service = ["Chez l'agent"]
        [gone_states]
        sale = ["Parti"]
    """

    read_back = read_mapping(content.encode(), CATEGORIES)

    assert read_back.mapping.columns == {
        "numero etiquette": MappedColumn("tag"),
        "prix ttc": MappedColumn("price", targets.EUROS_WITH_VAT),
    }
    assert read_back.words == {
        "state": {"chez agent": "in_service", "parti": "gone:sale"}
    }


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\xff\xfe", "TOML"),
        (b"[fields", "TOML"),
        (b"", "aucune colonne"),
        (b'[fields]\nzorglub = ["x"]', "zorglub"),
        (b'[fields]\ntag = "x"', "liste de textes"),
        (b'fields = "x"', "table"),
        (b'[fields]\ntag = ["x"]\n[units]\nx = "euros"', "euros"),
        (b'[fields]\ntag = ["x"]\n[units]\ny = "dmy"', "dmy"),
        (b'[fields]\ntag = ["x"]\n[states]\nzorglub = ["y"]', "zorglub"),
        (b'[fields]\ntag = ["x"]\n[categories]\nzorglub = ["y"]', "zorglub"),
        (b'[fields]\ntag = ["x"]\n[unknown_words]\nzorglub = ["y"]', "zorglub"),
        (b"x" * 300_000, "trop grand"),
    ],
)
def test_what_is_no_mapping_is_refused_with_what_is_wrong(
    content: bytes, said: str
) -> None:
    with pytest.raises(MappingFileError) as caught:
        read_mapping(content, CATEGORIES)

    assert said in str(caught.value)


def test_more_columns_than_a_file_may_have_are_refused() -> None:
    titles = ", ".join(f'"c{n}"' for n in range(MOST_COLUMNS + 1))

    with pytest.raises(MappingFileError, match="colonnes"):
        read_mapping(f"[fields]\ntag = [{titles}]".encode(), CATEGORIES)
