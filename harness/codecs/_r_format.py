"""The numbers of R's serialization format (versions 2 and 3), as R's ``serialize.c`` has them.

A header, then each object as flags (its type, whether it has attributes, the encoding of a text), its length
and its data; attributes follow as a pairlist.
"""

from __future__ import annotations

SYMBOL, PAIRLIST, CHAR, LOGICAL, INTEGER, DOUBLE, TEXT, LIST = 1, 2, 9, 10, 13, 14, 16, 19
ALTREP, GLOBAL, NIL, REFERENCE = 238, 253, 254, 255
OBJECT, ATTRIBUTES, TAG = 1 << 8, 1 << 9, 1 << 10
LATIN1, UTF8, ASCII = 4 << 12, 8 << 12, 64 << 12
BIG_ENDIAN, NATIVE = b"X\n", b"B\n"
NA_INTEGER = -(2**31)
