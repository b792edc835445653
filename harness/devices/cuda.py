"""NVIDIA GPUs, as CUDA's own driver library sees them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from harness.protocols import Lack

_PROBE = Path(__file__).with_name("_cuda_probe.py")
_PROBE_TIMEOUT_S = 20.0  # the first cuInit after boot loads the kernel module
_INSTALL_DRIVER = (
    "install NVIDIA's driver (Debian: `apt install nvidia-driver`), or start the container with `--gpus all`"
)


def lack() -> Lack | None:
    """Why no CUDA device can be used here, with what the driver itself says; None if one can."""
    found = _found()
    error = found.get("error")
    if error == "no-library":
        return Lack(f"there is no NVIDIA driver here ({found['says']})", _INSTALL_DRIVER)
    if error == "driver":
        return Lack(
            f"NVIDIA's driver is here but does not work ({found['call']}: {found['says']},"
            f" error {found['status']}){_visibility()}",
            "check that `nvidia-smi` lists a GPU; after an update of the driver, restart the machine",
        )
    if error == "crash":
        return Lack(f"asking NVIDIA's driver failed ({found['says']})", "reinstall NVIDIA's driver")
    if not found["devices"]:
        return Lack(f"NVIDIA's driver is here, but it sees no GPU{_visibility()}", _INSTALL_DRIVER)
    return None


def count() -> int:
    """How many devices there are, numbered from 0."""
    return len(_found().get("devices", ()))


def describe() -> Mapping[str, str]:
    """Each device's name, memory and compute capability, and the driver's versions; empty where lacking."""
    found = _found()
    if not found.get("devices"):
        return {}
    facts = {"cuda": found["cuda"]}
    if found["driver"]:
        facts["driver"] = found["driver"]
    for index, device in enumerate(found["devices"]):
        memory = f"{device['memory_bytes'] / 2**30:.1f} GiB"
        facts[f"device {index}"] = f"{device['name']}, {memory}, compute capability {device['capability']}"
    return facts


def _visibility() -> str:
    visible = os.environ.get("CUDA_VISIBLE_DEVICES")
    return "" if visible is None else f"; CUDA_VISIBLE_DEVICES is {visible!r}"


@cache
def _found() -> Mapping[str, Any]:
    """What the driver has, asked once, in a process that may die of it."""
    command = [sys.executable, "-I", str(_PROBE)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_PROBE_TIMEOUT_S, check=False)
    except subprocess.TimeoutExpired:
        return {"error": "crash", "says": f"no answer within {_PROBE_TIMEOUT_S:g} s"}
    if done.returncode != 0:
        says = (done.stderr.strip().splitlines() or ["no message"])[-1]
        return {"error": "crash", "says": f"exit status {done.returncode}: {says}"}
    found: Mapping[str, Any] = json.loads(done.stdout)
    return found
