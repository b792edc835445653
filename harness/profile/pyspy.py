"""py-spy, the sampler of Python stacks: started on a process, awaited until it samples, stopped, read.

It reads stacks from outside and does not stop the process for it (``--nonblocking``): pausing at every
sample slows the profiled calls by about 2 %. The price is that a stack is torn now and then because it
changed while it was read; what cannot be put into a phase is left out. Threads that wait are sampled too
(``--idle``), or the time in which a caller waits for its worker would be missing. The sampler itself takes
about a twentieth of a processor for each process that it looks at, which is felt where none is free.
"""

from __future__ import annotations

import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from harness.profile.stacks import Stack, parse_stacks
from harness.protocols import Lack

RATE_HZ = 200
READY_S = 10.0
_READY = "Sampling process"
_REFUSED = ("permission denied", "operation not permitted", "eperm")


class SpyError(Exception):
    """A process cannot be sampled. The message says why and what to do."""


@dataclass(slots=True)
class Recording:
    """Samples of one process: empty until the recording is over."""

    pid: int
    stacks: tuple[Stack, ...] = ()
    error: str | None = None


def find_py_spy() -> Path | None:
    """The program, beside the interpreter or on the PATH."""
    beside = Path(sys.executable).with_name("py-spy")
    if beside.is_file():
        return beside
    found = shutil.which("py-spy")
    return None if found is None else Path(found)


def lack() -> Lack | None:
    """Whether py-spy is lacking."""
    if find_py_spy() is not None:
        return None
    return Lack("py-spy is not installed", "`pip install py-spy`")


@contextmanager
def recording(pids: Sequence[int], program: Path, rate_hz: int = RATE_HZ) -> Iterator[list[Recording]]:
    """Sample processes while the body runs: it starts when all are being sampled.

    A process that cannot be sampled does not stop the others: its recording says why.
    """
    recordings = [Recording(pid) for pid in pids]
    with tempfile.TemporaryDirectory(prefix="parity-profile-") as folder, ExitStack() as stack:
        running: list[tuple[Recording, _Sampler]] = []
        for one in recordings:
            try:
                sampler = _Sampler(program, one.pid, rate_hz, Path(folder) / f"{one.pid}.raw")
                stack.callback(sampler.kill)
                sampler.await_ready()
            except SpyError as error:
                one.error = str(error)
            else:
                running.append((one, sampler))
        yield recordings
        for one, sampler in running:
            try:
                one.stacks = sampler.stop()
            except SpyError as error:
                one.error = str(error)


class _Sampler:
    """One running py-spy."""

    def __init__(self, program: Path, pid: int, rate_hz: int, output: Path) -> None:
        self._pid = pid
        self._output = output
        self._said = ""
        command = [str(program), "record", "--pid", str(pid), "--rate", str(rate_hz), "--format", "raw"]
        command += ["--output", str(output), "--nonblocking", "--idle", "--full-filenames"]
        try:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                # Ctrl-C is the harness's to handle: it stops the sampler itself
                start_new_session=True,
            )
        except OSError as error:
            raise SpyError(f"{program} cannot be started: {error.strerror}") from None

    def await_ready(self) -> None:
        """Return when the first sample is about to be taken. Raises SpyError."""
        until = time.monotonic() + READY_S
        assert self._process.stdout is not None
        while _READY not in self._said:
            left = until - time.monotonic()
            if left <= 0 or not select.select([self._process.stdout], [], [], left)[0]:
                raise SpyError(f"py-spy did not begin to sample process {self._pid} within {READY_S:g} s")
            said = os.read(self._process.stdout.fileno(), 65536)
            self._said += said.decode("utf-8", "replace")
            if not said:
                raise SpyError(self._why())

    def stop(self) -> tuple[Stack, ...]:
        """End the sampling and give what was sampled. Raises SpyError."""
        self._process.send_signal(signal.SIGINT)
        said, _ = self._process.communicate(timeout=READY_S)
        self._said += said.decode("utf-8", "replace")
        if not self._output.is_file():
            raise SpyError(self._why())
        return tuple(parse_stacks(self._output.read_text(encoding="utf-8", errors="replace")))

    def kill(self) -> None:
        """End the sampler, whatever it does."""
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()

    def _why(self) -> str:
        """Why there are no samples, from py-spy's last words."""
        if any(word in self._said.lower() for word in _REFUSED):
            return (
                f"py-spy may not look into process {self._pid} (ptrace is refused); run as root, or "
                "`sudo sysctl kernel.yama.ptrace_scope=0`, or start the container with "
                "`--cap-add SYS_PTRACE`"
            )
        lines = [line.strip() for line in self._said.splitlines() if line.strip()]
        # what comes behind its error is a backtrace of py-spy's own
        error = next((line for line in lines if line.startswith("Error:")), None)
        said = error or (lines[-1] if lines else "it says nothing")
        return f"py-spy cannot sample process {self._pid}: {said}"
