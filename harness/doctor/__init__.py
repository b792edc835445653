"""What runs here, and for what is lacking, how to get it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from harness import registry
from harness.doctor import tools
from harness.doctor.extras import extras
from harness.doctor.table import render
from harness.doctor.verdict import exit_status, summary
from harness.protocols import Availability, Lack, Place

__all__ = ["examine", "exit_status", "render", "summary"]


def examine() -> tuple[Availability, ...]:
    """Look at every runtime, device and tool. Heavy packages are tried in processes of their own.

    A row's name is its kind and its own name: ``runtime onnx``, ``device cuda``, ``target onnx@cuda`` (only
    for devices that are here), ``tool py-spy``, ``extra torch``.
    """
    runtimes, devices = registry.names("runtimes"), registry.names("devices")
    checks: list[Callable[[], Availability | None]] = [
        *(partial(_runtime, name) for name in runtimes),
        *(partial(_device, name) for name in devices),
        *(partial(_target, name, device) for device in devices for name in runtimes),
        *(tools.rscript, tools.r_compiler, tools.r_session, tools.py_spy, tools.chromium),
    ]
    # each check mostly waits for a process: together they take as long as the slowest
    with ThreadPoolExecutor(max_workers=len(checks)) as pool:
        found = [check.result() for check in [pool.submit(check) for check in checks]]
    return (*(row for row in found if row is not None), *extras())


def _runtime(name: str) -> Availability:
    runtime = registry.find("runtimes", name)
    lack: Lack | None = runtime.lack(None, Place())
    return Availability(f"runtime {name}", lack, {} if lack else runtime.versions())


def _device(name: str) -> Availability:
    device = registry.find("devices", name)
    lack: Lack | None = device.lack()
    return Availability(f"device {name}", lack, {} if lack else device.describe())


def _target(name: str, device: str) -> Availability | None:
    """Whether a runtime can use a device that is here. The CPU goes without saying."""
    runtime = registry.find("runtimes", name)
    if (
        device == "cpu"
        or "devices" not in runtime.KEYS
        or registry.find("devices", device).lack() is not None
    ):
        return None
    return Availability(f"target {name}@{device}", runtime.lack(None, Place(device)))
