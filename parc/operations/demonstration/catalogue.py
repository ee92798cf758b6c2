"""What public bodies of this size buy: models, years of sale, prices, media."""

from collections.abc import Mapping
from dataclasses import dataclass

from parc.domain.vocabulary import MediumKind

Media = tuple[tuple[MediumKind, int], ...]
"""Kind and capacity (GB) of each storage medium."""


@dataclass(frozen=True, slots=True)
class Product:
    """A model: price excl. VAT in euros, years of sale, repairability index ×10."""

    category: str
    maker: str
    model: str
    specifications: str
    euros: int
    first: int
    last: int
    repairability: int | None = None
    media: Media = ()
    warranty: int = 3


_HDD: Media = ((MediumKind.HDD, 500),)
_SSD: Media = ((MediumKind.SSD, 256),)
_NVME: Media = ((MediumKind.NVME, 512),)
_BAYS: Media = ((MediumKind.HDD, 4_000),) * 2
_RAID: Media = ((MediumKind.SSD, 960),) * 4
_EMMC: Media = ((MediumKind.EMMC, 128),)
_COPIER: Media = ((MediumKind.HDD, 320),)

_P = Product
PRODUCTS = (
    _P("laptop", "Dell", "Latitude E5450", "i5, 8 Go", 780, 2012, 2016, None, _HDD),
    _P("laptop", "Dell", "Latitude 5480", "i5, 8 Go", 850, 2017, 2019, None, _SSD),
    _P("laptop", "Dell", "Latitude 5420", "i5, 16 Go", 940, 2020, 2022, 81, _NVME),
    _P("laptop", "Dell", "Latitude 5440", "i5, 16 Go", 990, 2023, 2099, 85, _NVME),
    _P("laptop", "HP", "ProBook 650 G2", "i5, 8 Go", 720, 2014, 2018, None, _SSD),
    _P("laptop", "HP", "ProBook 450 G8", "i5, 16 Go", 790, 2019, 2022, 72, _NVME),
    _P("laptop", "HP", "EliteBook 640 G10", "i5, 16 Go", 930, 2023, 2099, 78, _NVME),
    _P("laptop", "Lenovo", "ThinkPad L480", "i5, 8 Go", 760, 2016, 2020, None, _SSD),
    _P("laptop", "Lenovo", "ThinkPad L14", "R5, 16 Go", 850, 2021, 2099, 83, _NVME),
    _P("desktop", "Dell", "OptiPlex 3020", "i3, 4 Go", 520, 2010, 2015, None, _HDD),
    _P("desktop", "Dell", "OptiPlex 5060", "i5, 8 Go", 640, 2016, 2020, None, _SSD),
    _P("desktop", "Dell", "OptiPlex 7000", "i5, 16 Go", 760, 2021, 2099, None, _NVME),
    _P("desktop", "HP", "ProDesk 400 G4", "i3, 8 Go", 540, 2015, 2020, None, _SSD),
    _P("mini_pc", "HP", "Pro Mini 400 G9", "i5, 8 Go", 690, 2021, 2099, None, _NVME),
    _P("mini_pc", "Lenovo", "ThinkCentre M70q", "i5", 660, 2019, 2099, None, _NVME),
    _P("monitor", "Dell", "P2217H", "22 pouces", 150, 2010, 2018),
    _P("monitor", "Dell", "P2422H", "24 pouces", 185, 2019, 2099),
    _P("monitor", "Iiyama", "ProLite XUB2493HS", "24 pouces", 155, 2016, 2099),
    _P("monitor", "Philips", "243B9", "24 pouces, USB-C", 215, 2020, 2099),
    _P("smartphone", "Samsung", "Galaxy A50", "", 270, 2016, 2020, None, _EMMC, 2),
    _P("smartphone", "Samsung", "XCover 6 Pro", "", 480, 2021, 2099, 84, _EMMC, 2),
    _P("smartphone", "Fairphone", "Fairphone 4", "", 520, 2022, 2099, 93, _EMMC, 5),
    _P("tablet", "Samsung", "Galaxy Tab A7", "32 Go", 190, 2015, 2021, None, _EMMC, 2),
    _P("tablet", "Apple", "iPad 9", "64 Go", 320, 2020, 2099, 74, _EMMC, 1),
    _P("ip_phone", "Yealink", "T46S", "Poste fixe IP", 110, 2015, 2099, None, (), 2),
    _P("printer", "HP", "LaserJet M404", "Laser A4", 210, 2012, 2021, None, (), 1),
    _P("printer", "Brother", "HL-L6410DN", "Laser A4", 380, 2022, 2099, None, (), 1),
    _P("docking_station", "Dell", "WD19S", "USB-C 130 W", 165, 2017, 2099),
    _P("docking_station", "HP", "USB-C Dock G5", "USB-C 100 W", 150, 2019, 2099),
    _P("keyboard", "Logitech", "MK270", "Sans fil", 24, 2010, 2099, None, (), 2),
    _P("headset", "Jabra", "Evolve 20", "Casque filaire", 38, 2017, 2099, None, (), 2),
    _P("copier_mfp", "Ricoh", "IM C3000", "A3", 3_900, 2010, 2099, None, _COPIER),
    _P("server", "Dell", "PowerEdge R440", "64 Go", 4_200, 2015, 2021, None, _RAID, 5),
    _P("server", "HPE", "DL360 Gen11", "", 6_100, 2022, 2099, None, _RAID, 5),
    _P("switch", "Aruba", "2530-24G", "24 ports", 480, 2010, 2020, None, (), 5),
    _P("switch", "Aruba", "CX 6100-24G", "24 ports", 690, 2021, 2099, None, (), 5),
    _P("projector", "Epson", "EB-W49", "Vidéoprojecteur", 420, 2014, 2099, None, (), 2),
)  # fmt: skip

SHARES: Mapping[str, int] = {
    "laptop": 270,
    "desktop": 140,
    "mini_pc": 50,
    "monitor": 240,
    "smartphone": 90,
    "tablet": 30,
    "ip_phone": 40,
    "printer": 25,
    "docking_station": 50,
    "keyboard": 20,
    "headset": 15,
    "copier_mfp": 8,
    "server": 5,
    "switch": 12,
    "projector": 5,
}
"""Out of a thousand devices bought."""

LIFETIMES: Mapping[str, float] = {
    "laptop": 5.0,
    "desktop": 6.2,
    "mini_pc": 5.8,
    "monitor": 7.5,
    "smartphone": 3.6,
    "tablet": 4.5,
    "ip_phone": 8.0,
    "printer": 6.5,
    "docking_station": 6.0,
    "keyboard": 4.0,
    "headset": 3.5,
    "copier_mfp": 5.5,
    "server": 6.5,
    "switch": 8.0,
    "projector": 7.0,
}
"""Years of use before renewal, on average."""

FAILURES: Mapping[str, float] = {
    "laptop": 0.09,
    "desktop": 0.06,
    "mini_pc": 0.05,
    "monitor": 0.03,
    "smartphone": 0.10,
    "tablet": 0.08,
    "printer": 0.15,
    "copier_mfp": 0.25,
    "server": 0.08,
    "switch": 0.03,
    "projector": 0.08,
}
"""Failures a year in middle age; what is not here is replaced, not repaired."""


def sold_in(category: str, year: int) -> list[Product]:
    """List the models of a category on sale in a year, else the nearest ones."""
    models = [p for p in PRODUCTS if p.category == category]
    away = {p: max(p.first - year, year - p.last, 0) for p in models}
    return [p for p in models if away[p] == min(away.values())]


def worth_cents(product: Product, years: float) -> int:
    """Estimate a resale value (cents) that falls with age, in steps of 5 €."""
    kept = 0.62 ** max(years, 0.0)
    return max(int(product.euros * kept / 5) * 500, 500)
