"""Any column of any type, as Hypothesis draws it, through the codecs of R's vectors: not a bit is lost.

The tables go to R in raw bits and through each codec; R compares what it reads, Python what it reads.
"""

from __future__ import annotations

import numpy as np
import pytest
from miniature_codecs import needs_r

from harness.codecs import raw, rds_native, rds_xdr, serialize
from harness.fidelity.columns import Column, Kind, Specimen, is_na
from harness.fidelity.ends import of_codecs
from harness.fidelity.hostile_numbers import double
from harness.fidelity.r_session import RSession
from harness.fidelity.trials import Direction, Lab, Trial

hypothesis = pytest.importorskip("hypothesis", reason="hypothesis comes with the extra of that name")
st = pytest.importorskip("hypothesis.strategies")

CODECS = {"raw": raw, "serialize": serialize, "rds_native": rds_native, "rds_xdr": rds_xdr}
MILLENNIA = 60_000 * 365  # days: as far as a double counts microseconds is less than that
LATEST_US = 2**52

doubles = st.integers(0, 2**64 - 1).map(double).filter(lambda value: not is_na(value)) | st.floats()
texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)
latin1 = st.text(st.characters(codec="latin-1", exclude_characters="\0"), max_size=6)
instants = st.integers(-LATEST_US, LATEST_US)
zones = st.sampled_from([None, "UTC", "Europe/Berlin", "America/St_Johns"])
levels = st.lists(texts, min_size=1, max_size=5, unique=True).map(tuple)


def values(of, rows):
    return st.lists(st.none() | of, min_size=rows, max_size=rows).map(tuple)


def columns(kind, rows):
    """Columns of one type with so many rows."""
    simple = {
        Kind.DOUBLE: doubles,
        Kind.INTEGER: st.integers(-(2**31) + 1, 2**31 - 1),
        Kind.LOGICAL: st.booleans(),
        Kind.CHARACTER: texts,
        Kind.LATIN1: latin1,
        Kind.DATE: st.integers(-MILLENNIA, MILLENNIA),
        Kind.DATE_INTEGER: st.integers(-MILLENNIA, MILLENNIA),
        Kind.DIFFTIME: st.integers(-LATEST_US, LATEST_US).map(lambda ticks: ticks / 1e6),
        Kind.INTEGER64: st.integers(-(2**63) + 1, 2**63 - 1),
    }
    if kind in simple:
        return st.builds(lambda held: Column(kind, held), values(simple[kind], rows))
    if kind is Kind.DATETIME:
        return st.builds(lambda held, zone: Column(kind, held, zone=zone), values(instants, rows), zones)
    coded = levels.flatmap(lambda held: st.tuples(st.just(held), values(st.integers(0, len(held) - 1), rows)))
    return coded.map(lambda pair: Column(kind, pair[1], levels=pair[0]))


@pytest.fixture(scope="module")
def lab():
    with RSession() as session:
        held = Lab(session)
        held.members = of_codecs(CODECS, session)
        yield held


@needs_r
@pytest.mark.parametrize("kind", [kind for kind in Kind if kind not in (Kind.NAMES, Kind.SHAPE)])
def test_any_column_comes_back_bit_by_bit_in_every_direction(lab, kind):
    drawn = st.integers(0, 5).flatmap(lambda rows: columns(kind, rows)).map(Specimen.of)

    @hypothesis.settings(max_examples=8, deadline=None, derandomize=True, database=None)
    @hypothesis.given(st.lists(drawn, min_size=8, max_size=8))
    def comes_back(specimens):
        trials = [
            Trial(member, direction, specimen)
            for member in lab.members
            for direction in Direction
            for specimen in specimens
            if not (direction.sender.value == "Python" and specimen.is_of_r_alone)
        ]
        lost = [
            (trial.member.name, str(trial.direction), str(result), trial.specimen)
            for trial, result in zip(trials, lab.run(trials), strict=True)
            if result is not None
        ]
        assert lost == []

    comes_back()


@needs_r
def test_names_of_any_text_come_back(lab):
    drawn = st.lists(texts, min_size=1, max_size=4, unique=True)

    @hypothesis.settings(max_examples=20, deadline=None, derandomize=True, database=None)
    @hypothesis.given(drawn)
    def come_back(names):
        specimen = Specimen(tuple(Column(Kind.DOUBLE, (0.5,), name) for name in names), 1)
        trials = [Trial(member, way, specimen) for member in lab.members for way in Direction]
        assert lab.run(trials) == [None] * len(trials)

    come_back()


@needs_r
def test_a_million_rows_come_back(lab):
    """Too many for an expression: R makes its own from the raw columns, and says what it has."""
    import pyarrow as pa

    rng = np.random.default_rng(0)
    bits = rng.integers(0, 2**63, 1_000_000, dtype=np.uint64).view("<f8")
    batch = pa.RecordBatch.from_arrays(
        [pa.array(bits), pa.array(rng.integers(0, 9, 1_000_000, dtype=np.int32))], ["x", "n"]
    )
    session = lab._session
    path = session.folder / "million"
    path.write_bytes(raw.encode(batch))
    assert session.say(f"clock_table('raw', {str(path)!r})") == "rows 1000000"
    for name in CODECS:
        status, size, *_ = session.say(f"clock_first({name!r})").split()
        assert (name, status) == (name, "exact")
        assert int(size) > 1_000_000
    path.unlink()
