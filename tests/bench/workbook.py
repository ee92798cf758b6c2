"""A large inventory as an office has it: twenty columns, few models, many people."""

import random
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

HEADINGS = (
    "Étiquette",
    "N° de série",
    "Catégorie",
    "Marque",
    "Modèle",
    "Date d'acquisition",
    "Prix HT",
    "Fournisseur",
    "N° de commande",
    "Site",
    "Utilisateur",
    "Statut",
    "N° inventaire comptable",
    "Caractéristiques",
    "Garantie jusqu'au",
    "Indice de réparabilité",
    "N° de série du disque",
    "Type de disque",
    "Date de mise en service",
    "Commentaires",
)
PRODUCTS = (
    ("PC portable", "Dell", "Latitude 5420"),
    ("PC portable", "HP", "EliteBook 840 G8"),
    ("Unité centrale", "Lenovo", "ThinkCentre M70q"),
    ("Écran", "Dell", "P2419H"),
    ("Smartphone", "Samsung", "Galaxy A52"),
)


def rows(count: int, remark: str = "vu") -> Iterator[list[object]]:
    """Give the rows below the headings; the same every time but for the remark."""
    chance = random.Random(1)  # noqa: S311 - a reproducible list, no secret
    for number in range(count):
        category, maker, model = chance.choice(PRODUCTS)
        bought = date(2016, 1, 1) + timedelta(days=chance.randrange(3_900))
        yield [
            f"P{number:07d}",
            f"SN{number:08d}",
            category,
            maker,
            model,
            bought,
            round(chance.uniform(90, 1_500), 2),
            "UGAP",
            f"BC{number // 50:05d}",
            f"Site {number % 60}",
            f"Agent {number % 4_000}",
            "En service",
            f"INV{number // 3:06d}",
            "i5, 16 Go, SSD 256 Go",
            bought + timedelta(days=1_095),
            "7,2",
            f"DK{number:08d}",
            "SSD",
            bought + timedelta(days=20),
            remark,
        ]


def write(path: Path, count: int, remark: str = "vu") -> None:
    """Write the workbook."""
    from openpyxl import Workbook  # noqa: PLC0415 - heavy, and only here

    book = Workbook(write_only=True)
    sheet = book.create_sheet("Parc")
    sheet.append(HEADINGS)
    for row in rows(count, remark):
        sheet.append(row)
    book.save(path)
