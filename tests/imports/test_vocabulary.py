"""The word lists: each word means one thing, spelling is tolerated, no more."""

import tomllib
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imports.vocabulary import loose, plain, vocabulary
from parc.domain.intake import Destination
from parc.domain.vocabulary import Condition, MediumKind, State

FOLDER = files("imports").joinpath("mappings")
INVENTORY = tomllib.loads(FOLDER.joinpath("inventory.toml").read_text("utf-8"))
PRESETS = [preset for group in vocabulary().presets for preset in group]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("N° de série", "numero de serie"),
        ("N°série", "No. SÉRIE"),
        ("Nº Inventary", "num inventary"),
        ("Date d'achat", "DATE  D’ACHAT"),
        ("État de l'appareil", "etat appareil"),
        ("RAM (Go)", "ram go"),
        ("№ de série", "N° série"),
    ],
)
def test_case_accents_and_small_words_do_not_count(one: str, other: str) -> None:
    assert plain(one) == plain(other)


def test_a_label_of_small_words_keeps_them() -> None:
    assert plain("De la") == "de la"


@given(st.text(st.characters(codec="cp1252")))
def test_a_plain_text_stays_as_it_is(text: str) -> None:
    assert plain(plain(text)) == plain(text)


@pytest.mark.parametrize(
    "table", ["states", "destinations", "conditions", "media_kinds"]
)
def test_each_label_means_one_thing(table: str) -> None:
    told = [(plain(label), key) for key, ls in INVENTORY[table].items() for label in ls]
    meanings: dict[str, set[str]] = {}
    for label, key in told:
        meanings.setdefault(label, set()).add(key)

    assert {label for label, keys in meanings.items() if len(keys) > 1} == set()


@pytest.mark.parametrize(
    "name",
    [
        path.name
        for path in FOLDER.iterdir()
        if path.name not in {"other_lists.toml", "presets.toml", "workbench.toml"}
    ],
)
def test_each_heading_fills_one_field(name: str) -> None:
    mapping = tomllib.loads(FOLDER.joinpath(name).read_text("utf-8"))
    meanings: dict[str, set[str]] = {}
    for field, headings in mapping.get("fields", {}).items():
        for heading in headings:
            meanings.setdefault(plain(heading), set()).add(field)

    assert {h for h, fields in meanings.items() if len(fields) > 1} == set()


def test_every_label_leads_to_a_word_of_the_domain() -> None:
    words = vocabulary()

    for origin in (words.generic, *PRESETS):
        assert {*map(State, origin.states.values())} < set(State)
    assert {*map(Destination, words.destinations.values())} == set(Destination)
    conditions = {*map(Condition, words.conditions.values())}
    assert conditions == set(Condition) - {Condition.UNKNOWN}
    assert {*map(MediumKind, words.media_kinds.values())} < set(MediumKind)


def test_no_label_is_both_known_and_passed_over() -> None:
    words = vocabulary()

    for origin in (words.generic, *PRESETS):
        assert origin.undecided.isdisjoint(origin.states)
        assert origin.cancelled.isdisjoint(origin.states)
    assert words.still_held.isdisjoint(words.destinations)


@pytest.mark.parametrize(
    ("text", "destination"),
    [
        ("don à une association", "association_gift"),
        ("Don asso", "association_gift"),
        ("DONS AUX ASSOCIATIONS", "association_gift"),
        ("don a une associaton", "association_gift"),
        ("Don à l'association", "association_gift"),
        ("don à un agent", "staff_gift"),
        ("Donné à un agent", "staff_gift"),
        ("dons aux agents", "staff_gift"),
        ("don à une école", "school_gift"),
        ("Don ecole", "school_gift"),
        ("Donnés à des écoles", "school_gift"),
        ("cession à une collectivité", "public_transfer"),
        ("Cédée à la commune", "public_transfer"),
        ("cession a une colectivité", "public_transfer"),
        ("vente", "sale"),
        ("Vendus", "sale"),
        ("VENDUE", "sale"),
        ("reprise par un éco-organisme", "producer_takeback"),
        ("Reprise par l’éco organisme", "producer_takeback"),
        ("Reprise eco-organismes", "producer_takeback"),
        ("reprise par le fournisseur", "supplier_takeback"),
        ("Reprise fournisseurs", "supplier_takeback"),
        ("recyclage", "recycling"),
        ("Recyclés", "recycling"),
        ("D3E", "recycling"),
        ("perdu", "missing"),
        ("Perdues", "missing"),
        ("volé", "stolen"),
        ("VOLEE", "stolen"),
    ],
)
def test_a_destination_is_known_however_it_is_spelt(
    text: str, destination: str
) -> None:
    assert vocabulary().destination(text) == destination


@pytest.mark.parametrize(
    "text",
    [
        "",
        "à recycler",
        "À donner à une association",
        "Donner à une association",
        "à vendre",
        "à l'école",
        "à un agent",
        "don prévu à une école",
        "en attente de don à une association",
        "pas perdu",
        "vente ?",
        "don ou vente",
        "cave",
        "rendu",
        "volant",
    ],
)
def test_what_is_to_come_or_in_doubt_is_no_destination(text: str) -> None:
    assert vocabulary().destination(text) is None


def test_every_listed_destination_is_known_by_its_loose_form() -> None:
    words = vocabulary()
    for key, labels in INVENTORY["destinations"].items():
        for label in labels:
            assert words.destination(label) == key
            assert words.loose_destinations[loose(label)] == key


@given(st.text(max_size=60))
def test_any_text_is_a_destination_or_none(text: str) -> None:
    found = vocabulary().destination(text)
    assert found is None or Destination(found)
