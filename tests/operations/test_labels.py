"""Labels printed: refused before anything is written, the same when printed again."""

from dataclasses import replace

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from parc.domain.access import Grant, Viewer
from parc.domain.place_tag import PlaceTag
from parc.domain.refusal import Refused
from parc.domain.vocabulary import Role
from parc.operations import labels
from parc.operations.labels import Reservation, Way
from parc.storage import label_settings, people
from parc.storage import labels as kept
from parc.storage.database import reading, writing
from parc.storage.device_list import Filters
from parc.storage.label_settings import Texts
from parc.storage.label_tables import LabelRunRow, LabelStockRow, ReservedLabelRow
from parc.storage.tables import OwnerRow
from reports.labels.geometry import Printer
from reports.labels.stock import Codes, built_in
from tests.factories import ALICE, LENS, TODAY, at
from tests.storage.conftest import a_laptop, owner_row

NOW = at(TODAY)
URL = "https://parc.exemple.fr"
L7160, L4730 = built_in()["L7160"], built_in()["L4730"]
WAY = Way(L7160, Printer(600), Codes.BOTH)


def of_lens(session: Session, *roles: Role) -> Viewer:
    """Give Alice, who prints labels for Lens."""
    lens = owner_row(session, LENS).id
    held = roles or (Role.TECHNICIAN,)
    return Viewer(ALICE.id, frozenset(Grant(role, lens) for role in held))


def printed_once(session: Session, way: Way = WAY) -> LabelRunRow:
    """Print the label of a laptop."""
    subjects = labels.of_devices([a_laptop(session)])
    return labels.print_labels(session, of_lens(session), subjects, way, URL, NOW)


def test_a_label_says_the_tag_its_address_and_whose_it_is(parc: Engine) -> None:
    with writing(parc) as session:
        (label,) = labels.labels_of(printed_once(session))

    assert label.code.startswith("LL-000001-")
    assert label.content == f"HTTPS://PARC.EXEMPLE.FR/D/{label.code}"
    assert label.owner == "Communauté d'agglomération de Lens-Liévin"
    assert label.return_to.startswith("Rapporter à : ")


def test_printed_again_a_run_has_the_same_bytes_whatever_changed(
    parc: Engine,
) -> None:
    with writing(parc) as session:
        run = printed_once(session)
        first = (labels.pdf(run), labels.zpl_text(run), labels.table(run))
        key = run.id
    with writing(parc) as session:
        owner = owner_row(session, LENS)
        owner.name = "Autre nom"
        session.add(owner)
        texts = Texts("Autre", "Ailleurs")
        label_settings.set_texts(session, owner.id, texts, NOW, ALICE.id)

    with reading(parc) as session:
        run = session.get_one(LabelRunRow, key)
        assert (labels.pdf(run), labels.zpl_text(run), labels.table(run)) == first
        assert first[0].startswith(b"%PDF-")


def test_an_own_stock_that_changes_leaves_what_was_printed(parc: Engine) -> None:
    with writing(parc) as session:
        lens = owner_row(session, LENS).id
        own = replace(L7160, name="Les miennes", left=8.5)
        row = label_settings.add_stock(
            session,
            LabelStockRow(
                owner_id=lens,
                name=own.name,
                definition=labels.definition_of(own),
                changed_at=NOW,
                changed_by=ALICE.id,
            ),
        )
        key = f"{labels.OWN}{row.id}"
        stock = labels.stocks(session, [lens])[key]
        assert stock == replace(own, key=key)
        run = printed_once(session, replace(WAY, stock=stock))
        first = labels.pdf(run)
        row.definition = labels.definition_of(replace(own, left=3.0))
        session.add(row)
        session.flush()

        assert labels.pdf(run) == first
        label_settings.remove(session, row)
        assert labels.pdf(run) == first


def test_what_would_be_clipped_is_refused_with_the_sizes_that_fit(
    parc: Engine,
) -> None:
    with pytest.raises(Refused) as caught, writing(parc) as session:
        printed_once(session, replace(WAY, stock=L4730))

    (reason,) = caught.value.reasons
    assert reason.code == "clipped"
    assert "Avery L4730" not in reason.message
    assert "Avery L7160" in reason.message
    assert "QR seul" in reason.message
    with reading(parc) as session:
        assert session.exec(select(LabelRunRow)).all() == []


def test_refused_labels_use_up_no_number(parc: Engine) -> None:
    with pytest.raises(Refused), writing(parc) as session:
        labels.print_labels(
            session,
            of_lens(session),
            [],
            replace(WAY, stock=L4730),
            URL,
            NOW,
            reservation=Reservation(owner_row(session, LENS), 10),
        )

    with reading(parc) as session:
        assert session.exec(select(ReservedLabelRow)).all() == []
        assert owner_row(session, LENS).last_number == 0


def test_reserved_numbers_are_printed_with_the_devices(parc: Engine) -> None:
    with writing(parc) as session:
        row = a_laptop(session)
        run = labels.print_labels(
            session,
            of_lens(session),
            labels.of_devices([row]),
            WAY,
            "",
            NOW,
            reservation=Reservation(session.get_one(OwnerRow, row.owner_id), 2),
        )

        codes = [label.code for label in labels.labels_of(run)]
        assert codes[0] == row.tag
        assert [one.number for one in session.exec(select(ReservedLabelRow))] == [2, 3]
        assert len(codes) == 3
        assert [label.content for label in labels.labels_of(run)] == codes


@pytest.mark.parametrize(
    ("way", "field"),
    [
        (replace(WAY, start=22), "start"),
        (replace(WAY, printer=Printer(600, shift_x=99)), "shift_x"),
        (replace(WAY, printer=Printer(99)), "dpi"),
    ],
)
def test_a_place_or_a_printer_that_cannot_be_is_refused(
    parc: Engine, way: Way, field: str
) -> None:
    with pytest.raises(Refused) as caught, writing(parc) as session:
        printed_once(session, way)

    assert [reason.field for reason in caught.value.reasons] == [field]


def test_nothing_to_print_is_said(parc: Engine) -> None:
    with pytest.raises(Refused, match="Aucune étiquette"), writing(parc) as session:
        labels.print_labels(session, of_lens(session), [], WAY, URL, NOW)


def test_a_tag_that_code_128_does_not_write_is_refused_by_name(parc: Engine) -> None:
    with writing(parc) as session:
        subjects = [kept.Subject("ÉCRAN-1", owner_row(session, LENS).id)]
        with pytest.raises(Refused, match="ÉCRAN-1"):
            labels.print_labels(session, of_lens(session), subjects, WAY, URL, NOW)


def test_a_place_has_a_label_of_its_own(parc: Engine) -> None:
    with writing(parc) as session:
        lens = owner_row(session, LENS).id
        site = people.add_site(session, lens, "Mairie")
        viewer = of_lens(session)
        (found,) = labels.sites_seen(session, viewer, [site.id, 999])
        subjects = labels.of_places([found])
        run = labels.print_labels(session, viewer, subjects, WAY, URL, NOW)

        (label,) = labels.labels_of(run)
        assert PlaceTag.parse(label.code) == PlaceTag(site.id)
        assert kept.prints_of(session, run.id)[0].site_id == site.id


def test_who_only_reads_prints_no_place(parc: Engine) -> None:
    with writing(parc) as session:
        site = people.add_site(session, owner_row(session, LENS).id, "Mairie")

        assert not labels.sites_seen(session, of_lens(session, Role.AUDITOR), [site.id])


def test_devices_whose_label_was_never_printed_are_found(parc: Engine) -> None:
    with writing(parc) as session:
        printed_once(session)
        other = a_laptop(session, serial="SN-2")

        found = labels.never_printed(session, of_lens(session), Filters(), TODAY)

        assert [row.tag for row in found] == [other.tag]


def test_the_printer_s_profile_is_read_back(parc: Engine) -> None:
    with writing(parc) as session:
        printer = Printer(300, 0.5, -0.3, 1.005, "Accueil")
        run = printed_once(session, replace(WAY, printer=printer, start=7))

        assert labels.way_of(run) == replace(WAY, printer=printer, start=7)
