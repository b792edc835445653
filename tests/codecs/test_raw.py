"""Raw columns: their bytes are written down, and damaged ones are refused."""

from __future__ import annotations

import struct

import numpy as np
import pyarrow as pa
import pytest

from harness.codecs import raw


def test_the_bytes_are_as_described():
    batch = pa.RecordBatch.from_arrays([pa.array([1.5, None])], names=["ab"])
    name = struct.pack("<iii", 1, 2, 2) + b"ab"
    missing = struct.pack("<Q", 0x7FF0_0000_0000_07A2)
    column = struct.pack("<iii", 0, 0, 2) + struct.pack("<d", 1.5) + missing
    assert raw.encode(batch) == b"PRW1" + struct.pack("<id", 1, 2.0) + name + column


def test_nan_payloads_stay_beside_missing_values():
    held = np.array([0x7FF8_0000_0000_0007, 0, 0xFFF8_0000_0000_0000], "<u8").view("<f8")
    batch = pa.RecordBatch.from_arrays([pa.array(held, mask=np.array([False, True, False]))], names=["x"])
    came = raw.decode(raw.encode(batch)).column(0)
    assert came.is_null().to_pylist() == [False, True, False]
    bits = came.fill_null(0.0).to_numpy().view("<u8")
    assert bits.tolist() == [0x7FF8_0000_0000_0007, 0, 0xFFF8_0000_0000_0000]


def test_a_batch_that_is_part_of_a_larger_one_is_written_from_where_it_begins():
    whole = pa.RecordBatch.from_pydict({"x": ["a", "bb", None, "dddd"], "y": [1.0, 2.0, None, 4.0]})
    part = whole.slice(1, 3)
    assert raw.decode(raw.encode(part)).to_pydict() == part.to_pydict()


def test_other_bytes_and_half_of_them_are_refused():
    with pytest.raises(ValueError, match="no raw columns: they begin with b'PK"):
        raw.decode(b"PK\x03\x04")
    whole = raw.encode(pa.RecordBatch.from_pydict({"x": [1.5]}))
    with pytest.raises(ValueError, match=f"end in the middle, after {len(whole) - 1} bytes"):
        raw.decode(whole[:-1])


def test_what_r_has_no_vector_for_is_refused_by_name():
    with pytest.raises(TypeError, match="R has no vector for uint64"):
        raw.encode(pa.RecordBatch.from_arrays([pa.array([1], pa.uint64())], names=["x"]))
