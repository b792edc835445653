"""Values as TOML spells them."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Mapping, Sequence

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_WIDTH = 100


def key(name: str) -> str:
    """A key: bare where that is allowed, else in quotes."""
    return name if _BARE.fullmatch(name) else text(name)


def text(value: str) -> str:
    """A text in quotes, on one line."""
    # JSON leaves U+007F as it is, which TOML forbids
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def value(one: object) -> str:
    """A text, number, bool, date, list or inline table."""
    match one:
        case bool():
            return "true" if one else "false"
        case str():
            return text(one)
        case float():
            return _float(one)
        case dt.date():  # a datetime is one too
            return one.isoformat()
        case Mapping():
            return "{ " + ", ".join(f"{key(name)} = {value(item)}" for name, item in one.items()) + " }"
        case Sequence():
            return _list([value(item) for item in one])
    return repr(one)


def _float(number: float) -> str:
    """Digits that read back as the same double; a whole number without its point."""
    if number == int(number) and abs(number) < 1e15:
        return str(int(number))
    return repr(number)


def _list(items: Sequence[str]) -> str:
    line = f"[{', '.join(items)}]"
    if len(line) <= _WIDTH:
        return line
    return "[\n" + "".join(f"    {item},\n" for item in items) + "]"


def comment(remark: str) -> str:
    """A remark as comment lines."""
    return "".join(f"# {line}\n" for line in remark.splitlines())
