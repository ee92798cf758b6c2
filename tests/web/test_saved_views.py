"""Lists kept under a name: one's own, shared by a manager, the one that opens."""

import html
import re

import pytest
from sqlalchemy import Engine
from sqlmodel import select
from starlette.testclient import TestClient

from parc.domain.vocabulary import Role
from parc.storage import saved_views
from parc.storage.database import reading, writing
from parc.storage.desk_tables import SavedViewRow
from parc.storage.tables import GrantRow
from tests.factories import ALICE, BOB, LENS, LOOS
from tests.web.conftest import MakeDevice
from tests.web.test_device_list import tags

QUERY = "category=laptop&sort=-acquired_on&cols=serial&cols=site"


def save(client: TestClient, name: str, query: str = QUERY, **given: str) -> str:
    """Keep a list under a name; return its address."""
    answer = client.post("/views", data={"name": name, "query": query, **given})
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def key_of(address: str) -> str:
    """Give the number of a view."""
    return address.rpartition("view=")[2]


def names(client: TestClient) -> list[str]:
    """List the views above the list, without « Tout le parc »."""
    page = client.get("/devices?view=0").text
    nav = re.search(r'<nav class="views".*?</nav>', page, re.DOTALL)
    links = re.findall(r"<a [^>]*>(.*?)</a>", nav[0], re.DOTALL) if nav else []
    plain = (html.unescape(re.sub(r"<[^>]+>|\s+", " ", link)) for link in links)
    return [" ".join(link.split()) for link in plain][1:]


def test_a_view_keeps_filters_sort_and_columns(
    alice: TestClient, make_device: MakeDevice
) -> None:
    laptop = make_device(serial="SN1")
    make_device(serial="SN2", category="monitor")

    address = save(alice, "  Portables   de Lens ")

    assert address == f"/devices?{QUERY}&view={key_of(address)}"
    assert names(alice) == ["Portables de Lens"]
    page = alice.get(address).text
    assert tags(page) == [laptop]
    assert re.search(r'aria-current="page">\s*Portables de Lens', page)


def test_what_is_no_filter_is_not_kept(alice: TestClient) -> None:
    address = save(alice, "Vue", "q=a&page=7&view=3&x=1&state=in_stock&evil=//b")

    assert address == f"/devices?q=a&state=in_stock&view={key_of(address)}"


def test_a_name_taken_by_oneself_is_replaced_and_never_anothers(
    alice: TestClient, bob: TestClient, engine: Engine
) -> None:
    first = save(alice, "Vue", "category=laptop")
    second = save(alice, "Vue", "category=monitor")
    bobs = save(bob, "Vue", "category=tablet")

    assert key_of(first) == key_of(second) != key_of(bobs)
    with reading(engine) as session:
        kept = set(session.exec(select(SavedViewRow.query)))
    assert kept == {"category=monitor", "category=tablet"}


def test_a_view_is_renamed_and_deleted(alice: TestClient) -> None:
    key = key_of(save(alice, "Vue"))
    save(alice, "Autre")

    taken = alice.post(f"/views/{key}/rename", data={"name": "Autre"})
    alice.post(f"/views/{key}/rename", data={"name": "Portables"})

    assert taken.status_code == 422
    assert names(alice) == ["Autre", "Portables"]
    assert alice.post(f"/views/{key}/delete").status_code == 303
    assert names(alice) == ["Autre"]


@pytest.mark.parametrize("name", ["", "  ", "x" * 81, "a\x07b"])
def test_a_view_needs_a_readable_name(alice: TestClient, name: str) -> None:
    key = key_of(save(alice, "Vue"))

    assert alice.post("/views", data={"name": name}).status_code == 422
    assert alice.post(f"/views/{key}/rename", data={"name": name}).status_code == 422
    assert names(alice) == ["Vue"]


def test_a_view_of_ones_own_is_nobody_elses(
    alice: TestClient, bob: TestClient, auditor: TestClient
) -> None:
    key = key_of(save(alice, "Vue"))

    for other in (bob, auditor):
        assert names(other) == []
        for what in ("rename", "delete", "default"):
            answer = other.post(f"/views/{key}/{what}", data={"name": "x"})
            assert answer.status_code == 404
    assert names(alice) == ["Vue"]


def test_a_manager_shares_a_view_with_all_who_see_the_owner(
    alice: TestClient, auditor: TestClient, charlie: TestClient
) -> None:
    key = key_of(save(alice, "À réformer", "state=to_qualify", owner=LENS))

    assert names(auditor) == ["À réformer partagée"]
    assert names(charlie) == []
    assert auditor.post(f"/views/{key}/delete").status_code == 403
    assert charlie.post(f"/views/{key}/delete").status_code == 404
    assert names(alice) == ["À réformer partagée"]


def test_another_manager_of_the_owner_may_change_a_shared_view(
    alice: TestClient, bob: TestClient
) -> None:
    key = key_of(save(alice, "Partagée", owner=LENS))

    assert bob.post(f"/views/{key}/rename", data={"name": "Revue"}).status_code == 303
    assert names(alice) == ["Revue partagée"]


@pytest.mark.parametrize(("owner", "status"), [(LOOS, 422), ("x", 422), (LENS, 403)])
def test_sharing_is_for_managers_of_an_owner_that_they_see(
    auditor: TestClient, alice: TestClient, owner: str, status: int
) -> None:
    client = auditor if status == 403 else alice

    answer = client.post("/views", data={"name": "Vue", "owner": owner})

    assert answer.status_code == status
    assert names(client) == []


def test_the_list_opens_with_the_view_chosen_and_everything_is_a_click_away(
    alice: TestClient, bob: TestClient, make_device: MakeDevice
) -> None:
    laptop = make_device(serial="SN1")
    screen = make_device(serial="SN2", category="monitor")
    address = save(alice, "Portables", "category=laptop", default="1", owner=LENS)

    opened = alice.get("/devices")
    assert (opened.status_code, opened.headers["location"]) == (303, address)
    assert tags(alice.get(address).text) == [laptop]
    assert 'href="/devices?view=0"' in alice.get(address).text
    assert sorted(tags(alice.get("/devices?view=0").text)) == sorted([laptop, screen])
    assert alice.get("/devices?q=SN2").status_code == 200
    assert bob.get("/devices").status_code == 200

    bob.post(f"/views/{key_of(address)}/default")
    assert bob.get("/devices").headers["location"] == address
    alice.post("/views/0/default")
    assert alice.get("/devices").status_code == 200

    alice.post(f"/views/{key_of(address)}/delete")
    assert bob.get("/devices").status_code == 200


def test_a_view_shared_for_an_owner_no_longer_seen_opens_nothing(
    alice: TestClient, bob: TestClient, engine: Engine
) -> None:
    key = key_of(save(alice, "Vue", "category=laptop", owner=LENS))
    bob.post(f"/views/{key}/default")

    with writing(engine) as session:
        for grant in session.exec(select(GrantRow).where(GrantRow.actor == BOB.id)):
            session.delete(grant)

    assert names(bob) == []
    assert bob.get("/devices").status_code == 200


def test_an_account_keeps_a_bounded_number_of_views(
    alice: TestClient, engine: Engine
) -> None:
    for n in range(saved_views.MOST):
        save(alice, f"Vue {n}")

    answer = alice.post("/views", data={"name": "Une de trop"})

    assert answer.status_code == 422
    assert len(names(alice)) == saved_views.MOST
    save(alice, "Vue 0", "q=encore")
    with reading(engine) as session:
        rows = session.exec(select(SavedViewRow.id)).all()
    assert len(rows) == saved_views.MOST


def test_managers_are_those_who_decide_of_the_fleet() -> None:
    assert {Role.FLEET_LEAD, Role.COMMUNE_MANAGER} == saved_views.SHARERS
    assert saved_views.SHARERS & ALICE.roles
