"""What ONNX Runtime says when something is wrong, without its own prefixes and places in its source."""

from __future__ import annotations

import contextlib
import os
import re
import sys
import tempfile
from typing import Iterator, Sequence

_NOISE = re.compile(
    r"\[ONNXRuntimeError\] : \d+ : \w+ : |Load model from .*? failed: ?|/\S*\.(?:h|cc):\d+ .*?\) (?=[A-Z[])"
)


def said(error: BaseException) -> str:
    """ONNX Runtime's message without its own prefixes and the places in its own source."""
    return _NOISE.sub("", str(error)).strip().rstrip(".")


@contextlib.contextmanager
def native_words() -> Iterator[list[str]]:
    """Lines that native code writes to standard error meanwhile; they are passed on to it afterwards."""
    words: list[str] = []
    sys.stderr.flush()
    with tempfile.TemporaryFile() as file:
        kept = os.dup(2)
        os.dup2(file.fileno(), 2)
        try:
            yield words
        finally:
            os.dup2(kept, 2)
            os.close(kept)
            file.seek(0)
            written = file.read().decode("utf-8", errors="replace")
            words.extend(re.sub(r"\x1b\[[0-9;]*m", "", written).splitlines())
            sys.stderr.write(written)


def reason(words: Sequence[str]) -> str:
    """The first error that ONNX Runtime logged, else its first warning of a failure."""
    logged = [re.match(r"\S+ \S+ \[(?P<level>[EW]):.*?\] (?P<text>.+)", line) for line in words]
    found = [match for match in logged if match and (match["level"] == "E" or "ailed" in match["text"])]
    found.sort(key=lambda match: match["level"])
    return _NOISE.sub("", found[0]["text"]).strip().rstrip(".") if found else "it does not say why"
