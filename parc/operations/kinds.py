"""Every kind of long work, by the name that a job carries."""

from collections.abc import Mapping

from parc.operations import bulk_jobs, import_jobs
from parc.operations.jobs import Kind

KINDS: Mapping[str, Kind] = {
    import_jobs.PREVIEW: import_jobs.preview,
    import_jobs.APPLY: import_jobs.apply,
    bulk_jobs.BULK: bulk_jobs.act,
    bulk_jobs.UNDO: bulk_jobs.undo,
}
