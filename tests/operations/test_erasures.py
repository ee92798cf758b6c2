"""Reports of erasure: received once, applied once, accepted with a reason."""

import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine

from parc.domain.access import Viewer
from parc.domain.command import Actor
from parc.domain.refusal import Refused
from parc.domain.vocabulary import Action, MediumKind, Role
from parc.operations import erasure_reports
from parc.operations.erasure_proposals import Standing
from parc.storage import documents
from parc.storage.batches import Outcome, Result
from parc.storage.database import reading
from parc.storage.erasure_tables import ErasureMatchRow, ErasureReportRow
from tests.factories import ALICE, LENS, LOOS
from tests.imports.erasure_reports import (
    HDD,
    NVME,
    Disk,
    nwipe_log,
    sanitized,
    snapshot,
)
from tests.operations.counting import At, owner_id, viewer_of
from tests.operations.erasing import Workshop
from tests.operations.handing import at_once

ERASED = date(2026, 3, 2)
SSD: Disk = ("sdb", "ATA", "Samsung SSD 860", 500_107_862_016, "S3Z4NB0K123456P")


@pytest.fixture
def shop(parc: Engine, tmp_path: Path) -> Workshop:
    """Give Alice's workshop, with a laptop that has a disk and an NVMe medium."""
    desk = At(viewer_of(parc, ALICE, LENS), tmp_path)
    made = Workshop(parc, desk)
    made.laptop("PC-1", (HDD[4], "hdd"), (NVME[4], "nvme"))
    return made


def test_a_report_settles_the_disk_and_leaves_the_flash_to_a_person(
    shop: Workshop,
) -> None:
    number = shop.take(nwipe_log(HDD, NVME))
    assert shop.standings(number) == [Standing.READY, Standing.WAITS]

    (done,) = shop.apply(number)

    assert done.result is Result.APPLIED
    disk = shop.medium(HDD[4])
    with reading(shop.engine) as session:
        report = session.get_one(ErasureReportRow, number)
    assert (disk.settlement, disk.document) == ("erased_verified", report.sha256)
    assert shop.medium(NVME[4]).settlement is None
    (event,) = shop.events("PC-1")
    assert event.effective_on == ERASED
    assert "Fill With Zeros" in event.details
    assert documents.read(shop.desk.documents, report.sha256) == nwipe_log(HDD, NVME)
    assert shop.standings(number) == [Standing.SETTLED, Standing.WAITS]


def test_what_is_doubtful_is_accepted_with_a_reason_that_stays(shop: Workshop) -> None:
    number = shop.take(nwipe_log(HDD, NVME))
    with pytest.raises(Refused, match="Motif"):
        shop.accept(number, "  ", record=1)

    done = shop.accept(number, "Aucune donnée nominative, NVMe sans Sanitize", record=1)

    assert done.result is Result.APPLIED
    assert shop.medium(NVME[4]).settlement == "erased_verified"
    with reading(shop.engine) as session:
        match = session.get_one(ErasureMatchRow, (number, 1))
    assert match.reason == "Aucune donnée nominative, NVMe sans Sanitize"
    assert match.event_seq == done.version
    assert "accepté avec motif" in shop.events("PC-1")[0].details
    with pytest.raises(Refused, match="déjà soldé"):
        shop.accept(number, "encore", record=1)


def test_what_failed_is_for_nobody_to_accept(shop: Workshop) -> None:
    number = shop.take(nwipe_log(HDD, failed=["sda"]))
    assert shop.standings(number) == [Standing.REFUSED]
    assert shop.apply(number) == []
    with pytest.raises(Refused, match="a échoué"):
        shop.accept(number, "Je m'en porte garant")
    unverified = shop.take(snapshot("EraseBasic"))
    shop.laptop("PC-2", ("WD-WCAV29008961", "hdd"))
    with pytest.raises(Refused, match="pas été vérifié"):
        shop.accept(unverified, "Je m'en porte garant")
    assert shop.events("PC-1") == []


def test_the_same_file_is_one_report(shop: Workshop) -> None:
    first = shop.take(nwipe_log(HDD))
    shop.apply(first)
    (again,) = erasure_reports.take(
        shop.engine,
        shop.desk,
        owner_id(shop.engine, LENS),
        [("autre-nom.log", nwipe_log(HDD))],
    )
    assert (again.number, again.again) == (first, True)
    assert shop.apply(first) == []
    assert len(shop.events("PC-1")) == 1


def test_a_medium_described_later_is_found_then(shop: Workshop) -> None:
    number = shop.take(nwipe_log(SSD))
    assert shop.standings(number) == [Standing.UNKNOWN]
    assert shop.apply(number) == []
    shop.laptop("PC-2", (SSD[4].lower(), "hdd"))
    assert shop.standings(number) == [Standing.READY]
    (done,) = shop.apply(number)
    assert (done.result, done.tag) == (Result.APPLIED, "PC-2")


def test_a_serial_of_western_digital_is_found_with_and_without_its_prefix(
    shop: Workshop,
) -> None:
    shop.laptop("PC-2", ("WXC1A14S9999", "hdd"))
    number = shop.take(nwipe_log((*HDD[:4], "WD-WXC1A14S9999")))
    (done,) = shop.apply(number)
    assert (done.result, done.tag) == (Result.APPLIED, "PC-2")


def test_a_serial_that_two_devices_have_is_for_a_person_to_tell(shop: Workshop) -> None:
    shop.laptop("PC-2", (HDD[4], "hdd"))
    number = shop.take(nwipe_log(HDD))
    assert shop.standings(number) == [Standing.SEVERAL]
    assert shop.apply(number) == []
    done = shop.accept(number, "Le disque est dans ce boîtier", code="PC-2")
    assert (done.result, done.tag) == (Result.APPLIED, "PC-2")
    assert shop.events("PC-1") == []


def test_a_person_names_the_medium_that_a_report_does_not(shop: Workshop) -> None:
    anonymous = shop.take(nwipe_log((*SSD[:4], "XXXXXXXXXXXXXXXXXXXX")))
    assert shop.standings(anonymous) == [Standing.UNKNOWN]
    with pytest.raises(Refused, match="Matériel"):
        shop.accept(anonymous, "Vu à l'atelier")
    with pytest.raises(Refused, match="indiquez un support"):
        shop.accept(anonymous, "Vu à l'atelier", code="PC-1")
    with pytest.raises(Refused, match="indiquez un support"):
        shop.accept(anonymous, "Vu à l'atelier", code="PC-1", serial="AUTRE-1")
    done = shop.accept(anonymous, "Vu à l'atelier", code="PC-1", serial=HDD[4])
    assert done.result is Result.APPLIED
    assert shop.medium(HDD[4]).settlement == "erased_verified"


def test_a_device_without_described_media_takes_the_report_as_description(
    shop: Workshop,
) -> None:
    shop.laptop("PC-2")
    number = shop.take(nwipe_log(SSD))
    assert shop.accept(number, "Disque lu dans PC-2", code="PC-2").reasons == ()
    assert shop.medium(SSD[4]).settlement == "erased_verified"


def test_naming_a_medium_does_not_make_a_failure_good(shop: Workshop) -> None:
    failed = shop.take(nwipe_log((*SSD[:4], ""), failed=["sdb"]))
    with pytest.raises(Refused, match="a échoué"):
        shop.accept(failed, "Vu à l'atelier", code="PC-1", serial=HDD[4])


def test_the_last_run_of_a_log_is_the_one_that_counts(shop: Workshop) -> None:
    bad_then_good = nwipe_log(HDD, failed=["sda"]) + b"\n" + nwipe_log(HDD)
    good_then_bad = nwipe_log(HDD) + b"\n" + nwipe_log(HDD, failed=["sda"])
    worse = shop.take(good_then_bad)
    assert shop.standings(worse) == [Standing.REFUSED, Standing.REFUSED]
    better = shop.take(bad_then_good)
    assert shop.standings(better) == [Standing.REFUSED, Standing.READY]


def test_an_erasure_older_than_the_last_use_proves_nothing(shop: Workshop) -> None:
    number = shop.take(nwipe_log(HDD))
    shop.apply(number)
    shop.do("PC-1", Action.ASSIGN, date(2026, 4, 1), holder="P-ABCDEFGH")
    assert shop.medium(HDD[4]).settlement is None
    assert shop.standings(number) == [Standing.REFUSED]
    assert shop.apply(number) == []


def test_an_annulled_settlement_may_be_applied_again(shop: Workshop) -> None:
    number = shop.take(nwipe_log(HDD))
    shop.apply(number)
    shop.do("PC-1", Action.ANNUL, ERASED, reason="Mauvais poste")
    assert shop.standings(number) == [Standing.READY]
    (done,) = shop.apply(number)
    assert done.result is Result.APPLIED
    assert shop.standings(number) == [Standing.SETTLED]


def test_a_medium_settled_by_another_paper_is_left_alone(shop: Workshop) -> None:
    number = shop.take(nwipe_log(HDD))
    shop.do(
        "PC-1",
        Action.SETTLE_MEDIUM,
        ERASED,
        serial=HDD[4],
        outcome="destroyed",
        document="d" * 64,
    )
    assert shop.standings(number) == [Standing.ELSEWHERE]
    assert shop.apply(number) == []


def test_a_terminal_is_dated_by_who_hands_it_in(shop: Workshop) -> None:
    text = sanitized().replace(b"2026-03-02 10:00:00 ", b"")
    text = text.replace(b"S64DMX0T123456", NVME[4].encode())
    shop.laptop("PC-2", ("S64DMX0T999999", "nvme"))
    undated = shop.take(text)
    assert shop.standings(undated) == [Standing.WAITS]
    dated = shop.take(text + b"\n", told_on=date(2026, 5, 4))
    (done,) = shop.apply(dated)
    assert done.result is Result.APPLIED
    assert shop.events("PC-1")[0].effective_on == date(2026, 5, 4)


def test_two_who_apply_at_once_settle_each_medium_once(shop: Workshop) -> None:
    disks: list[Disk] = [(f"sd{n}", *HDD[1:4], f"SERIE{n}0001") for n in "abcd"]
    for n, disk in enumerate(disks):
        shop.laptop(f"PC-1{n}", (disk[4], "hdd"))
    number = shop.take(nwipe_log(*disks))
    outcomes: list[Outcome] = []

    assert not at_once(lambda _: outcomes.extend(shop.apply(number)), 2)

    assert {one.result for one in outcomes} <= {Result.APPLIED, Result.ALREADY}
    for n in range(len(disks)):
        assert len(shop.events(f"PC-1{n}")) == 1
    assert set(shop.standings(number)) == {Standing.SETTLED}


def test_two_who_hand_in_the_same_file_make_one_report(shop: Workshop) -> None:
    numbers: list[int] = []
    assert not at_once(lambda _: numbers.append(shop.take(nwipe_log(HDD))), 3)
    assert len(set(numbers)) == 1


def test_a_file_that_is_no_report_says_why_and_the_others_are_kept(
    shop: Workshop,
) -> None:
    files = [("a.txt", b"bonjour"), ("b.log", nwipe_log(HDD)), ("c.log", b"")]
    taken = erasure_reports.take(
        shop.engine, shop.desk, owner_id(shop.engine, LENS), files
    )
    assert [one.number is not None for one in taken] == [False, True, False]
    assert "pas un rapport" in taken[0].reasons[0]


def test_only_technicians_of_the_owner_hand_in_and_accept(shop: Workshop) -> None:
    number = shop.take(nwipe_log(HDD, NVME))
    lead = shop.by(Actor("U-LEAD0000", frozenset({Role.FLEET_LEAD})))
    elsewhere = shop.by(ALICE, LOOS)
    for other in (lead, elsewhere):
        with pytest.raises(Refused):
            other.take(nwipe_log(SSD))
        with pytest.raises(Refused):
            other.apply(number)
        with pytest.raises(Refused):
            other.accept(number, "motif", record=1)
    assert shop.events("PC-1") == []


def test_a_medium_of_another_owner_is_as_unknown_as_none(shop: Workshop) -> None:
    shop.laptop("LOOS-1", (SSD[4], "hdd"), owner=LOOS)
    number = shop.take(nwipe_log(SSD))
    assert shop.standings(number) == [Standing.UNKNOWN]
    with pytest.raises(Refused):
        shop.accept(number, "motif", code="LOOS-1")
    # Not even for who works for both.
    loos = viewer_of(shop.engine, ALICE, LOOS)
    both = Viewer(ALICE.id, shop.desk.viewer.grants | loos.grants)
    with pytest.raises(Refused, match="autre propriétaire"):
        replace(shop, desk=replace(shop.desk, viewer=both)).accept(
            number, "motif", code="LOOS-1"
        )


Run = Callable[[list[str]], "subprocess.CompletedProcess[str]"]


@pytest.fixture
def loop_device(tmp_path: Path) -> Iterator[str]:
    """Give a loop device of 8 MiB, where this machine can make one."""
    losetup, nwipe = shutil.which("losetup"), shutil.which("nwipe")
    if nwipe is None or losetup is None:
        pytest.skip("nwipe ou losetup n'est pas installé")
    disk = tmp_path / "disk.img"
    disk.write_bytes(b"secret" * (8 * 1024 * 1024 // 6) + b"se")
    made = subprocess.run(
        [losetup, "-f", "--show", str(disk)],
        capture_output=True,
        text=True,
        check=False,
    )
    device = made.stdout.strip()
    if made.returncode or not device:
        pytest.skip(f"pas de périphérique de boucle ici : {made.stderr.strip()}")
    try:
        yield device
    finally:
        subprocess.run([losetup, "-d", device], check=True)


def test_a_real_run_of_nwipe_settles_the_medium_that_a_person_names(
    shop: Workshop, loop_device: str, tmp_path: Path
) -> None:
    log = tmp_path / "nwipe.log"
    # nwipe erases what it is given: nothing but this loop, ever.
    assert loop_device.startswith("/dev/loop")
    subprocess.run(
        [
            shutil.which("nwipe") or "nwipe",
            "--autonuke",
            "--nogui",
            "--nowait",
            "--method=zero",
            "--verify=last",
            f"--logfile={log}",
            loop_device,
        ],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=True,
        timeout=60,
    )
    assert (tmp_path / "disk.img").read_bytes().count(0) == 8 * 1024 * 1024
    # The day of a clock of this machine is not the day of the tests.
    desk = replace(shop.desk, today=date.max)
    here = replace(shop, desk=desk)

    number = here.take(log.read_bytes())

    (shown,) = here.shown(number)
    # A loop device has no serial: nwipe writes whatever lies in memory, or nothing.
    assert shown.standing is Standing.UNKNOWN
    assert shown.erasure.tool == "nwipe"
    assert shown.erasure.size == 8 * 1024 * 1024
    done = here.accept(number, "Essai sur une boucle", code="PC-1", serial=HDD[4])
    assert done.result is Result.APPLIED, done.reasons
    assert shop.medium(HDD[4]).settlement == "erased_verified"
    assert MediumKind(shop.medium(NVME[4]).kind) is MediumKind.NVME
    assert shop.medium(NVME[4]).settlement is None
