"""Every kind of long work, by the name that a job carries."""

from collections.abc import Mapping

from parc.operations import import_jobs
from parc.operations.jobs import Kind

KINDS: Mapping[str, Kind] = {
    import_jobs.PREVIEW: import_jobs.preview,
    import_jobs.APPLY: import_jobs.apply,
}
