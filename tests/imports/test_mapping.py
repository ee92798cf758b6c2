"""What people say of a file: columns, units and words, known again by headings."""

import hashlib
import random
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imports import UnreadableError, targets
from imports.extract import MAPPING_USED
from imports.fields import DAYS, without_vat
from imports.headings import find_heading
from imports.mapping import (
    FileMapping,
    MappedColumn,
    Memory,
    digest_of,
    key_of,
    keys_of,
)
from imports.values import gigabytes_of
from imports.vocabulary import plain, vocabulary
from parc.domain.intake import DeviceRecord
from tests.imports.files import codes, read, refusal, text, workbook
from tests.imports.mapped import ALL, ROW, TITLES, mapped, one, remembering


def unit_of(field: str, unit: str) -> Memory:
    columns = {"tag": MappedColumn("tag"), "x": MappedColumn(field, unit)}
    columns["le"] = MappedColumn("acquired_on")
    return Memory({digest_of(("tag", "x", "le")): FileMapping(columns)})


def test_headings_that_parc_does_not_know_are_read_as_people_said() -> None:
    assert refusal(text(TITLES, ROW)).code == "no_heading"

    record = one(text(TITLES, ROW), remembering(ALL), date_order="dmy")

    assert record == DeviceRecord(
        2,
        tag="PC-17",
        serial="640HP72",
        category="laptop",
        price_cents=120_000,
        acquired_on=date(2021, 4, 3),
    )


def test_what_is_remembered_is_told() -> None:
    found = mapped(text(TITLES, ROW), remembering(ALL))

    assert codes(found)[0] == MAPPING_USED
    assert "mémorisée pour ces intitulés" in found.issues[0].message
    assert MAPPING_USED not in codes(read(text(("Étiquette", "Marque"), ("a1", "b"))))


@given(st.randoms(use_true_random=False), st.integers(0, 3))
def test_the_same_headings_in_any_order_below_any_titles_are_known_again(
    chance: random.Random, titles_above: int
) -> None:
    order = list(range(len(TITLES)))
    chance.shuffle(order)
    above = [("Parc de Lens",)] * titles_above
    rows = (*above, [TITLES[i].upper() for i in order], [ROW[i] for i in order])

    record = one(text(*rows), remembering(ALL), date_order="dmy")

    assert (record.tag, record.serial, record.price_cents) == (
        "PC-17",
        "640HP72",
        120_000,
    )


def test_a_set_of_headings_has_one_digest_on_every_machine() -> None:
    known = hashlib.sha256(b"marque\nmodele\ntag").hexdigest()

    assert digest_of(("tag", "modele", "marque")) == known
    assert digest_of(("tag", "#2", "modele", "marque", "#5")) == known


def test_one_heading_more_makes_another_list() -> None:
    content = text((*TITLES, "Couleur"), (*ROW, "noir"))

    with pytest.raises(UnreadableError):
        mapped(content, remembering(ALL))


@given(st.lists(st.text(max_size=12), max_size=12))
def test_each_column_has_a_key_of_its_own_which_reads_as_itself(
    titles: list[str],
) -> None:
    keys = keys_of(titles)

    assert len(set(keys)) == len(titles)
    assert [key_of(key) for key in keys] == list(keys)


@given(st.text(max_size=40))
def test_the_plain_form_of_a_plain_form_is_itself(title: str) -> None:
    assert plain(plain(title)) == plain(title)


def test_columns_of_the_same_heading_or_of_none_can_be_told_apart() -> None:
    assert keys_of(("Nom", "", "NOM", "?", "Étiquette")) == (
        "nom",
        "#2",
        "nom #2",
        "#4",
        "etiquette",
    )
    content = text(("Tag", "Nom", "", "Nom"), ("PC-1", "Alice", "Dell", "Latitude"))
    columns = {
        "tag": MappedColumn("tag"),
        "nom": MappedColumn("holder"),
        "#3": MappedColumn("maker"),
        "nom #2": MappedColumn("model"),
    }

    record = one(
        content,
        remembering(FileMapping(columns), ("Tag", "Nom", "", "Nom")),
    )

    assert (record.holder_name, record.maker, record.model) == (
        "Alice",
        "Dell",
        "Latitude",
    )


def test_a_column_said_to_be_ignored_is_although_parc_knows_it() -> None:
    titles = ("Étiquette", "Marque", "Modèle")
    columns = {"marque": MappedColumn("")}
    found = mapped(
        text(titles, ("PC-1", "Dell", "L5420")),
        remembering(FileMapping(columns), titles),
    )

    assert found.records[0].maker is None
    assert found.records[0].model == "L5420"
    assert found.heading.ignored == ("Marque",)


def test_of_two_columns_for_one_field_the_lower_rank_is_read_first() -> None:
    titles = ("Étiquette", "Lieu", "Salle")
    rows = (("PC-1", "Mairie", "B12"), ("PC-2", "Mairie", ""))

    def sites(*ranks: int) -> list[str | None]:
        names = ("lieu", "salle")
        columns = {
            name: MappedColumn("site", rank=rank)
            for name, rank in zip(names, ranks, strict=True)
        }
        memory = remembering(FileMapping(columns), titles)
        return [r.site for r in mapped(text(titles, *rows), memory).records]

    assert sites(1, 2) == ["Mairie", "Mairie"]
    assert sites(2, 1) == ["B12", "Mairie"]


@pytest.mark.parametrize(
    ("unit", "cell", "cents"),
    [
        ("", "1200,5", 120_050),
        (targets.EUROS, "1200,5", 120_050),
        (targets.CENTS, "120050", 120_050),
        (targets.EUROS_WITH_VAT, "1440", 120_000),
        (targets.CENTS_WITH_VAT, "144000", 120_000),
    ],
)
def test_a_price_is_read_in_its_unit(unit: str, cell: str, cents: int) -> None:
    content = text(("Tag", "x", "le"), ("PC-1", cell, "2021-04-03"))

    record = one(content, unit_of("price", unit), vat_rate=lambda _: Decimal(20))

    assert record.price_cents == cents


def test_vat_is_taken_off_at_the_rate_of_the_day_of_the_purchase() -> None:
    content = text(
        ("Tag", "x", "le"),
        ("PC-1", "119,60", "2013-12-31"),
        ("PC-2", "120", "2014-01-01"),
        ("PC-3", "120", ""),
        ("PC-4", "120", "1999-01-01"),
    )

    def rate(day: date) -> Decimal | None:
        if day < date(2000, 4, 1):
            return None
        return Decimal("19.6") if day < date(2014, 1, 1) else Decimal(20)

    found = mapped(content, unit_of("price", targets.EUROS_WITH_VAT), vat_rate=rate)

    assert [r.price_cents for r in found.records] == [10_000, 10_000, None, None]
    assert codes(found).count("price_without_rate") == 1


@given(st.integers(0, 10**9), st.sampled_from([Decimal(20), Decimal("19.6")]))
def test_a_price_without_vat_with_its_vat_is_the_price(
    cents: int, rate: Decimal
) -> None:
    bare = without_vat(cents, rate)

    assert abs(bare * (100 + rate) / 100 - cents) <= Decimal("0.6")


@pytest.mark.parametrize(
    ("unit", "cell", "tenths"),
    [
        ("", "7,2", 72),
        (targets.OUT_OF_TEN, "7.2/10", 72),
        (targets.OUT_OF_A_HUNDRED, "72", 72),
        (targets.OUT_OF_A_HUNDRED, "72/100", 72),
        (targets.OUT_OF_A_HUNDRED, "101", None),
        ("", "72", None),
    ],
)
def test_an_index_is_read_out_of_ten_or_out_of_a_hundred(
    unit: str, cell: str, tenths: int | None
) -> None:
    content = text(("Tag", "x", "le"), ("PC-1", cell, ""))

    record = one(content, unit_of("repairability", unit))

    assert record.repairability_tenths == tenths


@pytest.mark.parametrize(
    ("cell", "unit", "gigabytes"),
    [
        ("512", "", 512),
        ("512", "gb", 512),
        ("476", "gib", 511),
        ("476 Go", "gib", 511),
        ("512000", "mb", 512),
        ("2", "tb", 2_000),
        ("1 To", "gb", 1_000),
        ("256 Go", "mb", 256),
    ],
)
def test_a_capacity_is_read_in_its_unit(cell: str, unit: str, gigabytes: int) -> None:
    assert gigabytes_of(cell, unit) == gigabytes


def test_the_order_of_one_column_of_dates_can_be_said() -> None:
    content = text(("Tag", "x", "le"), ("PC-1", "03/04/2021", "2021-01-01"))

    assert one(content, unit_of("warranty_ends_on", "dmy")).warranty_ends_on == date(
        2021, 4, 3
    )
    assert one(content, unit_of("warranty_ends_on", "mdy")).warranty_ends_on == date(
        2021, 3, 4
    )
    assert mapped(content, unit_of("warranty_ends_on", "")).rejected


def test_what_a_column_proves_of_its_dates_is_stronger_than_what_is_said() -> None:
    content = text(
        ("Tag", "x", "le"), ("PC-1", "03/04/2021", ""), ("PC-2", "25/12/2021", "")
    )

    found = mapped(content, unit_of("warranty_ends_on", "mdy"))

    assert [r.warranty_ends_on for r in found.records] == [
        date(2021, 4, 3),
        date(2021, 12, 25),
    ]


def test_every_column_of_dates_has_orders_to_choose_from() -> None:
    assert {
        f for f, units in targets.UNITS.items() if ("dmy", units[0][1]) in units
    } == (set(DAYS))


def test_every_field_that_headings_fill_can_be_chosen() -> None:
    words = vocabulary()
    presets = [one for group in words.presets for one in group]
    filled = {
        field
        for known in (words.generic, *presets)
        for field, _ in known.fields.values()
        if field
    }

    assert filled <= targets.LABELS.keys()


@pytest.mark.parametrize("field", sorted(targets.LABELS))
def test_every_field_that_can_be_chosen_is_read(field: str) -> None:
    columns = {"etiquette": MappedColumn("tag"), "x": MappedColumn(field)}
    memory = remembering(FileMapping(columns), ("Étiquette", "x"))

    found = mapped(text(("Étiquette", "x"), ("PC-1", "2021-04-03")), memory)

    assert found.read == 1


def test_the_sheet_that_people_chose_is_read() -> None:
    headings = ("Étiquette", "Marque")
    content = workbook(
        headings,
        ("PC-1", "Dell"),
        Écrans=[headings, ("EC-1", "HP")],
        Réseau=[headings, ("SW-1", "Cisco")],
    )

    def tag(sheet: str) -> str | None:
        memory = remembering(FileMapping({}, sheet), headings)
        return one(content, memory).tag

    assert one(content, Memory()).tag == "PC-1"
    assert [tag("Écrans"), tag("Réseau"), tag("Parc")] == ["EC-1", "SW-1", "PC-1"]
    assert tag("Disparue") == "PC-1"


def test_a_mapping_given_with_the_file_goes_before_what_is_remembered() -> None:
    titles = ("Étiquette", "Marque")
    memory = Memory(
        {digest_of(keys_of(titles)): FileMapping({"marque": MappedColumn("supplier")})},
        given=FileMapping(
            {"etiquette": MappedColumn("tag"), "marque": MappedColumn("model")}
        ),
    )

    found = mapped(text(("Parc",), titles, ("PC-1", "Dell")), memory)

    assert found.records[0].model == "Dell"
    assert "donnée" in found.issues[1].message


def test_a_mapping_given_for_other_headings_is_refused() -> None:
    memory = Memory(given=FileMapping({"inconnu": MappedColumn("tag")}))

    with pytest.raises(UnreadableError) as caught:
        mapped(text(TITLES, ROW), memory)

    assert caught.value.code == "no_heading"


def test_rows_given_back_for_correction_are_read_as_the_file_was() -> None:
    from imports.rejects import rejects_csv  # noqa: PLC0415

    content = text(TITLES, ROW)
    first = mapped(content, remembering(ALL))
    assert [row.issues[0].code for row in first.rejected] == ["ambiguous_date"]

    again = mapped(
        rejects_csv(first, first.rejected), remembering(ALL), date_order="dmy"
    )

    assert again.records[0].acquired_on == date(2021, 4, 3)


def test_without_memory_nothing_changes() -> None:
    rows = [(1, ["Étiquette", "Marque"])]
    heading = find_heading(rows, vocabulary())
    assert heading is not None

    assert (heading.said, dict(heading.units)) == (None, {})
