"""The pages that the browser tests look at; add each new one here."""

PUBLIC_PAGES = (
    "/sign-in",
    "/aide",
    "/accessibilite",
    "/scan/offline",
    "/aide/telephone",
)
"""Looked at by a stranger."""

PAGES = (
    "/",
    "/devices",
    "/devices?q=introuvable",
    "/devices?cols=serial&cols=price_cents&cols=holder",
    "/bulk",
    "/devices/new",
    "/devices/{tag}",
    "/devices/{tag}?on=2026-11-24",
    "/devices/{tag}/merge",
    "/devices/{tag}/merge?with=SN000001",
    "/devices?gone=void",
    "/audit",
    "/fleet",
    "/imports",
    "/imports/conflicts",
    "/imports/conflicts?settled=1",
    "/imports/mappings",
    "/reports",
    "/reports/reen/2026",
    "/reports/reen/2026/REEN-03",
    "/reports/reen/2026/exclusions",
    "/reports/reen/2026/steps",
    "/aide",
    "/accessibilite",
    "/labels",
    "/labels?codes={tag}",
    "/labels/reserved",
    "/labels/stocks",
    "/labels/stocks?like=L7160",
    "/labels/setup",
    "/sites",
    "/account",
    "/scan",
    "/scan?action=return",
    "/scan/cards",
    "/scan/offline",
    "/devices/find",
    "/stocktakes",
)
"""Looked at by Alice; `{tag}` is a laptop in stock."""

SETTINGS_PAGES = (
    "/",
    "/settings",
    "/settings/owners/new",
    "/settings/owners/{siret}",
    "/settings/accounts",
    "/settings/accounts/new",
    "/settings/accounts/{actor}",
    "/settings/tokens",
    "/settings/tokens/new",
    "/sites",
    "/sites/{site}",
    "/account",
)
"""Looked at by Dora, who administers every owner; what is in braces is Lens's."""
