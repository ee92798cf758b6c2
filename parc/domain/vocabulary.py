"""The words of a device's life: states, actions, routes, roles, evidence."""

from parc.domain.labelled import Labelled


class State(Labelled):
    """Where a device is in its life; one at a time."""

    ORDERED = "ordered", "Commandé"
    IN_STOCK = "in_stock", "En stock"
    IN_SERVICE = "in_service", "En service"
    ON_LOAN = "on_loan", "Prêté"
    IN_REPAIR = "in_repair", "En réparation"
    TO_QUALIFY = "to_qualify", "À qualifier"
    DECOMMISSION_PROPOSED = "decommission_proposed", "Réforme proposée"
    DECOMMISSIONED = "decommissioned", "Réformé"
    RECONDITIONING = "reconditioning", "En remise en état"
    READY = "ready", "Prêt au réemploi"
    OFFERED = "offered", "Proposé"
    RESERVED = "reserved", "Réservé"
    HANDED_OVER = "handed_over", "Remis"
    REUSE_PROVED = "reuse_proved", "Réemploi prouvé"
    TO_RECYCLE = "to_recycle", "À recycler"
    DISMANTLED = "dismantled", "Démonté pour pièces"
    IN_WASTE_LOT = "in_waste_lot", "En lot DEEE"
    WASTE_COLLECTED = "waste_collected", "Enlevé (DEEE)"
    RECYCLED = "recycled", "Recyclé"
    MISSING = "missing", "Perdu"
    STOLEN = "stolen", "Volé"


IN_USE = frozenset(
    {
        State.IN_STOCK,
        State.IN_SERVICE,
        State.ON_LOAN,
        State.IN_REPAIR,
        State.TO_QUALIFY,
        State.DECOMMISSION_PROPOSED,
    }
)
"""Held by the owner and not yet réformé."""

DECOMMISSIONED_AND_HELD = frozenset(
    {
        State.DECOMMISSIONED,
        State.RECONDITIONING,
        State.READY,
        State.OFFERED,
        State.RESERVED,
        State.TO_RECYCLE,
        State.DISMANTLED,
        State.IN_WASTE_LOT,
    }
)
"""Réformé and still held: the stock that décret 2023-266 art. 3 counts."""

HELD = IN_USE | DECOMMISSIONED_AND_HELD
GONE = frozenset(
    {
        State.HANDED_OVER,
        State.REUSE_PROVED,
        State.WASTE_COLLECTED,
        State.RECYCLED,
    }
)
LOST = frozenset({State.MISSING, State.STOLEN})


class Action(Labelled):
    """What may be recorded of a device; each event is one of these."""

    REGISTER = "register", "Enregistrer"
    RECEIVE = "receive", "Réceptionner"
    ASSIGN = "assign", "Affecter"
    LEND = "lend", "Prêter"
    SEND_TO_REPAIR = "send_to_repair", "Envoyer en réparation"
    RETURN_FROM_REPAIR = "return_from_repair", "Retour de réparation"
    RETURN = "return", "Retourner"
    MOVE = "move", "Déplacer"
    DESCRIBE = "describe", "Corriger la fiche"
    SETTLE_MEDIUM = "settle_medium", "Traiter un support de stockage"
    FILE_EVIDENCE = "file_evidence", "Joindre une pièce"
    PROPOSE_DECOMMISSION = "propose_decommission", "Proposer la réforme"
    WITHDRAW_PROPOSAL = "withdraw_proposal", "Retirer la proposition"
    DECOMMISSION = "decommission", "Prononcer la réforme"
    RECONDITION = "recondition", "Mettre en remise en état"
    DECLARE_READY = "declare_ready", "Déclarer prêt au réemploi"
    REINSTATE = "reinstate", "Annuler la réforme et remettre en stock"
    OFFER = "offer", "Proposer au réemploi"
    WITHDRAW_OFFER = "withdraw_offer", "Retirer l'offre"
    RESERVE = "reserve", "Réserver"
    RELEASE = "release", "Libérer la réservation"
    HAND_OVER = "hand_over", "Remettre"
    PROVE_REUSE = "prove_reuse", "Constater le réemploi"
    RETURN_FROM_TAKER = "return_from_taker", "Reprendre au preneur"
    REPORT_RECYCLED_BY_TAKER = "report_recycled_by_taker", "Recyclé par le preneur"
    CONDEMN = "condemn", "Orienter vers le recyclage"
    DISMANTLE = "dismantle", "Démonter pour pièces"
    PUT_IN_WASTE_LOT = "put_in_waste_lot", "Mettre en lot DEEE"
    TAKE_OUT = "take_out", "Sortir du lot DEEE"
    COLLECT_WASTE = "collect_waste", "Constater l'enlèvement DEEE"
    PROVE_TREATMENT = "prove_treatment", "Constater le traitement"
    REPORT_MISSING = "report_missing", "Déclarer perdu"
    REPORT_STOLEN = "report_stolen", "Déclarer volé"
    FIND = "find", "Déclarer retrouvé"
    ANNUL = "annul", "Annuler le dernier événement"
    DISCARD = "discard", "Écarter (enregistré par erreur)"
    MERGE = "merge", "Fusionner avec un autre matériel"
    RESTORE = "restore", "Rétablir"
    SPLIT = "split", "Défaire la fusion"


REVERSALS = frozenset({Action.ANNUL, Action.RESTORE, Action.SPLIT})
"""These take the latest event back: the device is again as it was before it."""


class VoidKind(Labelled):
    """Why a device is no device of the inventory any more."""

    DISCARDED = "discarded", "Écarté"
    MERGED = "merged", "Fusionné"


class Role(Labelled):
    """What an account may do, for one owner or for all of them."""

    ADMIN = "admin", "Administration"
    FLEET_LEAD = "fleet_lead", "Responsable du parc"
    TECHNICIAN = "technician", "Technicien"
    COMMUNE_MANAGER = "commune_manager", "Gestionnaire de la commune"
    REUSE_OFFICER = "reuse_officer", "Chargé du réemploi"
    SIGNATORY = "signatory", "Signataire habilité"
    PARTNER = "partner", "Partenaire"
    AUDITOR = "auditor", "Auditeur (lecture seule)"
    AGENT = "agent", "Agent d'inventaire"


class Route(Labelled):
    """How a réformé device leaves for reuse (décret 2023-266 art. 2)."""

    PUBLIC_TRANSFER = "public_transfer", "Cession à une personne publique"
    SALE = "sale", "Vente"
    STAFF_GIFT = "staff_gift", "Don à un agent"
    ORGANISATION_GIFT = "organisation_gift", "Don à une association ou un organisme"
    PRODUCER_TAKEBACK = "producer_takeback", "Reprise par un éco-organisme"
    SUPPLIER_TAKEBACK = "supplier_takeback", "Reprise par le fournisseur"


GIFTS = frozenset({Route.STAFF_GIFT, Route.ORGANISATION_GIFT})


class Level(Labelled):
    """How an event is vouched for (decision D11)."""

    DOCUMENTED = "documented", "Documenté"
    DECLARED = "declared", "Déclaré à l'import"


class MediumKind(Labelled):
    """Technology of a storage medium: it decides which erasure is accepted."""

    HDD = "hdd", "Disque magnétique"
    SSD = "ssd", "SSD"
    NVME = "nvme", "SSD NVMe"
    EMMC = "emmc", "Mémoire soudée (eMMC, UFS)"
    OTHER = "other", "Autre support"
    UNKNOWN = "unknown", "Type inconnu"


class Settlement(Labelled):
    """What became of the data of one storage medium."""

    ERASED = "erased_verified", "Effacé et vérifié"
    DESTROYED = "destroyed", "Détruit"
    ABSENT = "absent", "Absent, constaté"


class EvidenceKind(Labelled):
    """What a filed document proves."""

    TESTS = "tests", "Fiche de tests"
    LOT = "lot", "Lot ou offre publiée"
    CONVENTION = "convention", "Convention, acte ou contrat de remise"
    COMMITMENT = "commitment", "Engagement de réemploi du preneur"
    PROOF = "proof", "Preuve de réemploi effectif"
    COLLECTION = "collection", "Bon d'enlèvement DEEE"
    TREATMENT = "treatment", "Preuve de traitement"
    OTHER = "other", "Autre pièce"


class Security(Labelled):
    """Flags of décret 2023-266 art. 1 that take a device out of the rate."""

    NONE = "none", "Aucune"
    CLASSIFIED = "classified", "Informations classifiées"
    PROTECTED = "protected", "Informations protégées (obligation propre)"


class Condition(Labelled):
    """In what condition a device was bought (AGEC art. 58)."""

    NEW = "new", "Neuf"
    RECONDITIONED = "reconditioned", "Reconditionné"
    REUSED = "reused", "Réemployé ou d'occasion, sans reconditionnement"
    RECYCLED_CONTENT = "recycled_content", "Neuf avec matières recyclées"
    UNKNOWN = "unknown", "Non renseigné"


class HandOverOutcome(Labelled):
    """What became of a device after its hand-over."""

    PENDING = "pending", "Remis"
    PROVED = "proved", "Réemploi prouvé"
    RETURNED = "returned", "Rendu par le preneur"
    RECYCLED = "recycled", "Recyclé par le preneur"
