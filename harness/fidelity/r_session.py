"""One R process that rebuilds tables, sends them through the R ends, and judges what comes back."""

from __future__ import annotations

import os
import selectors
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from harness.fidelity.difference import Difference, Refused, Result
from harness.fidelity.words import from_r
from harness.protocols import Codec, Encoded, Lack

R_FOLDER = Path(__file__).parent / "r"
R_REMEDY = "install R: apt-get install r-base-core"
#: The longest that R may be silent while it checks small tables, and while it is timed on large ones.
SILENCE_S, PATIENCE_S = 60.0, 3_600.0
_SETTINGS = {"LC_ALL": "C.UTF-8", "LANGUAGE": "en", "TZ": "UTC"}

#: One check: the task (trip, decode), the codec, the table as an R expression, bytes to decode.
Question = tuple[str, str, str, Encoded]


@dataclass(frozen=True, slots=True)
class Answer:
    """What R found: how the table came back, and the bytes in between (None where R did not encode)."""

    result: Result
    data: bytes | None = None


class RSessionError(Exception):
    """R ended, or said nothing for too long. The message says in what."""


def r_lack() -> Lack | None:
    """What is lacking for any R end at all."""
    return None if shutil.which("Rscript") else Lack("Rscript is not on the PATH", R_REMEDY)


class RSession:
    """A context manager that holds the process and a folder for what is too large for a pipe."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="parity-codecs-")
        self._process: subprocess.Popen[bytes] | None = None
        self._buffer = b""
        self._loaded: dict[str, Path] = {}

    def __enter__(self) -> RSession:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def folder(self) -> Path:
        """A folder that both sides see and that goes with the session."""
        return Path(self._folder.name)

    def close(self) -> None:
        """End R and remove the folder."""
        self._end()
        self._folder.cleanup()

    def lacking(self, packages: Sequence[str]) -> frozenset[str]:
        """Which of these R packages cannot be loaded."""
        named = ", ".join(repr(one) for one in packages)
        return frozenset(self.say(f"lacking({named})").split()[1:])

    def versions(self, packages: Sequence[str]) -> dict[str, str]:
        """The versions of R and of these R packages, by name."""
        named = ", ".join(repr(one) for one in packages)
        said = (one.partition("=") for one in self.say(f"versions({named})").split())
        return {name: version for name, _, version in said}

    def load(self, ends: Mapping[str, Codec]) -> None:
        """Load the R ends of these codecs, by name."""
        for name, codec in ends.items():
            if codec.R_END is not None:
                self._loaded[name] = codec.R_END
        if self._process is not None:
            self._load_all()

    def check(
        self, questions: Sequence[Question], tell: Callable[[int], None] = lambda done: None
    ) -> list[Answer]:
        """Ask all questions in one go. Where R dies of one, that one is refused and R started again."""
        answers: list[Answer] = []
        while len(answers) < len(questions):
            rest = questions[len(answers) :]
            done = len(answers)
            try:
                answers += self._check(rest, lambda at, done=done: tell(done + at))  # type: ignore[misc]
            except RSessionError as error:
                answers += self._answers()
                answers.append(Answer(Refused(f"R ended: {error}")))
        return answers

    def say(self, line: str) -> str:
        """One R call, however long it takes, and the one line that it answers."""
        self._write(line)
        return self._read_line(PATIENCE_S)

    def _check(self, questions: Sequence[Question], tell: Callable[[int], None]) -> list[Answer]:
        asked, said = self.folder / "questions", self.folder / "answers"
        with asked.open("w", encoding="ascii") as file:
            for task, codec, table, data in questions:
                file.write(f"{task}\t{codec}\t{table}\t{data.hex()}\n")
        said.write_bytes(b"")
        self._write(f"check_all({str(asked)!r}, {str(said)!r})")
        while (line := self._read_line()) != "done":
            tell(int(line.split()[1]))
        return self._answers()

    def _answers(self) -> list[Answer]:
        text = (self.folder / "answers").read_text("ascii")
        return [_answer(line) for line in text.split("\n")[:-1]]  # a last one that R did not finish is none

    def _write(self, line: str) -> None:
        process = self._started()
        assert process.stdin is not None
        try:
            process.stdin.write(line.encode() + b"\n")
            process.stdin.flush()
        except BrokenPipeError:
            raise self._gone("it ended") from None

    def _read_line(self, silence_s: float = SILENCE_S) -> str:
        process = self._started()
        assert process.stdout is not None
        with selectors.DefaultSelector() as selector:
            selector.register(process.stdout, selectors.EVENT_READ)
            while b"\n" not in self._buffer:
                if not selector.select(silence_s):
                    raise self._gone(f"no answer within {silence_s:g} s")
                came = os.read(process.stdout.fileno(), 65536)
                if not came:
                    raise self._gone("it ended")
                self._buffer += came
        line, _, self._buffer = self._buffer.partition(b"\n")
        return line.decode().strip()

    def _gone(self, why: str) -> RSessionError:
        self._end()
        lines = (self.folder / "stderr").read_text("utf-8", errors="replace").strip().splitlines()
        return RSessionError(f"{why} ({lines[-1]})" if lines else why)

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            with (self.folder / "stderr").open("wb") as errors:
                self._process = subprocess.Popen(
                    ["Rscript", "--vanilla", str(R_FOLDER / "serve.R"), str(R_FOLDER)],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=errors,
                    env={**os.environ, **_SETTINGS},
                )
            self._buffer = b""
            self._load_all()
        return self._process

    def _load_all(self) -> None:
        for name, file in self._loaded.items():
            self._write(f"load_end({name!r}, {str(file)!r})")

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                stream.close()


def _answer(line: str) -> Answer:
    status, *rest = line.split("\t")
    if status == "exact":
        return Answer(None, _data(rest))
    if status == "refused":
        says = bytes.fromhex(rest[0]).decode("utf-8", errors="backslashreplace")
        return Answer(Refused(_first_line(says)), _data(rest[1:]))
    aspect, was, now, row, *data = rest
    return Answer(Difference(aspect, from_r(was), from_r(now), int(row)), _data(data))


def _data(rest: list[str]) -> bytes | None:
    return bytes.fromhex(rest[0]) if rest else None


def _first_line(message: str) -> str:
    return " ".join(message.split())
