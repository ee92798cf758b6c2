"""Every kind of long work, by the name that a job carries."""

from collections.abc import Mapping

from parc.operations import bulk_jobs, import_jobs, import_undo
from parc.operations.jobs import Kind

KINDS: Mapping[str, Kind] = {
    import_jobs.PREVIEW: import_jobs.preview,
    import_jobs.APPLY: import_jobs.apply,
    import_undo.PREVIEW: import_undo.preview,
    import_undo.UNDO: import_undo.undo,
    bulk_jobs.BULK: bulk_jobs.act,
    bulk_jobs.UNDO: bulk_jobs.undo,
}
