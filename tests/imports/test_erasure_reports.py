"""Reports of erasing tools: each format read, and what it may not be made to say."""

import random
import time
from pathlib import Path

import pytest

from imports.erasure.lines import LARGEST
from imports.erasure.report import read_report
from imports.sheet import UnreadableError
from parc.domain.erasure import Checked, Erasure, Method, Status
from parc.domain.vocabulary import MediumKind
from tests.imports import erasure_reports as made
from tests.imports.erasure_reports import HDD, NVME

SAMPLES = Path("../shared/samples/ereuse-devicehub")
DAMAGED = 2_000


def the_only(content: bytes) -> Erasure:
    """Read a report of one medium."""
    (record,) = read_report(content).records
    return record


def test_the_log_of_nwipe_tells_each_disk() -> None:
    report = read_report(made.nwipe_log(HDD, NVME))
    hdd, nvme = report.records
    assert report.format == "Journal de nwipe"
    assert (hdd.serial, hdd.model) == ("WD-WXC1A14S2591", "WDC WD3200LPVX-6")
    assert (hdd.size, hdd.rounds, hdd.errors) == (320_072_933_376, 1, 0)
    assert (hdd.method, hdd.method_words) == (Method.OVERWRITE, "Fill With Zeros")
    assert (hdd.tool, hdd.version) == ("nwipe", "0.34")
    assert (hdd.status, hdd.checked) == (Status.ERASED, Checked.YES)
    assert str(hdd.ended) == "2026-03-02 10:00:09"
    assert nvme.kind is MediumKind.NVME
    # The table cuts the model short; the line of the disk does not.
    assert nvme.model == "BC501 NVMe SK hynix 256GB"


def test_shredos_and_aban_wrap_the_same_log() -> None:
    record = the_only(made.nwipe_log(HDD, banner="ShredOS v2021.08.2_22_x86-64_0.32"))
    assert (record.tool, record.version) == ("ShredOS", "2021.08.2_22_x86-64_0.32")
    assert record.status is Status.ERASED
    assert the_only(made.nwipe_log(HDD, banner="ABAN 1.2")).tool == "ABAN"


@pytest.mark.parametrize("summary", [False, True])
def test_a_disk_that_failed_is_told_beside_one_that_did_not(summary: bool) -> None:
    log = made.nwipe_log(HDD, NVME, failed=["sda"], summary=summary)
    hdd, nvme = read_report(log).records
    assert (hdd.status, nvme.status) == (Status.FAILED, Status.ERASED)
    assert hdd.errors == 3


def test_a_run_cut_short_establishes_nothing() -> None:
    assert the_only(made.nwipe_log(HDD, cut=True)).status is Status.UNKNOWN


def test_a_run_that_did_not_verify_says_so() -> None:
    record = the_only(made.nwipe_log(HDD, verify="0 (off)"))
    assert (record.status, record.checked) == (Status.ERASED, Checked.NO)


def test_a_run_that_only_verifies_is_no_erasure() -> None:
    record = the_only(made.nwipe_log(HDD, method="Verify Zeros (0x00)"))
    assert record.method is Method.VERIFY_ONLY


def test_two_runs_in_one_log_are_two_records() -> None:
    log = made.nwipe_log(HDD, failed=["sda"]) + b"\n" + made.nwipe_log(HDD)
    statuses = [record.status for record in read_report(log).records]
    assert statuses == [Status.FAILED, Status.ERASED]


def test_a_serial_that_changes_inside_a_log_names_nothing() -> None:
    log = made.nwipe_log(HDD)
    record = the_only(log.replace(b"6/WD-WXC1A14S2591", b"6/WD-WXC1A14S2592"))
    assert (record.serial, record.status) == ("", Status.UNKNOWN)


def test_a_table_without_the_errors_establishes_nothing() -> None:
    log = made.nwipe_log(HDD).replace(b"Error Summary", b"Error")
    assert the_only(log).status is Status.UNKNOWN


def test_the_certificate_of_nwipe_is_read() -> None:
    record = the_only(made.nwipe_pdf())
    assert (record.serial, record.version) == ("WD-WXC1A14S2591", "0.36")
    assert (record.size, record.rounds, record.errors) == (320_072_933_376, 1, 0)
    assert (record.status, record.checked) == (Status.ERASED, Checked.YES)
    assert str(record.ended) == "2026-03-02 12:13:11"


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ({"Status:": "FAILED"}, Status.FAILED),
        ({"Status:": "ABORTED"}, Status.FAILED),
        ({"Status:": "INSANITY"}, Status.UNKNOWN),
        ({"Errors(pass/sync/verify):": "0/0/4"}, Status.FAILED),
        ({"Errors(pass/sync/verify):": ""}, Status.UNKNOWN),
        ({"*Bytes Erased:": "320, (0.01%)"}, Status.UNKNOWN),
        ({"Rounds(completed/requested):": "0/1"}, Status.UNKNOWN),
        ({"HPA/DCO:": "Hidden sectors found!"}, Status.UNKNOWN),
    ],
)
def test_a_certificate_is_not_believed_beyond_what_it_says(
    said: dict[str, str], status: Status
) -> None:
    assert the_only(made.nwipe_pdf(**said)).status is status


def test_another_pdf_is_refused_with_what_to_do() -> None:
    with pytest.raises(UnreadableError, match="certificat d'origine de nwipe"):
        read_report(b"%PDF-1.7\n1 0 obj\n<< /Filter /FlateDecode >>\n")
    with pytest.raises(UnreadableError, match="plusieurs disques"):
        read_report(made.nwipe_pdf() + made.nwipe_pdf())


def test_blancco_tells_each_erasure() -> None:
    good, bad = read_report(made.blancco_xml("Successful", "Failed")).records
    assert (good.status, bad.status) == (Status.ERASED, Status.FAILED)
    assert (good.serial, good.kind) == ("S3Z4NB0K0000", MediumKind.SSD)
    assert (good.method, good.checked) == (Method.CRYPTO_ERASE, Checked.YES)
    assert good.size == 500_107_862_016


def test_blancco_that_counts_errors_did_not_succeed() -> None:
    report = made.blancco_xml("Successful", total_errors="2")
    assert the_only(report).status is Status.FAILED


def test_blancco_without_verification_does_not_claim_one() -> None:
    said = made.blancco_xml("Successful", verification_percentage="0%")
    assert the_only(said).checked is Checked.NO
    silent = made.blancco_xml("Successful").replace(b"verification_", b"other_")
    assert the_only(silent).checked is Checked.UNKNOWN


def test_workbench_tells_what_it_erased() -> None:
    record = the_only(made.snapshot())
    assert (record.serial, record.kind) == ("WD-WCAV29008961", MediumKind.HDD)
    assert (record.status, record.checked) == (Status.ERASED, Checked.YES)
    assert the_only(made.snapshot("EraseBasic")).checked is Checked.NO
    assert the_only(made.snapshot(severity="Error")).status is Status.FAILED
    assert the_only(made.snapshot(end="")).status is Status.UNKNOWN


def test_raw_outputs_of_the_new_workbench_say_nothing_of_erasure() -> None:
    raw = b'{"type": "Snapshot", "data": {"smartctl": [{"serial_number": "A"}]}}'
    with pytest.raises(UnreadableError, match="ne dit rien d'un effacement"):
        read_report(raw)


@pytest.mark.parametrize(
    ("report", "status", "checked"),
    [
        (made.sanitized(), Status.ERASED, Checked.YES),
        (made.sanitized("0x1"), Status.ERASED, Checked.UNKNOWN),
        (made.sanitized("0x102", "32754"), Status.UNKNOWN, Checked.UNKNOWN),
        (made.sanitized("0x103"), Status.FAILED, Checked.UNKNOWN),
        (made.sanitized("0"), Status.UNKNOWN, Checked.UNKNOWN),
        (made.sanitized("0x101", "32754"), Status.UNKNOWN, Checked.UNKNOWN),
        (made.ata_erased(), Status.ERASED, Checked.YES),
        (made.ata_erased(after="enabled"), Status.UNKNOWN, Checked.UNKNOWN),
        (made.ata_erased(after="SG_IO: bad/missing sense data"), Status.FAILED, None),
        (made.formatted(), Status.ERASED, Checked.YES),
        (made.formatted("NVMe status: 0x210a"), Status.FAILED, Checked.UNKNOWN),
        (made.formatted(""), Status.UNKNOWN, Checked.UNKNOWN),
    ],
)
def test_a_terminal_is_believed_for_what_the_medium_answered(
    report: bytes, status: Status, checked: Checked | None
) -> None:
    record = the_only(report)
    assert record.status is status
    assert checked in {None, record.checked}


def test_a_register_that_is_cut_does_not_borrow_from_the_one_before() -> None:
    again = b"# nvme sanitize-log /dev/nvme0\nSanitize Progress (SPROG) :  65535\n"
    for status in (b"0x101", b"0x104", b"0x103"):
        cut = made.sanitized() + again + b"Sanitize Status (SSTAT) :  " + status
        assert the_only(cut + b"\n").status is Status.UNKNOWN


def test_the_latest_register_is_the_one_that_counts() -> None:
    running = made.sanitized("0x102", "32754")
    last = b"Sanitize Progress" + made.sanitized().partition(b"Sanitize Progress")[2]
    assert the_only(running + last).status is Status.ERASED
    failed = last.replace(b"0x101", b"0x103")
    assert the_only(running + last + failed).status is Status.FAILED


def test_a_terminal_names_its_medium_from_what_it_shows() -> None:
    sanitized = the_only(made.sanitized())
    assert (sanitized.serial, sanitized.method) == (
        "S64DMX0T123456",
        Method.SANITIZE_BLOCK,
    )
    assert str(sanitized.ended) == "2026-03-02 10:00:00"
    crypto = the_only(made.sanitized(action="0x4"))
    assert crypto.method is Method.CRYPTO_ERASE
    ata = the_only(made.ata_erased())
    assert (ata.serial, ata.method) == ("S3Z4NB0K123456P", Method.ENHANCED_ERASE)
    plain = the_only(made.ata_erased(enhanced=False))
    assert plain.method is Method.SECURE_ERASE
    assert the_only(made.formatted()).serial == "S64DMX0T123456"
    assert the_only(made.formatted(ses=2)).method is Method.CRYPTO_ERASE


@pytest.mark.parametrize(
    "name", ["example_wb11.json", "erase-sectors-2-hdd.snapshot.yaml"]
)
def test_snapshots_of_other_people_are_read(name: str) -> None:
    path = SAMPLES / name
    if not path.exists():
        pytest.skip("ce fichier d'un autre outil n'est pas sur cette machine")
    records = read_report(path.read_bytes()).records
    assert records
    assert all(record.serial.startswith("WD-") for record in records)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "vide"),
        (b" \x00\n", "vide"),
        (b"x" * (LARGEST + 1), "8 Mo"),
        (b"bonjour", "pas un rapport"),
        (b"\x89PNG\r\n\x1a\n", "pas un rapport"),
        (b"<a><b/></a>", "pas un rapport d'effacement de Blancco"),
        (b"<a>", "abîmé"),
        (b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", "DOCTYPE"),
        (b"<a>" * 100_000, "hors de toute mesure"),
        (b"[" * 100_000, "hors de toute mesure"),
        (b'{"a": 1}', "relevé de Workbench"),
        (b"nwipe 0.34\n", "aucun effacement commencé"),
    ],
)
def test_what_is_no_report_is_refused_in_words(content: bytes, said: str) -> None:
    with pytest.raises(UnreadableError, match=said):
        read_report(content)


def test_hidden_sectors_are_not_erased() -> None:
    seen = b"[2026/03/02 10:00:01] warning:  *** HIDDEN SECTORS DETECTED ! *** on "
    log = made.nwipe_log(HDD).replace(b"\n\n", b"\n" + seen + b"/dev/sda\n\n", 1)
    assert the_only(log).status is Status.UNKNOWN


def test_an_error_on_a_disk_at_work_is_a_failure_and_elsewhere_is_not() -> None:
    for name, status in (("sda", Status.FAILED), ("sdz", Status.ERASED)):
        told = f"[2026/03/02 10:00:09]   error: write to /dev/{name} failed\n\n"
        log = made.nwipe_log(HDD).replace(b"\n\n", b"\n" + told.encode(), 1)
        assert the_only(log).status is status


def test_more_media_than_any_bench_erases_are_refused_not_left_out() -> None:
    disks = [(f"d{n}", *HDD[1:4], f"SERIE{n:06}") for n in range(501)]
    with pytest.raises(UnreadableError, match="500 supports"):
        read_report(made.nwipe_log(*disks))


def test_xml_in_another_encoding_is_refused() -> None:
    report = made.blancco_xml("Successful")
    with pytest.raises(UnreadableError, match="UTF-8"):
        read_report(report.replace(b"UTF-8", b"cp037"))


SLOW = [
    "[2026/03/02 10:00:00]  notice: Found /dev/a, " + ", " * 900,
    "[2026/03/02 10:00:00]  notice: Found /dev/a," + " " * 1900 + ",",
    "[2026/03/02 10:00:00]  notice: " + "/dev/" * 380 + " has serial",
    "[2026/03/02 10:00:00]   error: " + "/dev/a" * 320 + "fail",
    "*" * 1990 + "x",
    "!" + " " * 1900 + "|",
    "sda " + "| " * 900,
    "#" + " " * 1900 + "nvm",
    "/dev/nvme0n1 " + "a " * 900,
    "(SSTAT) :" + " " * 1900 + "z",
    "\x1b[" + "0;" * 900,
    "BT " + "0." * 6 + " " + "(" * 1900,
]


@pytest.mark.parametrize("line", SLOW, ids=range(len(SLOW)))
@pytest.mark.parametrize(
    "begins", ["nwipe 0.34\n", "nvme sanitize /dev/nvme0\n", "%PDF-"]
)
def test_lines_made_to_be_slow_are_read_quickly(begins: str, line: str) -> None:
    content = (begins + f"{line}\n" * 400).encode()
    started = time.monotonic()
    erased(content)
    assert time.monotonic() - started < 5


def damage(content: bytes, chance: random.Random) -> bytes:
    """Lose, garble, repeat or cut bytes as a bad medium or a bad copy does."""
    start = chance.randrange(len(content))
    end = min(len(content), start + chance.randint(1, 1 + len(content) // 8))
    part = content[start:end]
    return chance.choice(
        [
            content[:start],
            content[:start] + content[end:],
            content[:start] + bytes(byte ^ 0x80 for byte in part) + content[end:],
            content[:start] + b"\x00" * len(part) + content[end:],
            content[:start] + part * 3 + content[end:],
        ]
    )


def erased(content: bytes) -> set[str]:
    """Give the serials that a report says are erased; none when it is refused."""
    try:
        records = read_report(content).records
    except UnreadableError:
        return set()
    return {r.serial for r in records if r.status is Status.ERASED and r.serial}


@pytest.mark.parametrize("name", made.EVERY)
def test_a_damaged_report_never_erases_what_it_did_not(name: str) -> None:
    content = made.EVERY[name]
    chance = random.Random(name)  # noqa: S311 - the same damages each time
    claimed = erased(content)
    records = read_report(content).records
    other = {r.serial for r in records if r.status is not Status.ERASED}
    started = time.monotonic()
    for _ in range(DAMAGED):
        found = erased(damage(content, chance))
        assert not found & other
        # A serial may lose signs; a medium that was not erased gains none.
        assert len(found) <= len(claimed)
    assert time.monotonic() - started < 60
