"""The pages that the browser tests look at; add each new one here."""

PUBLIC_PAGES = ("/sign-in", "/aide", "/accessibilite")
"""Looked at by a stranger."""

PAGES = (
    "/",
    "/devices",
    "/devices?q=introuvable",
    "/devices/new",
    "/devices/{tag}",
    "/imports",
    "/reports",
    "/reports/reen/2026",
    "/aide",
    "/accessibilite",
)
"""Looked at by Alice; `{tag}` is a laptop in stock."""
