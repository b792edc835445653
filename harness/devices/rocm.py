"""AMD GPUs, as the kernel's compute driver (KFD) lists them.

Read from the kernel's files: importing ``amdsmi`` fails where its library is missing, and asking HIP
needs a framework. Each node of the topology that has SIMD units is a GPU; the others are processors.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from harness.protocols import Lack

_TOPOLOGY = "sys/class/kfd/kfd/topology/nodes"
_VRAM_HEAPS = (1, 2)  # public and private frame buffer


@dataclass(frozen=True, slots=True)
class _Gpu:
    architecture: str
    memory_bytes: int


def lack(root: Path = Path("/")) -> Lack | None:
    """Why no ROCm device can be used here; None if one can.

    ``root`` is where ``dev`` and ``sys`` are found.
    """
    device = root / "dev/kfd"
    if not device.exists():
        return Lack(
            f"there is no AMD compute driver here (no {device})",
            "install AMD's amdgpu kernel driver and ROCm (https://rocm.docs.amd.com), "
            "or start the container with `--device /dev/kfd --device /dev/dri`",
        )
    if not os.access(device, os.R_OK | os.W_OK):
        return Lack(
            f"this user may not open {device}",
            "add the user to its group (`sudo usermod -aG render,video $USER`) and log in again",
        )
    if not any(_gpus(root)):
        return Lack(
            f"the AMD compute driver lists no GPU ({root / _TOPOLOGY})",
            "check that `rocminfo` shows an agent of type GPU; in a container, add `--device /dev/dri`",
        )
    return None


def count(root: Path = Path("/")) -> int:
    """How many devices there are, numbered from 0."""
    return sum(1 for _ in _gpus(root))


def describe(root: Path = Path("/")) -> Mapping[str, str]:
    """Each device's architecture and memory, the driver's and ROCm's versions; empty where lacking."""
    if lack(root) is not None:
        return {}
    facts = {
        "driver": _line(root / "sys/module/amdgpu/version"),
        "rocm": _line(root / "opt/rocm/.info/version"),
    }
    for index, gpu in enumerate(_gpus(root)):
        facts[f"device {index}"] = f"{gpu.architecture}, {gpu.memory_bytes / 2**30:.1f} GiB"
    return {name: fact for name, fact in facts.items() if fact}


def _line(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""


def _properties(path: Path) -> Mapping[str, int]:
    pairs = (line.split() for line in _line(path).splitlines())
    return {pair[0]: int(pair[1]) for pair in pairs if len(pair) == 2 and pair[1].isdigit()}


def _gpus(root: Path) -> Iterator[_Gpu]:
    nodes = (n for n in (root / _TOPOLOGY).glob("*") if n.name.isdigit())
    for node in sorted(nodes, key=lambda n: int(n.name)):
        properties = _properties(node / "properties")
        if properties.get("simd_count", 0) == 0:
            continue
        banks = (_properties(bank) for bank in node.glob("mem_banks/*/properties"))
        memory = sum(b.get("size_in_bytes", 0) for b in banks if b.get("heap_type") in _VRAM_HEAPS)
        yield _Gpu(_architecture(properties.get("gfx_target_version", 0)), memory)


def _architecture(version: int) -> str:
    """The compiler's name of an architecture: 90010 is gfx90a (major, minor and a hexadecimal step)."""
    return f"gfx{version // 10000}{version // 100 % 100:x}{version % 100:x}"
