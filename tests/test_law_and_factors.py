"""The law and the factors that parc ships: each number, each reading, each source."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal

import pytest

from parc import resources
from parc.domain.dated import NotInForceError
from parc.domain.factors import Impact, Indicator
from parc.domain.parameters import Content, Parameter, Unit
from parc.domain.reuse import years_after
from parc.domain.transitions import FACT_NAMES
from parc.domain.vocabulary import Route

LAW = resources.law()
FACTORS = resources.factors()
CATEGORIES = resources.categories()
PARAMETERS = {**LAW, **FACTORS.assumptions}
END_2026 = date(2026, 12, 31)

FACTORS_AS_PUBLISHED = """
laptop                 182.3  115.6   358.7    5
laptop_le12           141.42   89.7   278.3    5
laptop_13              190.8  121.0   375.4    5
laptop_14             195.82  124.2   385.3    5
laptop_15             201.23  127.6   396.0    5
laptop_17             336.08  213.1   661.3    5
desktop_pro           204.85  136.6   447.3    6
desktop_home          261.94  154.1   447.3    6
desktop_micro         150.56  100.4   328.8    6
desktop_sff           194.98  130.0   425.7    6
desktop_tower         244.33  162.9   533.5    6
workstation           302.69  201.8   660.9    6
all_in_one            270.74  180.5     460    6
thin_client            45.32   30.2   103.2    6
monitor_24             65.89   43.9   553.3    6
monitor_le22           64.52   43.0   541.8    6
monitor_27             71.52   47.7   600.6    6
monitor_32             84.72   56.5   711.4    6
display_ge50          166.33  110.9  1396.8    8
television            328.26    152   492.4    8
projector              40.52   21.4     145    8
smartphone             79.27     33   118.9  2.5
feature_phone           23.3   15.5    35.0  2.5
tablet                 83.93   56.0     150    3
ip_phone                  17   11.3    25.5    8
printer_inkjet          88.2   10.8   132.3    5
printer                87.84   58.6     182    5
printer_laser         100.69   67.1     182    5
copier_mfp              2935   1399  4402.5    5
server                   600    275    3660    5
network_rack           203.2  135.5     348    5
network_large            797  531.3    1394    5
network_small            9.7    6.5    14.5    5
wifi_ap                 16.0     10    31.2    5
internet_box           61.41   34.5    92.1    5
docking_station          8.4    5.6      26    5
pc_accessory           15.94    3.4      24    4
headset                    3    2.0     4.5    4
psu_laptop              3.65    2.4     5.5    5
charger_phone           0.36    0.2     1.1  2.5
hdd_external           11.61    7.7    17.4    5
ssd_external          135.02   90.0   202.5    5
usb_key                 5.16    2.9     7.7    5
part_ssd                  93   62.0   139.5    -
part_hdd                70.4   11.6   105.6    -
part_ram                   5    3.3     7.5    -
part_battery             8.2    5.5    12.3    -
part_screen_laptop      60.1   40.1    90.2    -
part_screen_tablet      32.1   21.4    48.2    -
part_screen_phone         14    9.3    21.0    -
speaker                 19.8   13.2    29.7    5
vr_headset             70.73   47.2   106.1    5
game_console           280.2    131   420.3    6
camera                 29.73    6.1    44.6    5
"""
"""Id, embodied, low, high (kgCO2e a device), reference life (years)."""


def content(name: str, day: date = END_2026) -> Content:
    """Give what a parameter says on a day."""
    return PARAMETERS[name].in_force(day).value


def leaves(value: Content) -> Iterator[int | Decimal | str]:
    """Give the numbers and words of a list or table."""
    if isinstance(value, Mapping):
        for inner in value.values():
            yield from leaves(inner)
    elif isinstance(value, tuple):
        for inner in value:
            yield from leaves(inner)
    else:
        yield value


def grams(kilograms: str) -> int:
    """Give kilograms as exact grams."""
    exact = Decimal(kilograms) * 1000
    assert exact == int(exact)
    return int(exact)


@pytest.mark.parametrize("name", PARAMETERS)
def test_every_parameter_is_dated_sorted_sourced_and_checked(name: str) -> None:
    parameter = PARAMETERS[name]
    starts = [value.starts_on for value in parameter.values]

    assert parameter.id == name
    assert starts == sorted(set(starts))
    assert date(2026, 1, 1) <= parameter.checked_on <= date(2026, 11, 24)
    assert isinstance(parameter.unit, Unit)
    for value in parameter.values:
        assert value.reference.text
        assert value.reference.article
        assert value.reference.url.startswith("https://")
        assert list(leaves(value.value))
        assert not any(isinstance(leaf, float) for leaf in leaves(value.value))


def test_the_law_is_exactly_these_parameters() -> None:
    assert sorted(LAW) == [
        *("accessories", "age_basis_order", "declared_evidence"),
        *("depreciation_years", "donation_ceiling", "equipment_scope"),
        *("erasure_methods", "gift_counting", "purchase_share"),
        *("renewal_months", "repair_least_life", "repair_price_share"),
        *("repairability_scope", "reuse_age_limit", "reuse_counting"),
        *("reuse_scope", "reuse_target", "solidarity_price"),
        *("stock_day", "vat_rate"),
    ]


def test_every_file_of_data_is_read() -> None:
    law = {path.stem for path in resources.directory("law").iterdir()}
    factors = resources.directory("carbon_factors")
    files = {path for path in factors.rglob("*") if path.is_file()}

    assert law == set(LAW)
    assert {path.stem for path in files if path.parent.name == "devices"} == {
        factor.family for factor in FACTORS.values()
    }
    assert {path.stem for path in files if path.parent.name == "assumptions"} == set(
        FACTORS.assumptions
    )
    assert {path.name for path in files if path.parent == factors} == {
        "README.md",
        "sources.yaml",
    }
    assert all(path.suffix == ".yaml" for path in files if path.name != "README.md")


@pytest.mark.parametrize(
    ("day", "target"),
    [
        (date(2023, 1, 1), 25),
        (date(2023, 12, 31), 25),
        (date(2024, 1, 1), 35),
        (date(2024, 12, 31), 35),
        (date(2025, 1, 1), 50),
        (date(2040, 12, 31), 50),
    ],
)
def test_the_reuse_target_of_a_year(day: date, target: int) -> None:
    assert content("reuse_target", day) == target


@pytest.mark.parametrize(
    ("day", "rate"),
    [
        (date(2000, 4, 1), Decimal("19.6")),
        (date(2013, 12, 31), Decimal("19.6")),
        (date(2014, 1, 1), Decimal(20)),
    ],
)
def test_the_rate_of_vat_of_a_day(day: date, rate: Decimal) -> None:
    assert content("vat_rate", day) == rate


def test_there_is_no_reuse_target_before_2023() -> None:
    with pytest.raises(NotInForceError, match="avant le 01/01/2023"):
        LAW["reuse_target"].in_force(date(2022, 12, 31))


@pytest.mark.parametrize(
    ("day", "share"),
    [
        (date(2024, 1, 1), 20),
        (date(2026, 12, 31), 20),
        (date(2027, 1, 1), 25),
        (date(2029, 12, 31), 25),
        (date(2030, 1, 1), 30),
    ],
)
def test_the_share_of_purchases_of_a_year(day: date, share: int) -> None:
    assert content("purchase_share", day) == {"it_and_telephony": {"reuse": share}}


def test_the_reuse_rate_counts_two_categories_up_to_ten_years() -> None:
    assert content("reuse_scope") == (2, 6)
    assert content("reuse_age_limit") == 10


def test_gifts_stop_at_300_euros_from_the_day_after_the_decree() -> None:
    assert content("donation_ceiling", date(2022, 5, 9)) == 30_000
    with pytest.raises(NotInForceError):
        LAW["donation_ceiling"].in_force(date(2022, 5, 8))


def test_each_route_has_its_way_to_count() -> None:
    table = content("reuse_counting")

    assert table == {
        Route.PUBLIC_TRANSFER: "hand_over",
        Route.SALE: "commitment_and_proof",
        Route.STAFF_GIFT: "hand_over",
        Route.ORGANISATION_GIFT: "hand_over",
        Route.PRODUCER_TAKEBACK: "commitment_and_proof",
        Route.SUPPLIER_TAKEBACK: "commitment_and_proof",
    }
    assert isinstance(table, Mapping)
    assert set(table) == {route.value for route in Route}


def test_the_age_runs_from_facts_of_a_device() -> None:
    facts = ("acquired_on", "commissioned_on", "manufactured_on")

    assert content("age_basis_order") == facts
    assert set(facts) <= FACT_NAMES


def test_solidarity_prices_are_those_of_the_decree() -> None:
    prices = content("solidarity_price")

    assert prices == {
        "laptop": 18_000,
        "desktop": 15_000,
        "tablet": 10_000,
        "smartphone": 10_000,
        "monitor": 3_000,
        "printer": 3_000,
        "copier_mfp": 17_000,
    }
    assert isinstance(prices, Mapping)
    assert set(prices) <= set(CATEGORIES)


def test_a_reading_of_ours_says_so_and_why() -> None:
    ours = {name for name, p in LAW.items() if any(v.policy for v in p.values)}

    assert ours == {
        "accessories",
        "age_basis_order",
        "declared_evidence",
        "depreciation_years",
        "equipment_scope",
        "erasure_methods",
        "gift_counting",
        "renewal_months",
        "repairability_scope",
        "repair_least_life",
        "repair_price_share",
        "reuse_counting",
        "stock_day",
    }


def test_what_is_not_confirmed_says_so() -> None:
    def uncertain(parameter: Parameter) -> bool:
        return any("à confirmer" in (value.note or "") for value in parameter.values)

    assert {name for name, parameter in LAW.items() if uncertain(parameter)} == {
        "accessories",
        "age_basis_order",
        "gift_counting",
        "repairability_scope",
        "donation_ceiling",
        "purchase_share",
        "reuse_scope",
        "reuse_target",
    }


def test_all_that_the_rate_needs_is_in_force_from_its_first_year() -> None:
    first, last = date(2023, 1, 1), date(2023, 12, 31)
    needed = ["reuse_target", "reuse_scope", "reuse_age_limit", "reuse_counting"]

    for name in [*needed, "age_basis_order", "stock_day", "accessories"]:
        assert content(name, first) == content(name, last)


def test_factors_are_to_the_gram_those_published() -> None:
    published = {}
    for line in FACTORS_AS_PUBLISHED.split("\n")[1:-1]:
        name, embodied, low, high, life = line.split()
        published[name] = (
            Impact(grams(embodied), grams(low), grams(high)),
            None if life == "-" else Decimal(life),
        )
    ours = {
        name: (value.impacts[Indicator.GWP], value.lifetime_years)
        for name, factor in FACTORS.items()
        for value in [factor.in_force(END_2026)]
    }

    assert len(published) == 54
    assert ours == published


@pytest.mark.parametrize("name", FACTORS)
def test_every_factor_is_sourced_and_described(name: str) -> None:
    factor = FACTORS[name]

    assert factor.label
    for value in factor.values:
        assert value.note
        assert 2000 <= value.year <= 2026
        for source in value.sources:
            assert FACTORS.sources[source].licence
    is_part = factor.family == "part"
    assert is_part == (factor.weee is None)
    assert is_part == (factor.values[0].lifetime_years is None)


def test_every_source_is_used() -> None:
    used = {s for f in FACTORS.values() for v in f.values for s in v.sources}

    assert used == set(FACTORS.sources)


def test_a_factor_scaled_by_boavizta_names_its_licence() -> None:
    for name, factor in FACTORS.items():
        for value in factor.values:
            if "Boavizta" in value.note and "Calculé" in value.note:
                assert "boavizta" in value.sources, name
    assert "ODbL" in FACTORS.sources["boavizta"].licence


DISPLACEMENTS = {
    "extension": ("0.80", "1.00", "1.00"),
    "internal_redeploy": ("0.50", "0.80", "1.00"),
    "sale": ("0.25", "0.50", "0.73"),
    "donation_equipped": ("0.25", "0.50", "0.73"),
    "donation_inclusion": ("0", "0.25", "0.50"),
    "repair": ("0.25", "0.50", "0.73"),
    "buy_refurb": ("0.50", "0.87", "1.00"),
    "unknown": ("0", "0", "0"),
}


@pytest.mark.parametrize("channel", DISPLACEMENTS)
def test_displacement_by_channel(channel: str) -> None:
    low, mode, high = map(Decimal, DISPLACEMENTS[channel])

    assert content(f"displacement_{channel}") == {
        "low": low,
        "mode": mode,
        "high": high,
    }


def test_the_method_s_other_assumptions() -> None:
    assert content("second_life") == {"mobile": 2, "other": 3}
    assert content("second_life_spread") == {
        "low": Decimal("0.5"),
        "mode": 1,
        "high": Decimal("1.5"),
    }
    assert content("burden_ratio") == {
        "none": Decimal("0.01"),
        "light": Decimal("0.05"),
        "unknown": Decimal("0.20"),
    }
    assert content("road_freight") == Decimal("0.211")
    assert content("oldest_credited_age") == {"display": 12, "network": 12, "other": 10}
    assert content("oldest_credited_lifetimes") == 2


def test_assumptions_name_families_of_factors() -> None:
    families = {factor.family for factor in FACTORS.values()}
    for name in ("second_life", "oldest_credited_age"):
        table = content(name)
        assert isinstance(table, Mapping)
        assert set(table) - {"other"} <= families


def test_ten_years_end_on_the_anniversary() -> None:
    limit = content("reuse_age_limit")
    assert isinstance(limit, int)

    assert years_after(date(2016, 2, 29), limit) == date(2026, 2, 28)
    assert years_after(date(2016, 3, 1), limit) - timedelta(days=1) == date(2026, 2, 28)
