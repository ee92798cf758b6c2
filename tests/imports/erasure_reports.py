"""Reports of erasure written by us, in the formats that the tools document."""

import json
from collections.abc import Mapping, Sequence

HDD = ("sda", "ATA", "WDC WD3200LPVX-6", 320_072_933_376, "WD-WXC1A14S2591")
NVME = ("nvme0n1", "NVME", "BC501 NVMe SK hynix 256GB", 256_060_514_304, "NS8BN0638112")
Disk = tuple[str, str, str, int, str]


def nwipe_log(
    *disks: Disk,
    failed: Sequence[str] = (),
    method: str = "Fill With Zeros",
    verify: str = "1 (last pass)",
    cut: bool = False,
    banner: str = "nwipe 0.34",
    summary: bool = False,
) -> bytes:
    """Write the log of a run; `failed` names devices, `cut` ends it before tables."""
    at = "[2026/03/02 10:00:0{}]  notice: "
    lines = [at.format(0).replace("notice", "  info") + "nwipe 0.34"]
    for name, bus, model, size, serial in disks:
        told = f"Found /dev/{name}, {bus}, {model}, {size // 10**9} GB, S/N={serial}"
        lines.append(at.format(0) + told)
    lines += [
        at.format(1) + f"  {name} = {value}"
        for name, value in (
            ("banner  ", banner),
            ("method  ", method),
            ("rounds  ", "1"),
            ("verify  ", verify),
        )
    ]
    for name, _, _, size, serial in disks:
        lines += [
            at.format(1) + f"/dev/{name} has serial number {serial}",
            at.format(1) + f"/dev/{name}, sect/blk/dev 512/4096/{size}",
            at.format(2) + f"Invoking method '{method}' on /dev/{name}",
            at.format(2) + f"Starting round 1 of 1 on /dev/{name}",
        ]
    if cut:
        return "\n".join(lines).encode()
    for name, *_ in disks:
        if name not in failed and not verify.startswith("0"):
            done = f"Verified pass 1 of 1, round 1 of 1, on '/dev/{name}'."
            lines.append(at.format(8) + done)
        lines.append(at.format(9) + f"Finished final round 1 of 1 on /dev/{name}")
    lines += ["", f"{'*' * 32} Error Summary {'*' * 33}"]
    lines.append(
        "!   Device | Pass Errors | Verifications Errors | Fdatasync I\\O Errors"
    )
    for name, *_ in disks:
        mark, count = ("!", 3) if name in failed else (" ", 0)
        lines.append(f"{mark} {name:>8} | {count:>11} | {0:>20} | {0:>20}")
    if summary:
        lines += ["*" * 80, "", f"{'*' * 31} Erasure Summary {'*' * 32}"]
        lines.append("!   Device |  Bytes Erased |  Bytes Total | Percentage Erased")
        for name, _, _, size, _ in disks:
            mark, part = ("!", "12.50%") if name in failed else (" ", "100%")
            lines.append(f"{mark} {name:>8} | {size:>17} | {size:>16} | {part:>17}")
    lines += ["*" * 80, "", f"{'*' * 33} Drive Status {'*' * 33}"]
    lines.append("!   Device | Status | Thru-put | HH:MM:SS | Model/Serial Number")
    lines.append("-" * 80)
    for name, _, model, _, serial in disks:
        mark, word = ("!", "-FAILED-") if name in failed else (" ", " Erased ")
        told = f"{model[:17]}/{serial}"
        lines.append(f"{mark} {name:>8} |{word}|  80 MB/s | 02:13:09 | {told}")
    lines += ["-" * 80, f"[2026/03/02 12:13:12] Total Throughput 80 MB/s, {method}, 1R"]
    return "\n".join([*lines, "*" * 80, ""]).encode()


def nwipe_pdf(**said: str) -> bytes:
    """Draw a certificate as nwipe does: each text alone, at its place."""
    told = {
        "Make/Model:": "WDC WD3200LPVX-6",
        "Serial:": "WD-WXC1A14S2591",
        "Bus:": "ATA",
        "Size(Apparent): ": "320GB, 320072933376 bytes",
        "Start time:": "2026/03/02 10:00:02",
        "End time:": "2026/03/02 12:13:11",
        "Status:": "ERASED",
        "Method:": "Fill With Zeros",
        "Final Pass(Zeros/Ones/None):": "Zeros",
        "Verify Pass(Last/All/None):": "Last",
        "*Bytes Erased:": "320072933376, (100%)",
        "Rounds(completed/requested):": "1/1",
        "Errors(pass/sync/verify):": "0/0/0",
        **said,
    }
    drawn = [_drawn(10, 30, "Disc Erasure by NWIPE version 0.36")]
    for index, (label, value) in enumerate(told.items()):
        y = 600 - 20 * index
        drawn += [_drawn(60, y, label), _drawn(300, y, value)]
    stream = "\r\n".join(drawn)
    return (
        f"%PDF-1.3\r\n1 0 obj\r\n<< /Length {len(stream)} >>stream\r\n{stream}\r\n"
        "endstream\r\nendobj\r\n%%EOF\r\n"
    ).encode("latin-1")


def _drawn(x: float, y: float, text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
    place = f"BT /GS0 gs {x:f} {y:f} TD /F1 12.000000 Tf 0.5 0.5 0.5 rg 0.000000 Tc "
    return place + f"({escaped}) Tj ET"


def blancco_xml(*states: str, **said: str) -> bytes:
    """Write a report with one erasure per state."""
    told = {
        "erasure_standard_name": "NIST 800-88 Purge - Cryptographic Erase",
        "start_time": "2026-03-02T10:00:00+0100",
        "end_time": "2026-03-02T10:05:00+0100",
        "total_errors": "0",
        "verification_percentage": "10%",
        **said,
    }
    erasures = "".join(
        '<entries name="erasure">'
        + "".join(_entry(name, value) for name, value in told.items())
        + _entry("state", state)
        + '<entries name="target">'
        + _entry("serial", f"S3Z4NB0K{index:04}")
        + _entry("model", "Samsung SSD 860")
        + _entry("capacity", "500107862016")
        + _entry("type", "SSD")
        + "</entries></entries>"
        for index, state in enumerate(states)
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><root><report><blancco_data>'
        f'<blancco_erasure_report><entries name="erasures">{erasures}</entries>'
        "</blancco_erasure_report></blancco_data></report></root>"
    ).encode()


def _entry(name: str, value: str) -> str:
    return f'<entry name="{name}" type="string">{value}</entry>'


def snapshot(
    kind: str = "EraseSectors", *, severity: str = "Info", end: str | None = None
) -> bytes:
    """Write a snapshot of Workbench with one disk erased."""
    finished = "2026-03-02T12:00:00+00:00" if end is None else end
    step = {"type": "StepZero", "severity": severity, "endTime": finished}
    action: Mapping[str, object] = {
        "type": kind,
        "severity": severity,
        "startTime": "2026-03-02T10:00:00+00:00",
        "endTime": finished,
        "steps": [step],
    }
    disk = {
        "type": "HardDrive",
        "serialNumber": "WD-WCAV29008961",
        "model": "WDC WD3200AAJS-2",
        "size": 305_245,
        "actions": [action],
    }
    said = {
        "type": "Snapshot",
        "version": "11.0b9",
        "device": {"type": "Desktop"},
        "components": [disk],
    }
    return json.dumps(said).encode()


def sanitized(sstat: str = "0x101", sprog: str = "65535", action: str = "0x2") -> bytes:
    """Keep a terminal in which an NVMe medium was sanitized."""
    return f"""\
2026-03-02 10:00:00 atelier
# nvme id-ctrl /dev/nvme0
sn        : S64DMX0T123456
mn        : Samsung SSD 980 500GB
# nvme sanitize /dev/nvme0 -a 0x02
# nvme sanitize-log /dev/nvme0n1
Sanitize Progress                      (SPROG) :  {sprog}
Sanitize Status                        (SSTAT) :  {sstat}
Sanitize Command Dword 10 Information (SCDW10) :  {action}
Estimated Time For Block Erase                 :  90
""".encode()


def ata_erased(*, enhanced: bool = True, after: str = "not\tenabled") -> bytes:
    """Keep a terminal in which `hdparm` asked a disk to erase itself."""
    option = "--security-erase-enhanced" if enhanced else "--security-erase"
    return f"""\
root@atelier:~# hdparm -I /dev/sdb
/dev/sdb:
\tModel Number:       Samsung SSD 860 EVO 500GB
\tSerial Number:      S3Z4NB0K123456P
Security:
\tnot\tenabled
root@atelier:~# hdparm --user-master u --security-set-pass p /dev/sdb
 Issuing SECURITY_SET_PASS command, password="p", user=user, mode=high
root@atelier:~# hdparm --user-master u {option} p /dev/sdb
/dev/sdb:
 Issuing SECURITY_ERASE command, password="p", user=user
root@atelier:~# hdparm -I /dev/sdb
Security:
\t{after}
""".encode()


def formatted(answer: str = "Success formatting namespace:1", ses: int = 1) -> bytes:
    """Keep a terminal in which an NVMe medium was formatted."""
    return f"""\
$ sudo nvme list
/dev/nvme0n1     S64DMX0T123456       Samsung SSD 980 500GB      1   500.11  GB
$ sudo nvme format /dev/nvme0n1 --ses={ses}
{answer}
""".encode()


EVERY = {
    "nwipe": nwipe_log(HDD, NVME, failed=["nvme0n1"]),
    "nwipe 0.38": nwipe_log(HDD, NVME, failed=["sda"], summary=True),
    "nwipe pdf": nwipe_pdf(),
    "nwipe pdf failed": nwipe_pdf(**{"Status:": "FAILED"}),
    "blancco": blancco_xml("Successful", "Failed"),
    "workbench": snapshot(),
    "workbench failed": snapshot(severity="Error"),
    "sanitize": sanitized(),
    "sanitize failed": sanitized("0x103"),
    "hdparm": ata_erased(),
    "hdparm failed": ata_erased(after="enabled"),
    "format": formatted(),
    "format failed": formatted("NVMe status: INVALID_FORMAT(0x210a)"),
}
"""Every format, what went well and what went wrong."""
