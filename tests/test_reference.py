"""The categories of devices that parc ships: scope, factors, data they may hold."""

from datetime import date

import pytest

from parc import resources
from parc.domain.category import AgecCategory, Category, Storage
from parc.domain.transitions import FACT_NAMES

CATEGORIES = resources.categories()
FACTORS = resources.factors()
END_2026 = date(2026, 12, 31)


@pytest.mark.parametrize("category", CATEGORIES.values(), ids=CATEGORIES.keys())
def test_every_category_is_complete(category: Category) -> None:
    assert set(category.mandatory) <= FACT_NAMES
    if category.factor is None:
        assert category.nominal_mass_g is None
        return
    mass = FACTORS[category.factor].in_force(END_2026).mass_g
    assert category.nominal_mass_g == mass


def test_the_weee_category_of_each_kind() -> None:
    kinds: dict[int, set[str]] = {}
    for category in CATEGORIES.values():
        kinds.setdefault(category.weee_category, set()).add(category.id)

    assert kinds[2] == {
        "laptop",
        "all_in_one",
        "monitor",
        "large_display",
        "television",
        "tablet",
    }
    assert kinds[4] == {
        "server",
        "storage_array",
        "copier_mfp",
        "plotter",
        "network_chassis",
    }
    assert kinds[5] == {
        "projector",
        "ups",
        "camera",
        "game_console",
        "vr_headset",
        "other",
    }
    assert set(kinds) == {2, 4, 5, 6}


def test_a_category_agrees_with_its_factor_on_the_weee_category() -> None:
    for category in CATEGORIES.values():
        if category.factor and category.id != "small_server":
            weee = FACTORS[category.factor].weee
            assert weee is not None
            assert weee.startswith(str(category.weee_category)), category.id


def test_accessories_stay_out_of_the_rate() -> None:
    assert {c.id for c in CATEGORIES.values() if c.accessory} == {
        "webcam",
        "headset",
        "keyboard",
        "mouse",
        "charger",
        "cable",
        "usb_key",
    }


def test_agec_categories_are_those_of_the_order() -> None:
    def of(agec: AgecCategory) -> set[str]:
        return {c.id for c in CATEGORIES.values() if c.agec_category is agec}

    assert of(AgecCategory.PRINTING) == {"printer", "copier_mfp", "plotter"}
    assert of(AgecCategory.IT_AND_TELEPHONY) == {
        "laptop",
        "desktop",
        "mini_pc",
        "workstation",
        "all_in_one",
        "thin_client",
        "server",
        "small_server",
        "monitor",
        "large_display",
        "projector",
        "smartphone",
        "feature_phone",
        "tablet",
        "ip_phone",
    }
    assert [agec.label for agec in AgecCategory][:3] == [
        "Matériel informatique et téléphonie",
        "Matériel de reprographie et d'impression",
        "Consommables d'impression",
    ]


def test_what_holds_people_s_data_asks_for_its_media_and_its_serial() -> None:
    for category in CATEGORIES.values():
        if category.storage is Storage.REQUIRED and not category.accessory:
            assert "serial" in category.mandatory, category.id
