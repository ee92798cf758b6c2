"""What words mean: as people said in lists of that origin, else as parc reads them."""

import pytest

from imports.mapping import Memory
from imports.meanings import UNKNOWN
from parc.domain.intake import Destination
from parc.domain.vocabulary import Security, State
from tests.imports.files import codes, read, text
from tests.imports.mapped import mapped, one

WORDS = ("Étiquette", "Statut", "Type", "Neuf ou reconditionné", "Type de disque")


def test_words_mean_what_people_said_in_lists_of_that_origin_only() -> None:
    content = text(WORDS, ("PC-1", "Chez nous", "Bidule", "Sous film", "Carte"))
    words = {
        "state": {"chez nous": "in_service"},
        "category": {"bidule": "laptop"},
        "condition": {"sous film": "new"},
    }

    record = one(content, Memory(words={"spreadsheet": words}))
    elsewhere = mapped(content, Memory(words={"glpi": words}))

    assert (record.state, record.category, record.condition) == (
        "in_service",
        "laptop",
        "new",
    )
    assert {"unknown_state", "unknown_category"} <= set(codes(elsewhere))


def test_what_people_said_of_a_word_is_stronger_than_what_parc_reads() -> None:
    content = text(("Étiquette", "Statut"), ("PC-1", "HS"))
    words = {"state": {"hs": "to_recycle"}}

    assert one(content, Memory()).state is State.IN_REPAIR
    assert one(content, Memory(words={"spreadsheet": words})).state is State.TO_RECYCLE


def test_a_word_that_parc_knows_can_be_said_to_mean_nothing() -> None:
    content = text(("Étiquette", "Statut", "Type"), ("PC-1", "HS", "Écran"))
    words = {"state": {"hs": UNKNOWN}}

    assert one(content, Memory(words={"spreadsheet": words})).state is None


def test_a_status_may_be_said_to_be_a_departure() -> None:
    content = text(
        ("Étiquette", "Statut", "Date de réforme", "Date de remise"),
        ("PC-1", "Chez Emmaüs", "2021-01-01", "2021-02-01"),
    )
    words = {"state": {"chez emmaus": "gone:association_gift"}}

    record = one(content, Memory(words={"spreadsheet": words}))

    assert record.state is None
    assert record.destination is Destination.ASSOCIATION_GIFT


def test_a_word_left_unknown_is_not_remarked_again() -> None:
    content = text(("Étiquette", "Statut", "Marque"), ("PC-1", "Zorglub", "Dell"))
    memory = Memory(words={"spreadsheet": {"state": {"zorglub": UNKNOWN}}})

    assert "unknown_state" in codes(mapped(content, Memory()))
    assert "unknown_state" not in codes(mapped(content, memory))
    assert one(content, memory).state is None


def test_a_status_that_contradicts_the_destination_is_told() -> None:
    titles = ("Étiquette", "Statut", "Destination")

    told = read(text(titles, ("PC-1", "Vendu", "Don à une école")))
    same = read(text(titles, ("PC-1", "Vendu", "Vente")))

    assert "state_contradicted" in codes(told)
    assert told.records[0].destination is Destination.SCHOOL_GIFT
    assert "state_contradicted" not in codes(same)


def test_all_words_that_parc_s_own_lists_write_are_read_back() -> None:
    titles = ("Étiquette", "Statut", "Mention de sécurité", "Valeur estimée")
    content = text(
        titles, ("PC-1", "Réemploi prouvé", "Informations classifiées", "12")
    )

    record = one(content, Memory())

    assert record.state is State.REUSE_PROVED
    assert record.security is Security.CLASSIFIED
    assert record.estimated_value_cents == 1_200


LISTED = (
    *("Étiquette", "Étiquette d'un autre outil", "SIRET du propriétaire"),
    *("Depuis le", "Mention de sécurité", "Valeur estimée", "Statut"),
    "N° de série du disque",
)


@pytest.mark.parametrize("state", State)
def test_every_status_that_parc_s_own_list_writes_is_read_back(state: State) -> None:
    row = ("PC-1", "OLD-9", "24620036400015", "", "", "", state.label, "")
    found = read(text(LISTED, row))

    (record,) = found.records
    assert found.format == "parc"
    assert record.foreign_tag == "OLD-9"
    assert "unknown_state" not in codes(found)
    if state in GONE_OR_LOST:
        assert record.destination is GONE_OR_LOST[state]
    else:
        assert (record.state, record.destination) == (state, None)


GONE_OR_LOST = {
    State.WASTE_COLLECTED: Destination.RECYCLING,
    State.RECYCLED: Destination.RECYCLING,
    State.MISSING: Destination.MISSING,
    State.STOLEN: Destination.STOLEN,
}
"""What a list says as a destination, not as a state."""
