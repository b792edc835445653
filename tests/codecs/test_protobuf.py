"""The messages are written down twice, in code for Python and as text for R: they must say the same."""

from __future__ import annotations

import re

import pyarrow as pa
import pytest

from harness.codecs import protobuf

pytest.importorskip("google.protobuf", reason="protobuf comes with the extra 'codecs'")

_TYPES = {"double": 1, "string": 9, "uint32": 13, "sint32": 17, "sint64": 18}


def test_the_message_for_r_has_the_fields_of_the_message_in_code():
    text = (protobuf.R_END.parent / "table.proto").read_text("utf-8")
    column = text.split("message Column {")[1].split("}")[0]
    written = [
        (name, int(number), _TYPES[kind], bool(repeated))
        for repeated, kind, name, number in re.findall(r"(repeated )?(\w+) (\w+) = (\d+);", column)
    ]
    assert tuple(written) == protobuf._COLUMN


def test_missing_values_are_told_by_their_rows():
    batch = pa.RecordBatch.from_arrays([pa.array([None, 1.5, None])], names=["x"])
    table = protobuf._message()()
    table.ParseFromString(protobuf.encode(batch))
    assert list(table.columns[0].missing) == [0, 2]
    assert list(table.columns[0].doubles) == [0.0, 1.5, 0.0]


def test_a_type_without_a_place_is_refused_by_name():
    with pytest.raises(TypeError, match="no place for list<"):
        protobuf.encode(pa.RecordBatch.from_pydict({"x": [[1]]}))
