"""How ends are timed: by turns, as often as there is time for, and what a wrong or refused table gives."""

from __future__ import annotations

import random

import pyarrow as pa
import pytest
from miniature_codecs import Miniature, each_column, needs_r

from harness.codecs import raw, serialize
from harness.fidelity import costs as timing
from harness.fidelity.columns import Kind
from harness.fidelity.costs import ENOUGH, ROUNDS, Cost, costs
from harness.fidelity.ends import End, Language, Member, of_codecs
from harness.fidelity.lanes import First, PythonLane
from harness.fidelity.workload import COLUMNS, table, timed_kinds

TABLE = table(3, [Kind.DOUBLE])


class ScriptedLane:
    """An end whose times are written down, and that counts what it is asked for."""

    language = Language.PYTHON

    def __init__(self, name: str, once_ns: int, refused: str | None = None) -> None:
        self.member = Member(name, Miniature(), End(True), End(False))
        self.once_ns, self.refused = once_ns, refused
        self.turns: list[tuple[int, int]] = []

    def first(self) -> First:
        return First(self.once_ns, self.once_ns, 7, exact=True, refused=self.refused)

    def turn(self, encodings: int, decodings: int) -> tuple[int, int]:
        self.turns.append((encodings, decodings))
        return self.once_ns * encodings, self.once_ns * decodings


def measured(*lanes: ScriptedLane, seconds: float = 0.1) -> dict[str, Cost]:
    found = timing._measure(lanes, TABLE, seconds, random.Random(0), lambda words: None)
    return {cost.codec: cost for cost in found}


def test_a_quick_end_is_called_many_times_a_sample_and_has_a_sample_each_round():
    quick = ScriptedLane("quick", 10_000)
    cost = measured(quick, seconds=10.0)["quick"]
    assert len(cost.encode_ns) == len(cost.memcpy_ns) == ROUNDS
    assert set(quick.turns) == {(100, 100)}
    assert set(cost.encode_ns) == {10_000.0}


def test_a_slow_end_has_few_samples_and_a_very_slow_one_its_first_call_alone():
    medium, slow = ScriptedLane("medium", 40_000_000), ScriptedLane("slow", 100_000_000)
    slower = ScriptedLane("slower", 5_000_000_000)
    found = measured(medium, slow, slower)
    assert (len(found["medium"].encode_ns), len(found["slow"].encode_ns)) == (ENOUGH, 3)
    assert len(found["slower"].encode_ns) == 1
    assert slower.turns == []


def test_a_table_that_an_end_refuses_is_not_timed():
    refusing = ScriptedLane("refusing", 1_000, refused="no dates")
    cost = measured(refusing)["refusing"]
    assert (cost.refused, cost.timed, refusing.turns) == ("no dates", False, [])


def test_ratios_are_of_medians_taken_side_by_side():
    cost = Cost("x", Language.R, 1, 160, 80, True, None, None, (20.0, 30.0, 900.0), (5.0,) * 3, (10.0,) * 3)
    assert (cost.encode, cost.decode, cost.size) == (3.0, 0.5, 0.5)


def test_a_table_that_comes_back_altered_is_timed_and_said_to_be():
    def rounded(array: pa.Array) -> pa.Array:
        return pa.array([float(f"{value:.3g}") for value in array.to_pylist()])

    sound = Member("sound", Miniature(), End(True), End(False))
    bad = Member("bad", Miniature(each_column(rounded)), End(True), End(False))
    assert PythonLane(sound, TABLE).first().exact
    assert not PythonLane(bad, TABLE).first().exact


@needs_r
def test_an_r_end_that_ends_r_while_it_is_timed_takes_no_other_end_of_python_with_it(session, r_end):
    kill = "if (length(x) == 2L) quit('no', 3L) else x"
    codecs = {"a": serialize, "bad": Miniature(R_END=r_end(kill))}
    found = costs(of_codecs(codecs, session), [2, 5], [Kind.DOUBLE], session, 0.001)
    ends = {(cost.codec, cost.language, cost.rows): cost for cost in found}
    assert "R ended" in ends["bad", Language.R, 2].refused
    assert not ends["bad", Language.R, 2].timed
    assert ends["a", Language.PYTHON, 2].timed
    assert ends["a", Language.R, 5].timed  # R is there again
    assert ends["bad", Language.R, 5].timed


@needs_r
def test_both_ends_are_timed_on_one_table_and_an_end_of_two_codecs_once(session):
    codecs = {"a": serialize, "b": Miniature(R_END=serialize.R_END), "c": raw}
    found = costs(of_codecs(codecs, session), [2, 5], [Kind.DOUBLE, Kind.FACTOR], session, 0.001)
    ends = {(cost.codec, cost.language, cost.rows): cost for cost in found}
    assert len(ends) == len(found) == 12
    for (codec, language, _), cost in ends.items():
        if (codec, language) == ("b", Language.R):
            assert (cost.same_as, cost.timed) == ("a", False)
        else:
            assert cost.exact
            assert len(cost.encode_ns) == len(cost.decode_ns) == len(cost.memcpy_ns) >= ENOUGH
            assert min(cost.encode_ns) > 0
    a, b = (ends["a", language, 5] for language in Language)
    assert a.size_bytes == b.size_bytes  # R and Python write the very same format


@pytest.mark.parametrize("kind", [kind for kind in Kind if timed_kinds([kind]) == (kind,)])
def test_the_timed_table_has_no_missing_value_and_the_types_in_turn(kind):
    batch = table(50, [kind, Kind.DOUBLE])
    assert (batch.num_rows, batch.num_columns) == (50, COLUMNS)
    assert sum(column.null_count for column in batch.columns) == 0
    assert {str(one) for one in batch.schema.types[1::2]} == {"double"}
    assert batch.equals(table(50, [kind, Kind.DOUBLE]))
    assert raw.decode(raw.encode(batch)).schema.types == batch.schema.types


def test_types_that_no_column_has_are_timed_as_doubles():
    assert timed_kinds([Kind.NAMES, Kind.SHAPE]) == (Kind.DOUBLE,)
    assert timed_kinds([Kind.NAMES, Kind.DATE]) == (Kind.DATE,)
