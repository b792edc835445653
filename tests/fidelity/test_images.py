"""The two images of one specimen: made apart, they must be the same table."""

from __future__ import annotations

import struct

import numpy as np
import pyarrow as pa
import pytest
from miniature_codecs import needs_r

from harness.codecs import serialize
from harness.fidelity import arrow_image, arrow_judge, r_image
from harness.fidelity.columns import Column, Kind, Specimen
from harness.fidelity.hostile import traits
from harness.fidelity.traits import PLAIN


def specimens(kind):
    return [one for trait in traits(kind) for one in trait.specimens(np.random.default_rng(0))]


@pytest.mark.parametrize("kind", Kind)
def test_every_type_has_plain_values_first_and_several_traits(kind):
    found = traits(kind)
    assert found[0].name == PLAIN
    assert len({trait.name for trait in found}) == len(found) >= 2
    assert all(list(trait.specimens(np.random.default_rng(0))) for trait in found)


def test_doubles_are_as_their_bits_are():
    payload = struct.unpack("<d", struct.pack("<Q", 0x7FF8_0000_0000_0007))[0]
    specimen = Specimen.of(Column(Kind.DOUBLE, (-0.0, None, payload)))
    array = arrow_image.batch(specimen).column(0)
    assert array.is_null().to_pylist() == [False, True, False]
    bits = array.fill_null(0.0).to_numpy().view("<u8")
    assert [hex(one) for one in bits.tolist()] == ["0x8000000000000000", "0x0", "0x7ff8000000000007"]
    hexed = "0000000000000080" + "a20700000000f07f" + "070000000000f87f"
    assert r_image.expression(specimen) == f"table_of(list(doubles('{hexed}')), c('78'), 3L)"


def test_what_arrow_cannot_say_has_no_image_there():
    assert arrow_image.batch(Specimen.of(Column(Kind.DATE, (0.5,)))) is None
    assert arrow_image.batch(Specimen.of(Column(Kind.DATE, (1, None)))) is not None


@needs_r
@pytest.mark.parametrize("kind", Kind)
def test_r_has_the_very_table_that_arrow_has(session, kind):
    """R serializes its image, Python reads that: whatever differs is a fault of an image."""
    from harness.fidelity.ends import of_codecs

    of_codecs({"r": serialize}, session)
    held = [one for one in specimens(kind) if arrow_image.batch(one) is not None]
    answers = session.check([("trip", "r", r_image.expression(one), b"") for one in held])
    for specimen, answer in zip(held, answers, strict=True):
        assert answer.result is None
        assert answer.data is not None
        assert arrow_judge.difference(arrow_image.batch(specimen), serialize.decode(answer.data)) is None


@needs_r
def test_the_judge_in_r_tells_what_differs_and_where(session, tmp_path):
    """An R end that gives back another table, so that each kind of difference is seen by R."""
    from miniature_codecs import Miniature

    from harness.fidelity.ends import of_codecs

    def judged(sent, came):
        path = tmp_path / f"end{len(list(tmp_path.iterdir()))}.R"
        path.write_text(
            "encode <- function(frame) raw(1L)\n"
            f"decode <- function(bytes) data.frame(x = {came}, stringsAsFactors = FALSE)\n"
        )
        of_codecs({"judged": Miniature(R_END=path)}, session)
        (answer,) = session.check([("trip", "judged", r_image.expression(Specimen.of(sent)), b"")])
        return None if answer.result is None else (str(answer.result), answer.result.row)

    numbers = Column(Kind.DOUBLE, (1.5, -0.0))
    assert judged(numbers, "c(1.5, -0)") is None
    assert judged(numbers, "c(1.5, 0)") == ("-0.0 → 0.0", 2)
    assert judged(Column(Kind.DOUBLE, (1.0, None)), "c(1L, NA)") == ("double → integer, values the same", 0)
    assert judged(Column(Kind.DOUBLE, (None, 1.0)), "c(NaN, 1)") == ("NA → NaN", 1)
    assert judged(Column(Kind.INTEGER, (7,)), "8L") == ("7 → 8", 1)
    assert judged(Column(Kind.LOGICAL, (True, None)), "c(TRUE, FALSE)") == ("NA → FALSE", 2)
    assert judged(Column(Kind.CHARACTER, ("NA", None)), "c(NA, NA_character_)") == ('"NA" → NA', 1)
    assert judged(Column(Kind.INTEGER64, (5,)), "5") == ("integer64 → double, values the same", 0)
    levels = Column(Kind.FACTOR, (0,), levels=("a", "b"))
    assert judged(levels, "factor('a')") == ('levels ("a", "b") → ("a")', 0)
    assert judged(levels, "'a'") == ("factor → character, values the same", 0)
    assert judged(Column(Kind.DATE, (0,)), "as.Date('1970-01-02')") == ("1970-01-01 → 1970-01-02", 1)
    assert judged(Column(Kind.DATE, (0,)), "as.Date(0L, origin = '1970-01-01') + 0:1") == ("rows 1 → 2", 0)
    assert judged(Column(Kind.DATETIME, (500_000,), zone="UTC"), "as.POSIXct(0, 'UTC', '1970-01-01')") == (
        "1970-01-01 00:00:00.500000 UTC → 1970-01-01 00:00:00 UTC",
        1,
    )


def test_an_arrow_type_of_another_width_or_unit_is_no_difference():
    seconds = pa.RecordBatch.from_arrays([pa.array([2], pa.duration("s"))], names=["x"])
    micros = pa.RecordBatch.from_arrays([pa.array([2_000_000], pa.duration("us"))], names=["x"])
    assert arrow_judge.difference(micros, seconds) is None
    narrow = pa.DictionaryArray.from_arrays(pa.array([0], pa.int8()), pa.array(["a"], pa.large_string()))
    wide = pa.DictionaryArray.from_arrays(pa.array([0], pa.int32()), pa.array(["a"]))
    batches = [pa.RecordBatch.from_arrays([one], names=["x"]) for one in (wide, narrow)]
    assert arrow_judge.difference(*batches) is None


@pytest.mark.parametrize(
    ("sent", "came", "says"),
    [
        (pa.array([1], pa.int32()), pa.array([1], pa.int64()), "int32 → int64, values the same"),
        (pa.array([1, None], pa.int32()), pa.array([1.0, None]), "int32 → float64, values the same"),
        (pa.array(["1"]), pa.array([1]), "string → int64"),
        (pa.array([True]), pa.array(["True"]), "bool → string"),
        (pa.array([0.0]), pa.array([-0.0]), "0.0 → -0.0"),
        (pa.array([None], pa.string()), pa.array([""]), 'NA → ""'),
        (pa.array([1.5]), pa.array([1.5, 2.5]), "rows 1 → 2"),
        (
            pa.array(["a"]),
            pa.array(["a"]).dictionary_encode(),
            "string → dictionary of strings, values the same",
        ),
        (pa.array([1], pa.timestamp("us")), pa.array([1], pa.timestamp("us", "UTC")), 'zone none → "UTC"'),
        (pa.array([1500], pa.duration("us")), pa.array([1], pa.duration("ms")), "1500 us → 1000 us"),
    ],
)
def test_the_judge_in_python_says_what_is_other(sent, came, says):
    batches = [pa.RecordBatch.from_arrays([one], names=["x"]) for one in (sent, came)]
    assert str(arrow_judge.difference(*batches)) == says
    assert arrow_judge.difference(batches[0], batches[0]) is None


def test_another_number_of_columns_or_other_names_are_told_first():
    one = pa.RecordBatch.from_pydict({"x": [1.5]})
    assert str(arrow_judge.difference(one, pa.RecordBatch.from_pydict({"y": [1.5]}))) == 'names "x" → "y"'
    two = pa.RecordBatch.from_pydict({"x": [1.5], "y": [1.5]})
    assert str(arrow_judge.difference(one, two)) == "columns 1 → 2"
    assert str(arrow_judge.difference(one, {"x": [1.5]})) == "frame RecordBatch → dict"
