"""What a name holds while a form is read, beside the values of ``rowwise``: containers, frames, functions."""

from __future__ import annotations

import itertools
import types
from typing import Any, Iterator, Mapping

import numpy as np

from .rowwise import Known, Link, NotProved, Part, Total, choose, kind_of

_serials = itertools.count(1)


class Memory:
    """What arrays may share. ``torn``: it was changed through one of them; the others may see that or not."""

    __slots__ = ("torn",)

    def __init__(self) -> None:
        self.torn = False


class Ref:
    """One object of the form: two names for it see the same. ``sole``: no other array shares its memory."""

    __slots__ = ("memory", "serial", "sole", "value")

    def __init__(self, value: Any, sole: bool = False, memory: Memory | None = None) -> None:
        self.value = value
        self.sole = sole
        self.memory = memory or Memory()
        self.serial = next(_serials)


def serial() -> int:
    """The number of the youngest object; what is made later has a higher one."""
    return next(_serials)


class Listing:
    """A list or tuple that the form makes; with ``column``, a list that has one value a row."""

    def __init__(self, items: list[Ref], kind: type = list) -> None:
        self.items = items
        self.kind = kind


class Mapped:
    """A dict that the form makes."""

    def __init__(self, items: dict[Any, Ref]) -> None:
        self.items = items


class Frame:
    """The frame that the form gets, or one made of columns of as many rows."""

    def __init__(self, columns: dict[Any, Ref]) -> None:
        self.columns = columns


class Row:
    """One row of a frame: ``columns`` hold values of a single row."""

    def __init__(self, columns: dict[Any, Ref]) -> None:
        self.columns = columns


class Rows:
    """What says of a frame only how many rows it has: its length, its index."""


class Numbered:
    """The number of the row at hand, in a loop over rows."""


class Each:
    """What a loop over rows runs through: ``element`` is what it gets for a row."""

    def __init__(self, element: Ref) -> None:
        self.element = element


class Whole:
    """Whether a condition holds for any row, or for all: of a row it says only whether it is refused."""

    def __init__(self, condition: Any) -> None:
        self.condition = condition


class Closure:
    """A function that the form makes while it runs."""

    def __init__(self, node: Any, names: Names, defaults: Mapping[str, Ref]) -> None:
        self.node = node
        self.names = names
        self.defaults = defaults


class Raised:
    """What comes of a row that the form refuses."""


class Names:
    """The names of a call of a function, within those of the functions around it."""

    def __init__(self, own: frozenset[str], live: Mapping[str, Any], above: Names | None = None) -> None:
        self.own = own
        self.live = live  # the globals of its module
        self.above = above
        self.held: dict[str, Ref] = {}
        self.free: dict[str, Any] = {}  # what a live function closes over
        self.captured = False

    def fork(self) -> Names:
        """The same names, to be bound anew without touching these."""
        if self.captured:
            raise NotProved("a function made in a function sees names that a condition changes")
        other = Names(self.own, self.live, self.above)
        other.held, other.free = dict(self.held), self.free
        return other

    def find(self, name: str) -> Ref:
        """What a name stands for. Raises NotProved where it stands for nothing."""
        if name in self.held:
            return self.held[name]
        if name in self.own:
            raise NotProved(f"{name} may have no value, or one of another row")
        if name in self.free:
            return Ref(Known(self.free[name]))
        if self.above is not None:
            return self.above.find(name)
        if name in self.live:
            return Ref(Known(self.live[name]))
        builtins = self.live.get("__builtins__", {})
        known = vars(builtins) if isinstance(builtins, types.ModuleType) else builtins
        if name in known:
            return Ref(Known(known[name]))
        raise NotProved(f"there is no {name}")


def known(ref: Ref) -> Any:
    """The plain value of an object that does not depend on the rows. Raises NotProved where it does."""
    value = ref.value
    if isinstance(value, Known):
        return value.value
    if isinstance(value, Listing):
        return value.kind(known(one) for one in value.items)
    if isinstance(value, Mapped):
        return {key: known(one) for key, one in value.items.items()}
    raise NotProved("something that depends on the rows is used otherwise than row by row")


def is_known(ref: Ref) -> bool:
    """Whether an object does not depend on the rows."""
    try:
        known(ref)
    except NotProved:
        return False
    return True


def row_value(ref: Ref) -> Any:
    """A value row by row. Raises NotProved where it is a frame, a list and so on."""
    value = ref.value
    if ref.memory.torn:
        raise NotProved("a column was changed in place after it had been taken from its frame")
    if isinstance(value, (Known, Part, Total, Link)):
        return value
    return Known(known(ref))


def vectored(value: Any, vector: bool) -> Any:
    """A value as one of a single row, or as one of every row."""
    return value if isinstance(value, Known) else value._replace(vector=vector)


def column_of(found: Ref) -> Ref:
    """The values of single rows as a column."""
    if isinstance(found.value, Row):
        return Ref(Frame({name: column_of(one) for name, one in found.value.columns.items()}))
    if isinstance(found.value, Mapped):
        return Ref(Frame({name: column_of(one) for name, one in found.value.items.items()}))
    plain = row_value(found)
    if isinstance(plain, Known):
        return Ref(Part(None, kind_of(plain)))
    if plain.vector:
        raise NotProved("a column for each row")
    return Ref(vectored(plain, True))


def joined(condition: Any, yes: Ref, no: Ref) -> Ref:
    """One of two objects by a condition: a frame of two frames, a dict of two dicts, and so on."""
    a, b = yes.value, no.value
    if yes is no or isinstance(b, Raised):
        return yes
    if isinstance(a, Raised):
        return no
    if isinstance(a, Mapped) and isinstance(b, Mapped) and list(a.items) == list(b.items):
        return Ref(Mapped({key: joined(condition, one, b.items[key]) for key, one in a.items.items()}))
    if isinstance(a, Listing) and isinstance(b, Listing) and (len(a.items), a.kind) == (len(b.items), b.kind):
        return Ref(Listing([joined(condition, *pair) for pair in zip(a.items, b.items)], a.kind))
    if isinstance(a, Known) and isinstance(b, Known) and _same(a.value, b.value):
        return yes
    return Ref(choose(condition, _plain(yes), _plain(no)))


def _same(a: Any, b: Any) -> bool:
    if a is b:
        return True
    plain = (bool, int, float, str)
    return type(a) is type(b) and isinstance(a, plain) and a == b


def _plain(ref: Ref) -> Any:
    value = row_value(ref)
    if isinstance(value, Known) and not (value.value is None or np.isscalar(value.value)):
        raise NotProved("lists of which rows choose one")
    return value


def items_of(ref: Ref) -> Iterator[Ref]:
    """The elements of a list that does not depend on the rows, or whose length does not."""
    value = ref.value
    if isinstance(value, Listing):
        return iter(list(value.items))
    if isinstance(value, Mapped):
        return (Ref(Known(key)) for key in list(value.items))
    plain = known(ref)
    if isinstance(plain, (list, tuple, dict, range, set, frozenset, np.ndarray, str)) or _is_view(plain):
        return (Ref(Known(one)) for one in list(plain))
    if type(plain).__module__.split(".")[0] == "pandas" or isinstance(plain, (zip, enumerate)):
        return (Ref(Known(one)) for one in list(plain))
    raise NotProved(f"a loop over a {type(plain).__name__}")


def _is_view(plain: Any) -> bool:
    return isinstance(plain, (type({}.keys()), type({}.values()), type({}.items())))
