"""Long work: what becomes of it between the asking and its result."""

from parc.domain.labelled import Labelled


class JobState(Labelled):
    """Where a piece of long work stands."""

    QUEUED = "queued", "En attente"
    RUNNING = "running", "En cours"
    DONE = "done", "Terminé"
    REFUSED = "refused", "Refusé"
    FAILED = "failed", "Interrompu"
    CANCELLED = "cancelled", "Annulé"


ENDED = frozenset(
    {JobState.DONE, JobState.REFUSED, JobState.FAILED, JobState.CANCELLED}
)
"""What will not change any more: the result stays."""
