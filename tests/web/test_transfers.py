"""Many devices go to another site and another service at once, and come back."""

from sqlalchemy import Engine
from sqlmodel import select
from starlette.testclient import TestClient

from parc.domain.place_tag import PlaceTag
from parc.domain.vocabulary import Action
from parc.storage import people
from parc.storage.database import reading, writing
from parc.storage.tables import DeviceRow, OwnerRow, SiteRow
from tests.factories import LENS, LOOS
from tests.web.conftest import MakeDevice
from tests.web.test_bulk import ask, done, words
from tests.web.test_slips import drafted, signed


def site(engine: Engine, name: str, siret: str = LENS) -> int:
    """Give a site's row id, made when new."""
    with writing(engine) as session:
        owner = session.exec(select(OwnerRow.id).where(OwnerRow.siret == siret)).one()
        return people.site_id(session, owner, name)


def places(engine: Engine) -> set[tuple[int | None, str]]:
    """Tell where devices are: site, name of who has them."""
    with reading(engine) as session:
        rows = session.exec(select(DeviceRow)).all()
        names = people.person_names(session, {row.holder or "" for row in rows})
        return {(row.site_id, names.get(row.holder or "", "")) for row in rows}


def test_site_and_service_change_together_for_many_and_are_undone(
    alice: TestClient, engine: Engine, make_device: MakeDevice
) -> None:
    hall, loft = site(engine, "Hall"), site(engine, "Grenier")
    tags = [make_device(serial=f"S{n}", site=hall) for n in range(3)]
    done(alice, Action.ASSIGN, *tags, holder="Accueil")

    address = done(alice, Action.MOVE, *tags, site=str(loft), holder="Finances")
    assert places(engine) == {(loft, "Finances")}

    alice.post(f"{address}/undo", data={"reason": "Mauvais service"})
    assert places(engine) == {(hall, "Accueil")}


def test_the_label_of_a_place_scanned_as_the_site_is_that_site(
    alice: TestClient, engine: Engine, make_device: MakeDevice
) -> None:
    loft = site(engine, "Grenier")
    tags = [make_device(serial=f"S{n}") for n in range(2)]

    done(alice, Action.MOVE, *tags, site_new=str(PlaceTag(loft)).lower())
    assert places(engine) == {(loft, "")}
    hall = site(engine, "Hall")
    form = {"effective_on": "2026-11-24", "site_new": str(PlaceTag(hall))}
    assert alice.post(f"/devices/{tags[0]}/move", data=form).status_code == 303

    assert places(engine) == {(loft, ""), (hall, "")}
    with reading(engine) as session:
        assert set(session.exec(select(SiteRow.name))) == {"Grenier", "Hall"}


def test_on_a_slip_the_label_of_a_place_among_the_devices_says_the_site(
    alice: TestClient, engine: Engine, make_device: MakeDevice
) -> None:
    loft = site(engine, "Grenier")
    tag = make_device()

    address = drafted(alice, "assignment", tag, str(PlaceTag(loft)), name="Bob")
    signed(alice, address)

    assert places(engine) == {(loft, "Bob")}
    theirs = {"codes": f"{tag}\n{PlaceTag(site(engine, 'Mairie', LOOS))}"}
    form = {"kind": "return", "effective_on": "2026-11-24", "name": "Bob"}
    assert "site n'est pas connu" in words(alice.post("/slips", data=form | theirs))


def test_the_label_of_another_owner_s_place_is_refused_and_makes_no_site(
    alice: TestClient, engine: Engine, make_device: MakeDevice
) -> None:
    theirs = site(engine, "Mairie", LOOS)
    tag = make_device()
    label = str(PlaceTag(theirs))

    form = {"effective_on": "2026-11-24", "site_new": label}
    one = alice.post(f"/devices/{tag}/move", data=form)
    many = ask(alice, Action.MOVE, tag, site_new=label)

    for answer in (one, many):
        assert answer.status_code == 422
        assert "n'est pas celle d'un site" in words(answer)
    with reading(engine) as session:
        assert set(session.exec(select(SiteRow.name))) == {"Mairie"}
