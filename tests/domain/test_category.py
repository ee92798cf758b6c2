"""Categories: how the words of an inventory name a kind of device."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parc import resources
from parc.domain.category import (
    AgecCategory,
    Categories,
    CategoryError,
    Storage,
    parse_categories,
    phrase,
)

OURS = resources.categories()
NAMES = [
    (name, category.id)
    for category in OURS.values()
    for name in (category.label, category.plural, *category.synonyms)
]
WHERE = "reference/categories.yaml"


def a_category(**more: object) -> dict[str, Any]:
    """Give a category as the file has it."""
    return {
        "label": "Ordinateur portable",
        "plural": "Ordinateurs portables",
        "weee_category": 2,
        "agec_category": "it_and_telephony",
        "storage": "required",
        "mandatory": ["serial"],
        "synonyms": ["laptop"],
        **more,
    }


def a_file(**categories: dict[str, Any]) -> dict[str, Any]:
    """Give a whole file."""
    return {
        "parts": ["sacoche"],
        "categories": categories or {"laptop": a_category()},
    }


def problems_of(raw: object) -> str:
    """Parse what must be refused and give the problems."""
    with pytest.raises(CategoryError) as refused:
        parse_categories(raw, where=WHERE, version="v1")
    return str(refused.value)


def named(text: str) -> str | None:
    """Give the id of the category that a text names."""
    category = OURS.match(text)
    return category.id if category else None


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("PC portable", "laptop"),
        ("ordinateurs portables", "laptop"),
        ("Laptops", "laptop"),
        ("ULTRAPORTABLE", "laptop"),
        ("UC", "desktop"),
        ("Unité  Centrale", "desktop"),
        ("poste fixe", "desktop"),
        ("PC", "desktop"),
        ("Moniteur", "monitor"),
        ("Écrans", "monitor"),
        ("Écran 24 pouces", "monitor"),
        ("Téléphone portable", "smartphone"),
        ("mobile", "smartphone"),
        ("VOIP Phones", "ip_phone"),
        ("Imprimante HP LaserJet", "printer"),
        ("copieur", "copier_mfp"),
        ("Commutateurs", "switch"),
        ("Nintendo Switch", "game_console"),
        ("borne wifi", "access_point"),
        ("Serveur NAS Synology", "nas"),
        ("onduleur APC", "ups"),
        ("Vidéo-projecteur", "projector"),
        ("Pare-feux", "firewall"),
        ("Dell Latitude 5420", "laptop"),
        ("Casque VR", "vr_headset"),
    ],
)
def test_inventories_words_name_a_category(text: str, category: str) -> None:
    assert named(text) == category


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("Chargeur pour PC portable", "charger"),
        ("Station d'accueil pour Latitude", "docking_station"),
        ("Souris pour ordinateur portable", "mouse"),
        ("Charger for laptop", "charger"),
    ],
)
def test_what_a_thing_is_for_does_not_say_what_it_is(text: str, category: str) -> None:
    assert named(text) == category


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "???",
        "pour",
        "Ornamental Railings",
        "Téléphone",
        "PC + écran",
        "Écran et imprimante",
        "Sacoche PC portable",
        "Toner imprimante",
        "Licence serveur",
        "telephoneportable",
    ],
)
def test_a_doubt_names_nothing(text: str) -> None:
    assert named(text) is None


def test_what_comes_with_a_device_does_not_hide_it() -> None:
    assert named("PC portable avec sacoche") == "laptop"


def test_every_name_names_its_category() -> None:
    assert [(name, named(name)) for name, _ in NAMES] == NAMES


@given(
    st.sampled_from(NAMES),
    st.sampled_from([str.upper, str.title, str.casefold]),
    st.sampled_from([" {} ", "{}.", "« {} »", "({})", "\u00a0{}\t"]),
)
def test_case_and_punctuation_around_do_not_matter(
    name: tuple[str, str], recase: Callable[[str], str], around: str
) -> None:
    assert named(around.format(recase(name[0]))) == name[1]


@given(
    st.sampled_from(NAMES),
    st.lists(st.from_regex(r"zz[0-9]{1,4}", fullmatch=True), max_size=5),
    st.lists(st.from_regex(r"zz[0-9]{1,4}", fullmatch=True), max_size=5),
)
def test_a_name_is_found_among_words_that_say_nothing(
    name: tuple[str, str], before: list[str], after: list[str]
) -> None:
    # A label such as « Station de travail » is found whole, not word by word.
    assert named(" ".join([*before, name[0], *after])) == name[1]


@given(st.sampled_from(NAMES), st.sampled_from(NAMES))
def test_two_names_apart_name_a_category_only_if_it_is_the_same(
    one: tuple[str, str], other: tuple[str, str]
) -> None:
    found = named(f"{one[0]} zz1 {other[0]}")

    assert found == (one[1] if one[1] == other[1] else None)


@given(st.text(max_size=300))
def test_any_text_names_a_category_or_nothing(text: str) -> None:
    category = OURS.match(text)

    assert category is None or category.id in OURS


def test_a_very_long_cell_is_read_to_a_limit() -> None:
    assert named("zz " * 20_000 + "laptop") is None
    assert named("laptop " + "zz " * 20_000) == "laptop"


def test_the_longest_name_wins_over_those_inside_it() -> None:
    ours = parse_categories(
        a_file(
            laptop=a_category(synonyms=["portable"]),
            phone=a_category(
                label="Mobile", plural="Mobiles", synonyms=["telephone portable"]
            ),
        ),
        where=WHERE,
        version="v1",
    )

    assert ours.match("vieux telephone portable gris") is ours["phone"]
    assert ours.match("vieux portable gris") is ours["laptop"]


def test_names_that_overlap_leave_a_doubt() -> None:
    ours = parse_categories(
        a_file(
            one=a_category(label="Un", plural="Uns", synonyms=["rouge vert"]),
            two=a_category(label="Deux", plural="Deuxx", synonyms=["vert bleu"]),
        ),
        where=WHERE,
        version="v1",
    )

    assert ours.match("rouge vert bleu") is None
    assert ours.match("rouge vert") is ours["one"]


def test_words_are_folded() -> None:
    assert phrase("  Écrans-PLATS, 24'' ") == ("ecran", "plat", "24")
    assert phrase("NAS et réseaux") == ("nas", "et", "reseau")


def test_a_category_is_read_whole() -> None:
    raw = a_file(
        laptop=a_category(
            accessory=True, factor="laptop", nominal_mass_g=1650, note="N"
        )
    )

    ours = parse_categories(raw, where=WHERE, version="v1")

    laptop = ours["laptop"]
    assert (ours.version, list(ours), len(ours)) == ("v1", ["laptop"], 1)
    assert laptop.agec_category is AgecCategory.IT_AND_TELEPHONY
    assert laptop.storage is Storage.REQUIRED
    assert (laptop.accessory, laptop.factor, laptop.nominal_mass_g) == (
        True,
        "laptop",
        1650,
    )
    assert (laptop.mandatory, laptop.note) == (("serial",), "N")


def test_what_may_be_left_out_has_a_plain_default() -> None:
    laptop = parse_categories(a_file(), where=WHERE, version="v1")["laptop"]

    assert (laptop.accessory, laptop.factor, laptop.nominal_mass_g, laptop.note) == (
        False,
        None,
        None,
        None,
    )


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"weee_category": 8}, "weee_category: 1 to 7 is expected"),
        ({"weee_category": 0}, "weee_category: 1 to 7 is expected"),
        ({"weee_category": "2"}, "weee_category: a whole number is expected"),
        ({"agec_category": "it"}, "agec_category: unknown 'it'"),
        ({"storage": "maybe"}, "storage: unknown 'maybe'"),
        ({"accessory": "yes"}, "accessory: true or false is expected"),
        ({"nominal_mass_g": -1}, "nominal_mass_g: a whole number is expected"),
        ({"mandatory": "serial"}, "mandatory: a list of distinct texts is expected"),
        ({"synonyms": ["a", "a"]}, "synonyms: a list of distinct texts is expected"),
        ({"synonyms": ["Écran"]}, "synonyms: 'Écran': write it in plain lower case"),
        ({"colour": "red"}, "colour: unknown key"),
        ({"factor": ""}, "factor: a non-empty text is expected"),
    ],
)
def test_a_malformed_category_is_refused_with_its_place(
    change: dict[str, Any], problem: str
) -> None:
    raw = a_file(laptop=a_category(**change))

    assert f"{WHERE}: categories: laptop: {problem}" in problems_of(raw)


@pytest.mark.parametrize(
    "key", ["label", "plural", "weee_category", "agec_category", "storage", "synonyms"]
)
def test_a_category_without_what_it_needs_is_refused(key: str) -> None:
    raw = deepcopy(a_file())
    del raw["categories"]["laptop"][key]

    assert f"{WHERE}: categories: laptop: {key}: missing" in problems_of(raw)


def test_one_name_for_two_categories_is_refused() -> None:
    raw = a_file(
        laptop=a_category(),
        tablet=a_category(label="Tablette", plural="Tablettes", synonyms=["laptops"]),
    )

    assert "'laptops' is laptop and tablet" in problems_of(raw)


@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        ([], "a mapping is expected"),
        ({"categories": {}, "parts": []}, "one entry or more is expected"),
        ({"categories": {"A B": {}}, "parts": []}, "an id in lower case"),
        ({"categories": {"a": 3}, "parts": []}, "a: a mapping is expected, not int"),
        ({"parts": []}, "categories: missing"),
        ({"categories": {"a": a_category()}}, "parts: missing"),
    ],
)
def test_what_is_no_file_of_categories_is_refused(raw: object, problem: str) -> None:
    assert problem in problems_of(raw)


def test_an_empty_set_names_nothing() -> None:
    assert Categories({}, {}, frozenset(), "v0").match("laptop") is None
