"""Ask NVIDIA's driver what it has, and print the answer as one JSON object.

This runs as a script of its own: a driver that is broken may end its process, and one that has been
initialised cannot follow a fork. It knows only the standard library. ``cuInit`` is the ground truth:
`nvidia-smi` and NVML are often absent from containers in which CUDA works, and the other way round.
"""

from __future__ import annotations

import ctypes
import json
import sys
from collections.abc import Mapping
from typing import Any

LIBRARY = "nvcuda.dll" if sys.platform == "win32" else "libcuda.so.1"
MANAGEMENT_LIBRARY = "libnvidia-ml.so.1"
_CAPABILITY_MAJOR, _CAPABILITY_MINOR = 75, 76  # CUdevice_attribute


class _DriverError(Exception):
    """A call into the driver failed. ``args`` are the call, the number and the driver's own words."""


def _check(driver: ctypes.CDLL, call: str, status: int) -> None:
    if status == 0:
        return
    text = ctypes.c_char_p()
    driver.cuGetErrorString(status, ctypes.byref(text))
    raise _DriverError(call, status, (text.value or b"unknown error").decode(errors="replace"))


def _number(driver: ctypes.CDLL, call: str, *arguments: object) -> int:
    value = ctypes.c_int()
    _check(driver, call, getattr(driver, call)(ctypes.byref(value), *arguments))
    return value.value


def _device(driver: ctypes.CDLL, index: int) -> Mapping[str, Any]:
    handle = ctypes.c_int(_number(driver, "cuDeviceGet", ctypes.c_int(index)))
    name = ctypes.create_string_buffer(256)
    _check(driver, "cuDeviceGetName", driver.cuDeviceGetName(name, len(name), handle))
    memory = ctypes.c_size_t()
    _check(driver, "cuDeviceTotalMem_v2", driver.cuDeviceTotalMem_v2(ctypes.byref(memory), handle))
    major, minor = (
        _number(driver, "cuDeviceGetAttribute", ctypes.c_int(attribute), handle)
        for attribute in (_CAPABILITY_MAJOR, _CAPABILITY_MINOR)
    )
    return {
        "name": name.value.decode(errors="replace"),
        "memory_bytes": memory.value,
        "capability": f"{major}.{minor}",
    }


def _driver_version() -> str | None:
    """The driver's own version from NVML; None where that is absent."""
    try:
        nvml = ctypes.CDLL(MANAGEMENT_LIBRARY)
    except OSError:
        return None
    version = ctypes.create_string_buffer(96)
    if nvml.nvmlInit_v2() or nvml.nvmlSystemGetDriverVersion(version, len(version)):
        return None
    return version.value.decode(errors="replace")


def probe() -> Mapping[str, Any]:
    """The devices and versions, or ``error`` ("no-library", "driver") with what the driver said."""
    try:
        driver = ctypes.CDLL(LIBRARY)
    except OSError as error:
        return {"error": "no-library", "says": str(error)}
    try:
        _check(driver, "cuInit", driver.cuInit(0))
        version = _number(driver, "cuDriverGetVersion")
        devices = [_device(driver, index) for index in range(_number(driver, "cuDeviceGetCount"))]
    except _DriverError as error:
        call, status, text = error.args
        return {"error": "driver", "call": call, "status": status, "says": text}
    return {
        "cuda": f"{version // 1000}.{version % 1000 // 10}",
        "driver": _driver_version(),
        "devices": devices,
    }


if __name__ == "__main__":
    json.dump(probe(), sys.stdout)
