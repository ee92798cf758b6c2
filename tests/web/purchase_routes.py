"""Who gets what at the addresses of purchases (see test_access)."""

from starlette.testclient import TestClient

from tests.operations.buying import LINE, ORDER
from tests.web.expected import Expected

PURCHASES: dict[tuple[str, str], Expected] = {
    ("GET", "/purchases"): Expected(303, 200, 200),
    ("POST", "/purchases"): Expected(303, 422, 403),
    ("GET", "/purchases/new"): Expected(303, 200, 403),
    ("GET", "/purchases/{order}"): Expected(303, 404, 200),
    ("POST", "/purchases/{order}"): Expected(303, 404, 403),
    ("POST", "/purchases/{order}/cancel"): Expected(303, 404, 403),
    ("POST", "/purchases/{order}/lines"): Expected(303, 404, 403),
    ("POST", "/purchases/{order}/lines/{line}"): Expected(303, 404, 403),
    ("POST", "/purchases/{order}/lines/{line}/remove"): Expected(303, 404, 403),
    ("POST", "/purchases/{order}/lines/{line}/cancel"): Expected(303, 404, 403),
    ("POST", "/purchases/{order}/lines/{line}/receive"): Expected(303, 404, 403),
    ("GET", "/purchases/year"): Expected(303, 303, 303),
    ("GET", "/purchases/year/{year}"): Expected(303, 200, 200),
    ("GET", "/purchases/year/{year}.{kind}"): Expected(303, 200, 200),
    ("GET", "/purchases/finance"): Expected(303, 200, 200),
    ("POST", "/purchases/finance"): Expected(303, 422, 403),
    ("GET", "/purchases/finance/{batch}"): Expected(303, 404, 200),
    ("POST", "/purchases/finance/{batch}/apply"): Expected(303, 404, 403),
    ("POST", "/purchases/finance/{batch}/abandon"): Expected(303, 404, 403),
    ("GET", "/purchases/accounting"): Expected(303, 200, 200),
    ("POST", "/purchases/accounting/reconciliations"): Expected(303, 422, 403),
    ("GET", "/purchases/accounting/reconciliations/{reconciliation_id}"): Expected(
        303, 404, 200
    ),
    (
        "GET",
        "/purchases/accounting/reconciliations/{reconciliation_id}.xlsx",
    ): Expected(303, 404, 200),
}


def bought_for_lens(alice: TestClient) -> dict[str, str]:
    """Enter an order, read a finance file, compare a ledger."""
    order = alice.post("/purchases", data={**ORDER, **LINE})
    spends = b"Date;Fournisseur;Categorie;Montant\n2026-02-13;UGAP;Informatique;5\n"
    batch = alice.post("/purchases/finance", files={"file": ("f.csv", spends)})
    ledger = b"Inventaire;Valeur\nA-1;5\n"
    compared = alice.post(
        "/purchases/accounting/reconciliations", files={"file": ("l.csv", ledger)}
    )
    made = {"order": order, "batch": batch, "reconciliation_id": compared}
    keys = {n: a.headers["location"].rpartition("/")[2] for n, a in made.items()}
    return {**keys, "line": "1"}
