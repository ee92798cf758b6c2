"""The fields that a column may fill, as people choose them, and their units."""

from collections.abc import Mapping

Choices = tuple[tuple[str, str], ...]

GROUPS: tuple[tuple[str, Choices], ...] = (
    (
        "Identité",
        (
            ("tag", "Étiquette"),
            ("foreign_tag", "Étiquette d'un autre outil"),
            ("serial", "Numéro de série"),
            ("uuid", "UUID"),
            ("accounting_number", "Numéro d'inventaire comptable"),
            ("category", "Catégorie"),
            ("maker", "Marque"),
            ("model", "Modèle"),
            ("designation", "Désignation (modèle à défaut)"),
            ("specifications", "Caractéristiques"),
            ("operating_system", "Système d'exploitation"),
            ("owner_siret", "SIRET du propriétaire"),
            ("owner_name", "Nom du propriétaire"),
        ),
    ),
    (
        "Achat",
        (
            ("acquired_on", "Date d'acquisition"),
            ("price", "Prix d'achat"),
            ("supplier", "Fournisseur"),
            ("order_number", "Numéro de commande"),
            ("order_line", "Ligne de commande"),
            ("condition", "État à l'achat"),
            ("manufactured_on", "Date de fabrication"),
            ("repairability", "Indice de réparabilité"),
            ("warranty_ends_on", "Fin de garantie"),
            ("warranty_months", "Durée de garantie"),
            ("lease_ends_on", "Fin de location"),
            ("quantity", "Quantité"),
        ),
    ),
    (
        "Vie",
        (
            ("state", "Statut"),
            ("commissioned_on", "Date de mise en service"),
            ("site", "Site"),
            ("holder", "Détenteur"),
            ("holder_last_name", "Nom du détenteur"),
            ("holder_first_name", "Prénom du détenteur"),
            ("security", "Mention de sécurité"),
            ("estimated_value", "Valeur estimée"),
            ("notes", "Notes"),
        ),
    ),
    (
        "Support de stockage",
        (
            ("medium_serial", "N° de série du disque"),
            ("medium_kind", "Type de disque"),
            ("medium_capacity", "Capacité du disque"),
        ),
    ),
    (
        "Passé déclaré",
        (
            ("decommissioned_on", "Date de réforme"),
            ("destination", "Destination"),
            ("handed_over_on", "Date de remise"),
            ("beneficiary", "Bénéficiaire"),
            ("commitment_on", "Engagement de réemploi"),
            ("proof_on", "Preuve de réemploi"),
        ),
    ),
)
LABELS: Mapping[str, str] = {key: name for _, group in GROUPS for key, name in group}

JOINED = frozenset({"specifications", "notes"})
"""Fields that put all their columns into one text: none goes before another."""

EUROS, CENTS = "euros", "cents"
EUROS_WITH_VAT, CENTS_WITH_VAT = "euros_with_vat", "cents_with_vat"
OUT_OF_TEN, OUT_OF_A_HUNDRED = "out_of_10", "out_of_100"

_ORDERS: Choices = (
    ("dmy", "jour/mois/année"),
    ("mdy", "mois/jour/année"),
    ("ymd", "année/mois/jour"),
)
UNITS: Mapping[str, Choices] = {
    "price": (
        (EUROS, "euros hors taxes"),
        (CENTS, "centimes hors taxes"),
        (EUROS_WITH_VAT, "euros TTC, taux normal de l'époque"),
        (CENTS_WITH_VAT, "centimes TTC, taux normal de l'époque"),
    ),
    "estimated_value": ((EUROS, "euros"), (CENTS, "centimes")),
    "repairability": ((OUT_OF_TEN, "sur 10"), (OUT_OF_A_HUNDRED, "sur 100")),
    "medium_capacity": (
        ("gb", "Go"),
        ("gib", "Gio (les « Go » de Windows)"),
        ("mb", "Mo"),
        ("tb", "To"),
    ),
    **dict.fromkeys(
        (
            "acquired_on",
            "commissioned_on",
            "manufactured_on",
            "warranty_ends_on",
            "lease_ends_on",
            "decommissioned_on",
            "handed_over_on",
            "commitment_on",
            "proof_on",
        ),
        _ORDERS,
    ),
}
"""Fields written in several ways: those that a person may choose for a column."""
