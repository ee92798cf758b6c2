"""A photo of a label instead of a scanner: read, acted on when sure, never kept."""

from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import Engine
from sqlmodel import func, select
from starlette.testclient import TestClient

from parc.config import Settings
from parc.domain.mode_card import cards
from parc.domain.vocabulary import State
from parc.storage.database import reading
from parc.storage.scan_tables import ScanRow
from parc.storage.tables import EventRow
from reports.labels.code128 import bars, modules
from reports.labels.stock import Codes
from tests.factories import LOOS
from tests.photographed import jpeg, label_of, taken
from tests.storage.test_pictures import huge_png
from tests.web.conftest import MakeDevice
from tests.web.test_scan import RUN, arm, heading, state

KEY = "0123456789abcdef"


def send(client: TestClient, photo: bytes, key: str = KEY) -> tuple[int, str]:
    """Scan by a photo, and follow to the page."""
    answer = client.post(
        "/scan/photo",
        data={"run": RUN, "key": key},
        files={"photo": ("IMG_0001.jpg", photo)},
    )
    if answer.status_code == 303:
        return 303, client.get(answer.headers["location"]).text
    return answer.status_code, answer.text


def side_by_side(*tags: str) -> bytes:
    """Photograph labels one above the other."""
    scene = Image.new("L", (1600, 1200), 60)
    for place, tag in enumerate(tags):
        scene.paste(label_of(tag).resize((800, 480)), (400, 80 + 540 * place))
    return jpeg(scene, 80)


def scans(engine: Engine) -> int:
    """Count the scans that are kept."""
    with reading(engine) as session:
        return session.exec(select(func.count()).select_from(ScanRow)).one()


def test_a_photo_of_a_label_is_a_scan(
    alice: TestClient, engine: Engine, make_device: MakeDevice
) -> None:
    tag = make_device()
    arm(alice, "assign")

    status, page = send(alice, taken(label_of(tag)))

    assert (status, heading(page)) == (303, "Fait")
    assert state(engine, tag) is State.IN_SERVICE


def test_the_same_photo_sent_twice_counts_once(
    alice: TestClient, engine: Engine, make_device: MakeDevice
) -> None:
    tags = [make_device(serial=f"S{n}") for n in range(2)]
    for _ in range(2):
        send(alice, taken(label_of(tags[0])))
    assert scans(engine) == 1

    _, page = send(alice, taken(label_of(tags[1])))

    assert scans(engine) == 2
    assert tags[1] in page


def test_two_devices_on_a_photo_wait_for_a_tap(
    alice: TestClient, engine: Engine, make_device: MakeDevice
) -> None:
    tags = [make_device(serial=f"S{n}") for n in range(2)]
    arm(alice, "assign")

    status, page = send(alice, side_by_side(*tags))

    assert status == 200
    assert "rien n'est fait avant votre choix" in page.replace("\u00a0", " ")
    assert all(f"Scanner {tag}" in page for tag in tags)
    assert {state(engine, tag) for tag in tags} == {State.IN_STOCK}


def test_a_label_of_another_owner_is_unknown(
    alice: TestClient, charlie: TestClient, engine: Engine, make_device: MakeDevice
) -> None:
    tag = make_device(LOOS, serial="LOOS1")
    arm(alice, "assign")

    _, page = send(alice, taken(label_of(tag)))

    assert heading(page) == "Inconnu"
    assert "Latitude" not in page
    assert state(engine, tag) is State.IN_STOCK
    found = alice.post(
        "/devices/find", files={"photo": ("p.jpg", taken(label_of(tag)))}
    )
    assert found.status_code == 200
    assert "Rien de connu" in found.text
    assert "Latitude" not in found.text


def test_the_find_page_opens_the_device_of_a_photo(
    alice: TestClient, make_device: MakeDevice
) -> None:
    tag = make_device()
    photo = taken(label_of(tag, Codes.QR), share=0.35)

    answer = alice.post("/devices/find", files={"photo": ("p.jpg", photo)})

    assert answer.status_code == 303
    assert answer.headers["location"] == f"/devices/{tag}"
    assert 'action="/devices/find"' in alice.get("/devices/find").text


def test_a_photo_without_a_code_says_what_to_do(
    alice: TestClient, engine: Engine
) -> None:
    status, page = send(alice, jpeg(Image.new("L", (640, 480), 90)))

    assert status == 422
    assert "Aucun code" in page
    assert scans(engine) == 0


BROKEN = taken(Image.new("L", (800, 480), 200))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "Prenez ou choisissez une photo"),
        (b"not a photo at all", "pas une photo"),
        (b"%PDF-1.7 hello", "pas une photo"),
        (b"\x00\x00\x00\x18ftypheic", "HEIC"),
        (BROKEN[: len(BROKEN) // 2], "illisible"),
        (huge_png(60_000, 60_000), "trop de pixels"),
        (huge_png(5_000, 4_400), "trop de pixels"),
        (huge_png(4_000, 4_000), "illisible"),
        (b"\xff\xd8\xff" + b"\0" * 200, "pas une photo"),
    ],
)
def test_what_is_no_photo_is_refused_in_words(
    alice: TestClient, engine: Engine, content: bytes, said: str
) -> None:
    status, page = send(alice, content)

    assert status == 422
    assert said in page.replace("\u202f", " ").replace("\u00a0", " ")
    assert scans(engine) == 0


def test_nothing_of_a_photo_is_kept(
    alice: TestClient, engine: Engine, settings: Settings, make_device: MakeDevice
) -> None:
    tag = make_device()
    with reading(engine) as session:
        before = session.exec(select(func.count()).select_from(EventRow)).one()
    files = set(Path(settings.data_dir).rglob("*"))

    send(alice, taken(label_of(tag)))

    assert set(Path(settings.data_dir).rglob("*")) == files
    with reading(engine) as session:
        assert session.exec(select(func.count()).select_from(EventRow)).one() == before


def test_who_acts_on_nothing_scans_nothing_and_may_still_look_up(
    auditor: TestClient, make_device: MakeDevice
) -> None:
    tag = make_device()

    assert send(auditor, taken(label_of(tag)))[0] == 403
    found = auditor.post(
        "/devices/find", files={"photo": ("p.jpg", taken(label_of(tag)))}
    )
    assert found.headers["location"] == f"/devices/{tag}"


def test_a_card_beside_a_label_waits_for_a_tap(
    alice: TestClient, make_device: MakeDevice
) -> None:
    tag = make_device()
    code = next(iter(cards()))
    pattern = modules(code)
    strip = Image.new("L", ((len(pattern) + 40) * 4, 200), 255)
    for start, width in bars(pattern):
        strip.paste(0, ((start + 20) * 4, 20, (start + width + 20) * 4, 180))
    scene = Image.new("L", (1600, 1200), 60)
    scene.paste(label_of(tag).resize((800, 480)), (400, 80))
    scene.paste(strip, (100, 800))

    status, page = send(alice, jpeg(scene, 85))

    assert status == 200
    assert f"Scanner {tag}" in page
    assert f"Scanner {code}" in page


def test_a_photo_counts_at_a_stocktake(
    alice: TestClient, charlie: TestClient, make_device: MakeDevice
) -> None:
    tag, other = make_device(serial="S1"), make_device(serial="S2")
    take = alice.post("/stocktakes", data={}).headers["location"]
    photo = {"photo": ("p.jpg", taken(label_of(tag)))}

    assert charlie.post(f"{take}/photo", files=photo).status_code == 404
    done = alice.post(f"{take}/photo", files=photo)

    assert done.headers["location"] == take
    assert "Trouvés" in alice.get(take).text
    assert f"{take}/photo" in alice.get(take).text
    both = side_by_side(tag, other)
    which = alice.post(f"{take}/photo", files={"photo": ("p.jpg", both)})
    assert "Lequel" in which.text
    assert f'action="{take}/scans"' in which.text
    nothing = alice.post(f"{take}/photo", files={"photo": ("p.jpg", b"no photo")})
    assert nothing.status_code == 422
    assert f'action="{take}/photo"' in nothing.text
