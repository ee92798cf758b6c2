"""A photo instead of a scanner: taken on a page, decoded here, thrown away."""

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import replace

from fastapi import APIRouter, Request, Response

from parc.domain.refusal import Refusal, Refused
from parc.domain.scan_code import Kind
from parc.operations import scanning, stocktakes
from parc.operations.photo_codes import PhotoCodes, Seen, read_photo
from parc.operations.stocktakes import Sent
from parc.web import problems, rendering
from parc.web.deps import CurrentViewer, EngineDep
from parc.web.device_lists import address_of
from parc.web.devices import AtDesk, Form
from parc.web.scan import address, key_in, opened
from parc.web.stocktakes import ANY_PHONE, counting

router = APIRouter(include_in_schema=False)

_NOTHING = Refusal(
    "no_code",
    "Aucun code n'a été trouvé sur la photo : approchez-vous, évitez les reflets, et "
    "cadrez l'étiquette entière.",
    "photo",
)
_CONTRADICTED = Refusal(
    "contradicted",
    "Le code de la photo se lit de plusieurs façons : rien n'est fait. Reprenez la "
    "photo de plus près.",
    "photo",
)


@router.post("/scan/photo")
def scan_photo(
    *,
    request: Request,
    engine: EngineDep,
    desk: AtDesk,
    form: Form,
) -> Response:
    """Scan what a photo shows; ask which when it shows several things."""
    run = opened(engine, desk, form.texts)
    try:
        found = _read(engine, desk.viewer, form.files.get("photo", b""))
    except Refused as refused:
        return _page(request, run=run, refused=refused)
    seen = found.sure or _alone(found)
    if seen is None:
        return _page(request, run=run, seen=found.seen)
    key = _key(form.texts, form.files["photo"])
    scanning.scan(engine, desk, seen.code.text, key, run_id=run)
    return rendering.redirect(request, address(run))


@router.post("/stocktakes/{stocktake}/photo")
def count_photo(
    *, request: Request, engine: EngineDep, desk: AtDesk, form: Form, stocktake: str
) -> Response:
    """Count what a photo shows; ask which when it shows several things."""
    number = counting(engine, desk, stocktake)
    here = f"/stocktakes/{number}"
    try:
        found = _read(engine, desk.viewer, form.files.get("photo", b""))
    except Refused as refused:
        return _page(request, counted=here, refused=refused)
    seen = found.sure or _alone(found)
    if seen is None:
        return _page(request, counted=here, seen=found.seen)
    sent = Sent(_key(form.texts, form.files["photo"]), seen.code.text)
    stocktakes.scan(engine, desk, number, phone=ANY_PHONE, sent=[sent])
    return rendering.redirect(request, here)


@router.post("/devices/find")
def find_by_photo(
    *, request: Request, engine: EngineDep, viewer: CurrentViewer, form: Form
) -> Response:
    """Take a photo of a label to its device."""
    try:
        found = _read(engine, viewer, form.files.get("photo", b""))
    except Refused as refused:
        return _page(request, refused=refused)
    sure = found.sure
    if sure is not None and sure.resolved.found is not None:
        return rendering.redirect(request, address_of(sure.resolved.found.tag))
    return _page(request, seen=found.seen)


def _read(engine: EngineDep, viewer: CurrentViewer, content: bytes) -> PhotoCodes:
    found = read_photo(engine, viewer, content)
    if not found.seen:
        raise Refused((_CONTRADICTED if found.contradicted else _NOTHING,))
    return found


def _key(texts: Mapping[str, str], photo: bytes) -> str:
    """Name a scan by its photo: another one sent from the same page is another."""
    return hashlib.sha256(key_in(texts).encode() + photo).hexdigest()[:32]


def _alone(found: PhotoCodes) -> Seen | None:
    """Give the only code of a photo: unknown, the bench says so as of any scan."""
    return found.seen[0] if len(found.seen) == 1 else None


def _page(
    request: Request,
    *,
    run: str = "",
    counted: str = "",
    seen: tuple[Seen, ...] = (),
    refused: Refused | None = None,
) -> Response:
    """Show what was read; `counted`: the address of the stocktake that it is for."""
    to = f"{counted}/scans" if counted else "/scan" if run else ""
    reasons = refused.reasons if refused else ()
    status = problems.refusal(reasons).status if refused else 200
    if any(reason.code == "busy" for reason in reasons):
        status = 503
        reasons = tuple(replace(reason, field=None) for reason in reasons)
    return rendering.page(
        request,
        "scan/photo.html",
        status_code=status,
        run=run,
        back=counted or (address(run) if run else ""),
        to=to,
        photo_to=f"{counted}/photo" if counted else "",
        key=secrets.token_hex(8),
        known=[
            (one, secrets.token_hex(8))
            for one in seen
            if _is_something(one, for_bench=bool(to))
        ],
        unknown=[one for one in seen if not _is_something(one, for_bench=bool(to))],
        reasons=reasons,
    )


def _is_something(seen: Seen, *, for_bench: bool) -> bool:
    match = seen.resolved.resolution.match
    if seen.resolved.devices:
        return True
    return for_bench and match is not None and match.kind in {Kind.CARD, Kind.PLACE}
