"""The matrix exposes codecs made badly on purpose, blames none that is sound, and says what is not here."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from miniature_codecs import Miniature, each_column, needs_r

from harness.codecs import pickle, raw
from harness.fidelity.columns import Kind
from harness.fidelity.difference import Difference, Refused
from harness.fidelity.ends import End, Member, of_codecs
from harness.fidelity.matrix import Fidelity, matrix
from harness.fidelity.trials import Direction, Lab
from harness.protocols import Lack

ALONE = End(True)
NO_END = End(False)


def in_python(codec, kinds, session, seed=0):
    """The cells from Python to Python of one codec, by type."""
    cells = matrix([Member("mini", codec, ALONE, NO_END)], kinds, Lab(session), seed)
    return {cell.kind: cell for cell in cells if cell.direction is Direction.PYTHON_PYTHON}


def loss(cell, trait):
    """The one loss of values with a trait."""
    (found,) = [one for one in cell.losses if one.trait == trait]
    return found


def double_change(change):
    """Something done to the values of doubles, nulls left alone."""

    def changed(array):
        if not pa.types.is_float64(array.type):
            return array
        held = array.fill_null(1.5).to_numpy(zero_copy_only=False).copy()
        return pa.array(change(held), mask=array.is_null().to_numpy(zero_copy_only=False))

    return Miniature(each_column(changed))


def test_a_sound_codec_is_exact_for_every_type(session):
    cells = in_python(Miniature(), list(Kind), session)
    of_r_alone = {Kind.LATIN1, Kind.DATE_INTEGER}
    assert {kind for kind, cell in cells.items() if cell.fidelity is Fidelity.EXACT} == set(Kind) - of_r_alone
    assert {cells[kind].fidelity for kind in of_r_alone} == {Fidelity.NOTHING}
    assert all(cells[kind].tried > 4 for kind in set(Kind) - of_r_alone)


def test_a_lost_sign_of_zero_is_found_and_nothing_else(session):
    codec = double_change(lambda held: held + 0.0)
    cell = in_python(codec, [Kind.DOUBLE], session)[Kind.DOUBLE]
    assert cell.fidelity is Fidelity.LOSSY
    assert not cell.every_value
    (only,) = cell.losses
    assert (only.trait, only.result, only.specimen.rows) == (
        "-0.0",
        Difference("values", "-0.0", "0.0", 1),
        1,
    )


def test_nan_for_na_is_found_where_na_stands(session):
    def nan_for_na(array):
        return array.fill_null(float("nan")) if pa.types.is_float64(array.type) else array

    cell = in_python(Miniature(each_column(nan_for_na)), [Kind.DOUBLE], session)[Kind.DOUBLE]
    assert cell.fidelity is Fidelity.LOSSY
    assert {one.trait for one in cell.losses} == {"NA", "NA beside NaN", "nothing but NA"}
    found = loss(cell, "NA")
    assert str(found.result) == "NA → NaN"
    assert found.specimen.columns[0].values == (None,)


def test_single_precision_inside_is_found_with_a_number_that_it_cannot_hold(session):
    codec = double_change(lambda held: held.astype("<f4").astype("<f8"))
    with np.errstate(over="ignore"):
        cell = in_python(codec, [Kind.DOUBLE], session)[Kind.DOUBLE]
    assert not cell.every_value
    assert {"16 and 17 digits", "huge and tiny", "subnormals"} <= {one.trait for one in cell.losses}
    example = loss(cell, "16 and 17 digits").specimen
    assert example.rows == 1
    value = example.columns[0].values[0]
    assert float(np.float32(value)) != value


def test_a_lost_time_zone_is_found(session):
    def without_zone(array):
        return array.view(pa.timestamp("us")) if pa.types.is_timestamp(array.type) else array

    cell = in_python(Miniature(each_column(without_zone)), [Kind.DATETIME], session)[Kind.DATETIME]
    assert cell.every_value
    assert str(loss(cell, "plain values").result) == 'zone "UTC" → none'
    assert {str(one.result) for one in cell.losses} == {'zone "UTC" → none'}


def test_dropped_unused_levels_are_found_and_shrunk_to_one_row(session):
    def used_only(array):
        if not pa.types.is_dictionary(array.type) or not len(array) or array.null_count:
            return array
        found = array.cast(pa.string()).dictionary_encode()
        order = [one for one in array.dictionary.to_pylist() if one in found.dictionary.to_pylist()]
        codes = [order.index(one) if one is not None else None for one in array.to_pylist()]
        indices = pa.array(codes, pa.int32())
        return pa.DictionaryArray.from_arrays(indices, pa.array(order), ordered=array.type.ordered)

    cell = in_python(Miniature(each_column(used_only)), [Kind.FACTOR], session)[Kind.FACTOR]
    found = loss(cell, "unused levels")
    assert isinstance(found.result, Difference)
    assert found.result.aspect == "levels"
    assert found.specimen.rows == 1
    assert len(found.specimen.columns[0].levels) == 2


def test_a_codec_that_refuses_some_values_alters_none(session):
    def no_infinities(held):
        if np.isinf(held).any():
            raise ValueError("no infinities, please")
        return held

    cell = in_python(double_change(no_infinities), [Kind.DOUBLE], session)[Kind.DOUBLE]
    assert cell.fidelity is Fidelity.REFUSES
    (only,) = cell.losses
    assert (only.trait, only.result) == ("infinities", Refused("no infinities, please"))


def test_a_codec_that_refuses_plain_values_does_not_support_the_type(session):
    def refuse(array):
        if pa.types.is_date32(array.type):
            raise TypeError("what is a date?")
        return array

    cells = in_python(Miniature(each_column(refuse)), [Kind.DATE, Kind.DOUBLE], session)
    assert cells[Kind.DATE].fidelity is Fidelity.UNSUPPORTED
    assert "what is a date?" in cells[Kind.DATE].reason
    assert cells[Kind.DOUBLE].fidelity is Fidelity.EXACT


def test_a_fault_of_the_codec_itself_is_no_refusal(session):
    def broken(batch):
        raise KeyError("a bug")

    with pytest.raises(KeyError, match="a bug"):
        in_python(Miniature(broken), [Kind.DOUBLE], session)


def test_the_same_seed_gives_the_same_matrix(session):
    codec = double_change(lambda held: held.astype("<f4").astype("<f8"))
    with np.errstate(over="ignore"):
        once, again, other = (in_python(codec, [Kind.DOUBLE], session, seed) for seed in (3, 3, 4))
    assert repr(once) == repr(again)  # a NaN is never equal to itself
    assert other[Kind.DOUBLE].fidelity is Fidelity.LOSSY


def test_an_end_that_nobody_wrote_and_one_that_is_not_here_are_two_things(session):
    lacking = End(True, Lack("R has no package x here", "install.packages('x')"))
    one_sided = Member("one-sided", pickle, ALONE, NO_END)
    not_here = Member("not-here", raw, ALONE, lacking)
    cells = matrix([one_sided, not_here], [Kind.DOUBLE], Lab(session))
    said = {(c.codec, c.direction): (c.fidelity, c.reason) for c in cells}
    assert said["one-sided", Direction.PYTHON_R] == (Fidelity.UNSUPPORTED, "no end in R")
    assert said["not-here", Direction.R_R] == (
        Fidelity.MISSING,
        "R has no package x here; install.packages('x')",
    )
    assert said["not-here", Direction.PYTHON_PYTHON][0] is Fidelity.EXACT


@needs_r
@pytest.mark.parametrize(
    ("change", "kind", "trait", "says"),
    [
        ("if (is.double(x) && !is.object(x)) x + 0 else x", Kind.DOUBLE, "-0.0", "-0.0 → 0.0"),
        ("if (is.double(x) && !is.object(x)) ifelse(is.na(x), NaN, x) else x", Kind.DOUBLE, "NA", "NA → NaN"),
        (
            "if (inherits(x, 'POSIXct')) { attr(x, 'tzone') <- NULL; x } else x",
            Kind.DATETIME,
            "plain values",
            'zone "UTC" → none',
        ),
        ("if (is.factor(x) && length(x)) factor(x) else x", Kind.FACTOR, "unused levels", "levels"),
        ("if (is.character(x)) enc2utf8(x) else x", Kind.LATIN1, "plain values", "mark latin1 → UTF-8"),
        (
            "if (inherits(x, 'difftime') && length(x)) { units(x) <- 'secs'; x } else x",
            Kind.DIFFTIME,
            "minutes",
            'units "mins" → "secs"',
        ),
        (
            "if (inherits(x, 'Date')) structure(floor(unclass(x)), class = 'Date') else x",
            Kind.DATE,
            "part of a day",
            "day 0.5 → 1970-01-01",
        ),
    ],
)
def test_r_itself_exposes_a_bad_r_end(session, r_end, change, kind, trait, says):
    members = of_codecs({"bad": Miniature(R_END=r_end(change))}, session)
    cells = matrix(members, [kind], Lab(session))
    (cell,) = [one for one in cells if one.direction is Direction.R_R]
    assert cell.fidelity is Fidelity.LOSSY
    assert says in str(loss(cell, trait).result)
    from_python = [one for one in cells if one.direction.sender.value == "Python"]
    assert all(one.fidelity in (Fidelity.EXACT, Fidelity.NOTHING) for one in from_python)


@needs_r
def test_what_python_alters_is_seen_by_r_bit_by_bit(session):
    codec = Miniature(double_change(lambda held: held + 0.0).change, R_END=raw.R_END)
    cells = matrix(of_codecs({"bad": codec}, session), [Kind.DOUBLE], Lab(session))
    by_direction = {cell.direction: cell for cell in cells}
    assert by_direction[Direction.R_R].fidelity is Fidelity.EXACT
    assert by_direction[Direction.R_PYTHON].fidelity is Fidelity.EXACT
    (only,) = by_direction[Direction.PYTHON_R].losses
    assert str(only.result) == "-0.0 → 0.0"


@needs_r
def test_an_r_end_that_ends_r_is_refused_and_the_rest_is_tried_all_the_same(session, r_end):
    kill = "if (is.double(x) && any(is.infinite(x))) quit('no', 3L) else x"
    cells = matrix(of_codecs({"bad": Miniature(R_END=r_end(kill))}, session), [Kind.DOUBLE], Lab(session))
    (cell,) = [one for one in cells if one.direction is Direction.R_R]
    assert cell.fidelity is Fidelity.REFUSES
    assert {one.trait for one in cell.losses} == {"infinities"}
    assert "R ended" in str(cell.losses[0].result)
