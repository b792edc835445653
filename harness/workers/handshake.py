"""The first words between the harness and a worker, and what it means when they fail."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from harness.protocols import MissingError, OpenError
from harness.workers.channel import GoneError, LateError
from harness.workers.errand import Errand
from harness.workers.launch import GREETING, R_REMEDY, interpreter
from harness.workers.process import Process
from harness.workers.python import wire
from harness.workers.python.bootstrap import LACKS_NUMPY
from harness.workers.python.decode import tables

_COMMAND_NOT_FOUND = 127
_MOST_LINES = 200


@dataclass(frozen=True, slots=True)
class Hello:
    """What a worker says of itself."""

    language: str
    version: str
    clock: str
    packages: Mapping[str, str]


def greet(process: Process, errand: Errand, until: float) -> Hello:
    """Wait for a worker's HELLO. Raises OpenError where it speaks another version, GoneError and so on."""
    launch = errand.launch
    if launch.script:
        process.channel.send([launch.shell.encode() + b"\n"], until)
        for _ in range(_MOST_LINES):
            if process.channel.read_line(until).strip() == GREETING.encode():
                break
        process.channel.send([launch.script], until)
    kind, _, payload = process.channel.receive(until)
    if kind != wire.HELLO:
        raise wire.WireError(f"a frame of kind {kind} instead of HELLO")
    received = tables(payload)
    said = received[0].record()
    if said.get("magic") != "parity-harness" or said.get("protocol") != wire.PROTOCOL:
        raise OpenError(
            f"target {errand.form.name!r}: the worker speaks version {said.get('protocol')!r} of the "
            f"protocol, but this harness speaks {wire.PROTOCOL}; install one release of the harness for both"
        )
    packages = received[1].lists()
    versions = dict(zip(packages["name"], packages["version"], strict=True))
    return Hello(
        said["language"], said["version"], said["clock"], {said["language"]: said["version"], **versions}
    )


def failure_to_open(error: Exception, process: Process, errand: Errand, printed: str) -> OpenError:
    """The error that says why a worker did not come up, or did not survive opening its form."""
    name = f"target {errand.form.name!r}"
    said = f"\n{printed.strip()}" if printed.strip() else ""
    if isinstance(error, LateError):
        process.kill()
        return OpenError(
            f"{name}: not ready within {errand.limits.open_s:g} s; does the source compute or wait while it "
            f"is loaded? A longer --time-limit lets it{said}"
        )
    code, words = process.ending()
    if code == LACKS_NUMPY and errand.launch.language == "python":
        program = interpreter(errand.form)
        return MissingError(
            f"{name}: {program} has no numpy; install it: {program} -m pip install numpy pandas"
        )
    if code == _COMMAND_NOT_FOUND and errand.launch.script:
        return MissingError(
            f"{name}: {' '.join(errand.form.command)} reaches no Rscript; there, {R_REMEDY}{said}"
        )
    if isinstance(error, GoneError):
        form = errand.form
        file = form.source or form.model or form.module
        hint = "" if form.command or file is None else f" ({file}); load it by itself to see why"
        return OpenError(f"{name}: the process {words} while the form was opened{hint}{said}")
    return OpenError(f"{name}: no worker answered, but {error}{said}")
