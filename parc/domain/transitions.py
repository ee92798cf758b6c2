"""The lifecycle table (decision D1): the one place that says what is possible.

The decision, the buttons, the command line, the API, the help page and the
tests all read `TRANSITIONS`.
"""

from collections.abc import Mapping
from dataclasses import replace

from parc.domain import guards
from parc.domain.fields import Field, Kind, choices_of
from parc.domain.transition import Transition, row
from parc.domain.vocabulary import (
    DECOMMISSIONED_AND_HELD,
    GONE,
    HELD,
    IN_USE,
    LOST,
    Action,
    Condition,
    EvidenceKind,
    MediumKind,
    Role,
    Route,
    Security,
    Settlement,
    State,
)
from parc.domain.voiding import VOIDING

TECHNICIANS = frozenset({Role.TECHNICIAN})
COMMUNE = frozenset({Role.COMMUNE_MANAGER})
MANAGERS = COMMUNE | {Role.FLEET_LEAD}
LEADS = frozenset({Role.FLEET_LEAD})
REUSE = frozenset({Role.REUSE_OFFICER})
EVERY_STATE = frozenset(State)
ANY_HELD = HELD - {State.ORDERED}

FACT_FIELDS = (
    Field("serial", "Numéro de série"),
    Field("uuid", "UUID"),
    Field("accounting_number", "Numéro d'inventaire comptable"),
    Field("category", "Catégorie", Kind.CHOICE),
    Field("maker", "Marque"),
    Field("model", "Modèle"),
    Field("specifications", "Caractéristiques", Kind.LONG_TEXT),
    Field("acquired_on", "Date d'acquisition", Kind.DAY),
    Field("commissioned_on", "Date de mise en service", Kind.DAY),
    Field("manufactured_on", "Date de fabrication", Kind.DAY),
    Field("price_cents", "Prix d'achat HT", Kind.MONEY),
    Field("condition", "État à l'achat", Kind.CHOICE, choices=choices_of(Condition)),
    Field("supplier", "Fournisseur"),
    Field("order_number", "Numéro de commande"),
    Field("repairability_tenths", "Indice de réparabilité (sur 10)", Kind.TENTHS),
    Field("warranty_ends_on", "Fin de garantie", Kind.DAY),
    Field("order_line", "Ligne de commande"),
    Field("lease_ends_on", "Fin de location", Kind.DAY),
    Field("operating_system", "Système d'exploitation"),
    Field("security", "Mention de sécurité", Kind.CHOICE, choices=choices_of(Security)),
    Field("estimated_value_cents", "Valeur estimée", Kind.MONEY),
    Field("notes", "Notes", Kind.LONG_TEXT),
)
FACT_NAMES = frozenset(field.name for field in FACT_FIELDS)

_MEDIUM_KIND = Field("kind", "Type", Kind.CHOICE, choices=choices_of(MediumKind))
_TARGET = Field("target", "Nouvel état", Kind.CHOICE, required=True)
_REASON = Field("reason", "Motif", Kind.LONG_TEXT, required=True)
_COMMENT = Field("comment", "Commentaire", Kind.LONG_TEXT)
_HOLDER = Field("holder", "Détenteur", Kind.PERSON)
_SITE = Field("site", "Site", Kind.SITE)
_MANAGER = Field("manager", "Gestionnaire", Kind.CHOICE)
_DUE = Field("due_on", "À rendre le", Kind.DAY, required=True)

ROUTE_FIELD = Field(
    "route", "Voie", Kind.CHOICE, required=True, choices=choices_of(Route)
)


S = State
_TABLE = (
    row(
        Action.REGISTER,
        set(),
        (S.ORDERED, S.IN_STOCK),
        TECHNICIANS,
        (
            _TARGET,
            *(replace(f, required=f.name == "category") for f in FACT_FIELDS),
            Field("foreign_tag", "Étiquette d'un autre outil"),
            _SITE,
            _HOLDER,
        ),
    ),
    row(Action.RECEIVE, {S.ORDERED}, (S.IN_STOCK,), TECHNICIANS, (_SITE, _COMMENT)),
    row(
        Action.ASSIGN,
        {S.IN_STOCK, S.TO_QUALIFY},
        (S.IN_SERVICE,),
        TECHNICIANS,
        (_HOLDER, _SITE, _COMMENT),
    ),
    row(
        Action.LEND,
        {S.IN_STOCK},
        (S.ON_LOAN,),
        TECHNICIANS,
        (_HOLDER, _DUE, _SITE, _COMMENT),
    ),
    row(
        Action.SEND_TO_REPAIR,
        {S.IN_SERVICE, S.IN_STOCK, S.ON_LOAN},
        (S.IN_REPAIR,),
        TECHNICIANS,
        (Field("reason", "Panne constatée", Kind.LONG_TEXT, required=True),),
    ),
    row(
        Action.RETURN_FROM_REPAIR,
        {S.IN_REPAIR},
        (S.IN_STOCK, S.IN_SERVICE),
        TECHNICIANS,
        (_TARGET, _COMMENT),
    ),
    row(
        Action.RETURN,
        {S.IN_SERVICE, S.ON_LOAN},
        (S.IN_STOCK, S.TO_QUALIFY),
        TECHNICIANS,
        (_TARGET, _SITE, _COMMENT),
    ),
    row(Action.MOVE, ANY_HELD, (), TECHNICIANS, (_HOLDER, _SITE, _MANAGER, _COMMENT)),
    row(
        Action.DESCRIBE,
        EVERY_STATE,
        (),
        TECHNICIANS | MANAGERS,
        (
            *FACT_FIELDS,
            Field("medium_serial", "Numéro de série d'un support"),
            Field(
                "medium_kind",
                "Type de ce support",
                Kind.CHOICE,
                choices=_MEDIUM_KIND.choices,
            ),
            Field("medium_capacity_gb", "Capacité de ce support (Go)", Kind.INTEGER),
        ),
    ),
    row(
        Action.SETTLE_MEDIUM,
        ANY_HELD,
        (),
        TECHNICIANS,
        (
            Field(
                "serial",
                "Numéro de série du support",
                required=True,
                hint="« - » pour constater que l'appareil n'a aucun support.",
            ),
            Field(
                "outcome",
                "Résultat",
                Kind.CHOICE,
                required=True,
                choices=choices_of(Settlement),
            ),
            _MEDIUM_KIND,
            Field("method", "Méthode"),
            Field("document", "Justificatif", Kind.DOCUMENT, required=True),
        ),
    ),
    row(
        Action.FILE_EVIDENCE,
        EVERY_STATE,
        (),
        TECHNICIANS | MANAGERS | REUSE,
        (
            Field(
                "kind",
                "Nature de la pièce",
                Kind.CHOICE,
                required=True,
                choices=choices_of(EvidenceKind),
            ),
            Field("dated_on", "Date de la pièce", Kind.DAY, required=True),
            Field("reference", "Référence"),
            Field("document", "Fichier", Kind.DOCUMENT, required=True),
        ),
    ),
    row(
        Action.PROPOSE_DECOMMISSION,
        {S.IN_STOCK, S.IN_SERVICE, S.IN_REPAIR, S.TO_QUALIFY},
        (S.DECOMMISSION_PROPOSED,),
        MANAGERS,
        (_REASON,),
    ),
    row(
        Action.WITHDRAW_PROPOSAL,
        {S.DECOMMISSION_PROPOSED},
        (S.TO_QUALIFY,),
        # Whoever decides may refuse.
        MANAGERS | {Role.SIGNATORY},
        (_COMMENT,),
    ),
    row(
        Action.DECOMMISSION,
        {S.DECOMMISSION_PROPOSED},
        (S.DECOMMISSIONED,),
        frozenset({Role.SIGNATORY}),
        (
            Field("act_number", "Numéro de l'acte", required=True),
            Field("act_on", "Date de l'acte", Kind.DAY, required=True),
        ),
        (guards.OTHER_THAN_PROPOSER,),
        IN_USE - {S.ORDERED},
    ),
    row(
        Action.RECONDITION,
        {S.DECOMMISSIONED},
        (S.RECONDITIONING,),
        TECHNICIANS,
        (_COMMENT,),
    ),
    row(
        Action.DECLARE_READY,
        {S.RECONDITIONING},
        (S.READY,),
        TECHNICIANS,
        (_COMMENT,),
        (guards.TESTS_FILED, guards.MEDIA_SETTLED),
    ),
    row(
        Action.REINSTATE,
        {S.DECOMMISSIONED, S.RECONDITIONING, S.READY},
        (S.IN_STOCK,),
        LEADS,
        (_REASON,),
        (guards.OTHER_THAN_SIGNATORY,),
    ),
    row(
        Action.OFFER,
        {S.READY},
        (S.OFFERED,),
        REUSE,
        (_COMMENT,),
        (guards.LOT_FILED, guards.MEDIA_SETTLED, guards.NO_SECURITY_FLAG),
    ),
    row(Action.WITHDRAW_OFFER, {S.OFFERED}, (S.READY,), REUSE, (_COMMENT,)),
    row(
        Action.RESERVE,
        {S.OFFERED},
        (S.RESERVED,),
        REUSE,
        (Field("taker", "Preneur", required=True), _COMMENT),
    ),
    row(Action.RELEASE, {S.RESERVED}, (S.OFFERED,), REUSE, (_REASON,)),
    row(
        Action.HAND_OVER,
        {S.READY, S.RESERVED, S.DECOMMISSIONED},
        (S.HANDED_OVER,),
        REUSE,
        (
            ROUTE_FIELD,
            Field("taker", "Preneur (personne morale)"),
            Field("taker_siret", "SIRET du preneur", Kind.SIRET),
            Field("price_cents", "Prix de cession", Kind.MONEY),
            _COMMENT,
        ),
        (
            guards.ROUTE_FITS_STATE,
            guards.RECEIVER_KNOWN,
            guards.CONVENTION_FILED,
            guards.MEDIA_SETTLED,
            guards.GIFT_CEILING,
            guards.NO_SECURITY_FLAG,
        ),
    ),
    row(
        Action.PROVE_REUSE,
        {S.HANDED_OVER},
        (S.REUSE_PROVED,),
        REUSE,
        (_COMMENT,),
        (guards.PROOF_FILED,),
    ),
    row(
        Action.RETURN_FROM_TAKER,
        {S.HANDED_OVER},
        (S.DECOMMISSIONED,),
        REUSE,
        (_REASON, _SITE),
    ),
    row(
        Action.REPORT_RECYCLED_BY_TAKER,
        {S.HANDED_OVER, S.REUSE_PROVED},
        (S.RECYCLED,),
        REUSE,
        (_COMMENT,),
    ),
    row(
        Action.CONDEMN,
        {S.DECOMMISSIONED, S.RECONDITIONING, S.READY},
        (S.TO_RECYCLE,),
        TECHNICIANS,
        (_REASON,),
    ),
    row(
        Action.DISMANTLE,
        {S.TO_RECYCLE, S.DECOMMISSIONED},
        (S.DISMANTLED,),
        TECHNICIANS,
        (_COMMENT,),
    ),
    row(
        Action.PUT_IN_WASTE_LOT,
        {S.TO_RECYCLE, S.DISMANTLED},
        (S.IN_WASTE_LOT,),
        TECHNICIANS,
        (Field("lot", "Numéro du lot ou de la palette", required=True),),
        (guards.MEDIA_SETTLED,),
    ),
    row(Action.TAKE_OUT, {S.IN_WASTE_LOT}, (S.TO_RECYCLE,), TECHNICIANS, (_REASON,)),
    row(
        Action.COLLECT_WASTE,
        {S.IN_WASTE_LOT},
        (S.WASTE_COLLECTED,),
        LEADS,
        (Field("collector", "Collecteur", required=True), _COMMENT),
        (guards.COLLECTION_FILED, guards.MEDIA_SETTLED),
        frozenset({S.DECOMMISSIONED, S.TO_RECYCLE, S.DISMANTLED}),
    ),
    row(
        Action.PROVE_TREATMENT,
        {S.WASTE_COLLECTED},
        (S.RECYCLED,),
        LEADS,
        (_COMMENT,),
        (guards.TREATMENT_FILED,),
    ),
    row(Action.REPORT_MISSING, ANY_HELD, (S.MISSING,), COMMUNE, (_REASON,)),
    row(
        Action.REPORT_STOLEN,
        ANY_HELD,
        (S.STOLEN,),
        COMMUNE,
        (
            Field("complaint", "Numéro de plainte", required=True),
            Field("encrypted", "Les supports étaient-ils chiffrés ?", Kind.YES_NO),
            _COMMENT,
        ),
    ),
    row(
        Action.FIND,
        LOST,
        (S.TO_QUALIFY, S.DECOMMISSIONED),
        COMMUNE,
        (_COMMENT,),
    ),
    row(Action.ANNUL, HELD | GONE | LOST, (), LEADS, (_REASON,)),
)

TRANSITIONS: Mapping[Action, Transition] = {
    line.action: line for line in (*_TABLE, *VOIDING)
}

SECOND_PERSON_FROM = DECOMMISSIONED_AND_HELD | GONE
"""States from which an annulment takes a second person (decision D1)."""
