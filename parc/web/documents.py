"""Hand back a stored document, to those who see an owner holding it."""

import re

from fastapi import APIRouter, Response

from parc.storage import documents
from parc.web.deps import CurrentViewer, ReadSession, SettingsDep
from parc.web.errors import NotFoundError

router = APIRouter()

_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)
_NAMED_BY = 12


@router.get("/documents/{sha256}")
def download(
    session: ReadSession, viewer: CurrentViewer, settings: SettingsDep, sha256: str
) -> Response:
    """Send a document as a file, never as a page of ours.

    Raises:
        NotFoundError: unknown, another owner's, or damaged on the disk.
    """
    if _SHA256.fullmatch(sha256) is None:
        raise NotFoundError
    row = documents.find(session, viewer.owner_ids, sha256)
    if row is None:
        raise NotFoundError
    content = documents.read(documents.documents_dir(settings.data_dir), sha256)
    if content is None:
        raise NotFoundError
    name = f"piece-{sha256[:_NAMED_BY]}{documents.EXTENSIONS.get(row.media_type, '')}"
    return Response(
        content,
        media_type=row.media_type,
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "X-Content-Type-Options": "nosniff",
            # Even opened in a tab by a careless browser, nothing in it runs.
            "Content-Security-Policy": "default-src 'none'; sandbox",
        },
    )
