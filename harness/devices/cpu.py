"""The processor: always here; what it can do and how much of it this process may use."""

from __future__ import annotations

import math
import os
import platform
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from harness.protocols import Lack

#: Instruction sets that change which kernels numerical libraries choose, and so the last bits of a result.
NUMERIC_FLAGS = (
    *(
        "sse4_2",
        "avx",
        "f16c",
        "fma",
        "avx2",
        "avx512f",
        "avx512vl",
        "avx512_vnni",
        "avx512_bf16",
        "avx512_fp16",
    ),
    *("avx_vnni", "amx_tile", "amx_bf16", "amx_int8"),
    *("asimd", "asimdhp", "asimddp", "bf16", "i8mm", "sve", "sve2", "sme"),
)

_UNLIMITED_BYTES = 1 << 60  # control groups, version 1, say "no limit" as a number near 2**63


def lack() -> Lack | None:
    """Nothing is ever lacking: whatever runs this runs on a processor."""
    return None


def describe(root: Path = Path("/")) -> Mapping[str, str]:
    """Model, cores, memory, instruction sets, governor and container limits, as text.

    ``root`` is where ``proc`` and ``sys`` are found. Off Linux there is less to say.
    """
    cpuinfo = _read(root / "proc/cpuinfo")
    facts = {
        "name": _model_name(cpuinfo),
        "cores": _cores(cpuinfo),
        "threads": str(_usable_threads()),
        "memory": _gibibytes(_memory_bytes(root)),
        "flags": " ".join(_flags(cpuinfo)),
        "governor": _read(root / "sys/devices/system/cpu/cpu0/cpufreq/scaling_governor").strip(),
        "cpu limit": _cpu_limit(root),
        "memory limit": _memory_limit(root),
    }
    return {name: fact for name, fact in facts.items() if fact}


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""  # absent off Linux, hidden in some containers: there is then nothing to say


def _fields(cpuinfo: str, name: str) -> Iterator[str]:
    for line in cpuinfo.splitlines():
        key, colon, value = line.partition(":")
        if colon and key.strip() == name:
            yield value.strip()


def _model_name(cpuinfo: str) -> str:
    named = next(_fields(cpuinfo, "model name"), "") or next(_fields(cpuinfo, "Model"), "")
    return " ".join((named or platform.processor() or platform.machine()).split())


def _cores(cpuinfo: str) -> str:
    """Physical cores; threads of one core count once. Empty where the kernel does not say."""
    sockets, cores = list(_fields(cpuinfo, "physical id")), list(_fields(cpuinfo, "core id"))
    if not cores or len(sockets) != len(cores):
        return ""
    return str(len(set(zip(sockets, cores, strict=True))))


def _usable_threads() -> int:
    affinity = getattr(os, "sched_getaffinity", None)  # absent on macOS and Windows
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def _flags(cpuinfo: str) -> tuple[str, ...]:
    line = next(_fields(cpuinfo, "flags"), "") or next(_fields(cpuinfo, "Features"), "")
    present = set(line.split())
    return tuple(flag for flag in NUMERIC_FLAGS if flag in present)


def _memory_bytes(root: Path) -> int | None:
    match = re.search(r"^MemTotal:\s+(\d+) kB", _read(root / "proc/meminfo"), re.MULTILINE)
    if match:
        return int(match[1]) * 1024
    if "SC_PHYS_PAGES" in getattr(os, "sysconf_names", {}):
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return None


def _gibibytes(count: int | None) -> str:
    return "" if count is None else f"{count / 2**30:.1f} GiB"


def _groups(root: Path, controller: str) -> Iterator[Path]:
    """The control groups that this process is in, innermost first, for one controller."""
    for line in _read(root / "proc/self/cgroup").splitlines():
        _, controllers, group = line.split(":", 2)
        if controllers not in ("", controller) and controller not in controllers.split(","):
            continue
        top = root / "sys/fs/cgroup" / controllers
        inner = Path(group.lstrip("/"))
        for folder in (inner, *inner.parents):
            yield top / folder


def _cpu_limit(root: Path) -> str:
    allowed = math.inf
    for group in _groups(root, "cpu"):
        quota, period = (_read(group / "cpu.max").split() or ["max", ""])[:2]
        if quota == "max":
            quota = _read(group / "cpu.cfs_quota_us").strip() or "-1"
            period = _read(group / "cpu.cfs_period_us").strip()
        if int(quota) > 0 and period:
            allowed = min(allowed, int(quota) / int(period))
    return "" if allowed == math.inf else f"{allowed:g} cores"


def _memory_limit(root: Path) -> str:
    allowed = _UNLIMITED_BYTES
    for group in _groups(root, "memory"):
        for name in ("memory.max", "memory.limit_in_bytes"):
            limit = _read(group / name).strip()
            if limit.isdigit():
                allowed = min(allowed, int(limit))
    return "" if allowed == _UNLIMITED_BYTES else _gibibytes(allowed)
