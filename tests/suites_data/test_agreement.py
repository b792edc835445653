"""Each bundled model gives one answer in all its forms: on the data, and where forms part."""

import math
from collections.abc import Iterator

import numpy as np
import pytest

MODELS = ["german_scorecard", "german_logit", "german_tree", "german_forest"]
FORMS = [(model, form) for model in MODELS for form in ("python", "onnx")]
FORMS.append(("german_scorecard", "torch"))
UNSEEN = ["", " ", "NA", "vacation", "Car, new", "car, new ", "caf\u00e9\n", "-1", "0"]
BACKGROUNDS = 8
STEP = 500

Row = dict[str, object]


def rows_of(table: dict[str, list]) -> list[Row]:
    return [dict(zip(table, cells, strict=True)) for cells in zip(*table.values(), strict=True)]


def around(edge: float) -> list[float]:
    return [math.nextafter(edge, -math.inf), edge, math.nextafter(edge, math.inf)]


def is_legal(value, declared: dict) -> bool:
    if value is None:
        return declared.get("missing", False)
    if declared["type"] in ("category", "bool"):
        return True
    in_range = declared["min"] <= value <= declared["max"]
    return in_range or value in declared.get("special", [])


# probes


def values_worth_trying(declared: dict, edges: list[float]) -> list:
    kind = declared["type"]
    if kind == "category":
        values = [*declared["levels"], *(UNSEEN if declared.get("unseen") else [])]
    elif kind == "bool":
        values = [False, True]
    elif kind == "int":
        values = list(range(declared["min"], declared["max"] + 1))
    else:
        ends = [declared["min"], declared["max"]]
        values = [float(v) for edge in [*edges, *ends] for v in around(edge)]
    values += [*declared.get("special", []), None]
    return [value for value in values if is_legal(value, declared)]


def one_at_a_time(suite, backgrounds: list[Row]) -> Iterator[Row]:
    """Every level, edge, end, special and missing value of one input, the rest from a real row."""
    table = suite.neutral.get("characteristics", {})
    for name, declared in suite.inputs.items():
        edges = table.get(name, {}).get("breaks", [])
        for value in values_worth_trying(declared, edges):
            yield from ({**row, name: value} for row in backgrounds)


def at_edges_of_the_instalment(suite, backgrounds: list[Row]) -> Iterator[Row]:
    """Amounts and durations whose quotient is an edge, or as near to one as doubles come."""
    for edge in suite.neutral["characteristics"]["monthly_instalment"]["breaks"]:
        for duration in range(4, 73):
            nearest = edge * duration
            below = math.nextafter(nearest, 0)
            for amount in [math.nextafter(below, 0), below, *around(nearest)[1:]]:
                for row in backgrounds[:2]:
                    yield {**row, "duration_months": float(duration), "credit_amount": amount}


def paths(nodes: list[dict], inputs: dict) -> dict[int, dict]:
    """For each node, what a row must fulfil to reach it: closed intervals, and lists of levels."""
    whole = {
        name: d.get("levels") or (d["min"], d["max"]) for name, d in inputs.items() if d["type"] != "bool"
    }
    found = {0: whole}
    for i, node in enumerate(nodes):
        if "pd" in node or i not in found:
            continue
        name, here = node["input"], found[i]
        if "yes_levels" in node:
            yes, no = ([x for x in here[name] if x in node[s]] for s in ("yes_levels", "no_levels"))
        else:
            low, high = here[name]
            below, edge, above = around(node.get("below", node.get("at_most")))
            last, first = (below, edge) if "below" in node else (edge, above)
            yes, no = (low, min(high, last)), (max(low, first), high)
        found[node["yes"]], found[node["no"]] = {**here, name: yes}, {**here, name: no}
    return found


def fulfil(wanted, value, declared: dict):
    """The value, or the nearest one that fulfils what is wanted; ValueError if none does."""
    if "levels" in declared:
        if not wanted:
            raise ValueError
        return value if value in wanted else wanted[0]
    low, high = wanted
    if declared["type"] == "int":
        low, high = math.ceil(low), math.floor(high)
    if low > high:
        raise ValueError
    return min(max(value, low), high)


def values_at(node: dict, wanted, declared: dict) -> list:
    if "levels" in declared:
        values = list(wanted)
    elif declared["type"] == "int":
        edge = node.get("below", node.get("at_most"))
        values = [math.floor(edge), math.floor(edge) + 1]
    else:
        values = around(node.get("below", node.get("at_most")))
    inside = [v for v in values if "levels" in declared or wanted[0] <= v <= wanted[1]]
    return [v for v in [*inside, None] if is_legal(v, declared)]


def at_every_split(suite, backgrounds: list[Row]) -> Iterator[Row]:
    """Rows led to each split of each tree, with its exact value, the next doubles, each level."""
    for nodes in suite.neutral["trees"]:
        reach = paths(nodes, suite.inputs)
        for i, node in enumerate(nodes):
            if "pd" in node:
                continue
            row = backgrounds[i % len(backgrounds)]
            try:
                led = {n: fulfil(reach[i][n], row[n], d) for n, d in suite.inputs.items()}
            except ValueError:
                continue  # no row gets here
            name = node["input"]
            for value in values_at(node, reach[i][name], suite.inputs[name]):
                yield {**led, name: value}


def probes(suite) -> dict[str, list]:
    rows = rows_of(suite.data())
    rng = np.random.default_rng(20240501)
    backgrounds = [rows[i] for i in rng.choice(len(rows), BACKGROUNDS, replace=False)]
    found = list(one_at_a_time(suite, backgrounds))
    if "characteristics" in suite.neutral:
        found += at_edges_of_the_instalment(suite, backgrounds)
    if "trees" in suite.neutral:
        found += at_every_split(suite, backgrounds)
    return {name: [row[name] for row in [*rows, *found]] for name in suite.inputs}


# answers


@pytest.fixture(scope="session")
def asked(suite, tmp_path_factory):
    """The data and the probes of a model, R's answers, and R's numbers of the model: asked once."""
    known = {}

    def ask(name):
        if name not in known:
            table = probes(suite(name))
            exchange = tmp_path_factory.mktemp(name)
            answers = suite(name).r(table, exchange)
            known[name] = table, answers, np.fromfile(exchange / "model-numbers.bin", "<f8")
        return known[name]

    return ask


def disagreeing(reference: np.ndarray, candidate: np.ndarray, declared: dict) -> np.ndarray:
    """The rows that are not equal, element by element."""
    if reference.dtype == object:
        return np.flatnonzero(reference != candidate)
    equal = declared.get("equal", "exact")
    rtol, atol = (0, 0) if equal == "exact" else (equal["rtol"], equal["atol"])
    both_missing = np.isnan(reference) & np.isnan(candidate)
    with np.errstate(invalid="ignore"):  # R's NA is a signalling NaN
        near = np.abs(candidate - reference) <= atol + rtol * np.abs(reference)
    return np.flatnonzero(~(near | both_missing))


@pytest.mark.parametrize(("model", "form"), FORMS)
def test_a_form_gives_the_answers_of_r_on_data_and_probes(suite, asked, model, form):
    table, reference, _ = asked(model)
    candidate = getattr(suite(model), form)(table)
    for output, declared in suite(model).declared["outputs"].items():
        wrong = disagreeing(reference[output], candidate[output], declared)
        first = {name: table[name][wrong[0]] for name in table} if len(wrong) else None
        assert first is None, (
            f"{output}: {len(wrong)} rows; {first}: "
            f"{reference[output][wrong[0]]!r} in R, {candidate[output][wrong[0]]!r} in {form}"
        )


@pytest.mark.parametrize("model", MODELS)
def test_a_form_answers_a_single_row_as_it_does_in_a_batch(suite, asked, model):
    table, _, _ = asked(model)
    forms = [form for name, form in FORMS if name == model]
    for form in forms:
        answer = getattr(suite(model), form)
        together = answer({name: values[::STEP] for name, values in table.items()})
        for i in range(0, len(next(iter(table.values()))), STEP):
            alone = answer({name: values[i : i + 1] for name, values in table.items()})
            for output, values in together.items():
                np.testing.assert_equal(alone[output][0], values[i // STEP], f"{form}, row {i}")


@pytest.mark.parametrize("model", ["german_tree", "german_forest"])
def test_the_onnx_trees_answer_alike_with_any_number_of_threads(suite, asked, model):
    table, _, _ = asked(model)
    for output, values in suite(model).onnx(table, threads=1).items():
        np.testing.assert_array_equal(suite(model).onnx(table, threads=4)[output], values)


@pytest.mark.parametrize("model", ["german_tree", "german_forest"])
def test_the_probes_take_both_sides_of_every_split_that_a_row_can_reach(suite, asked, model):
    table, _, _ = asked(model)
    rows = rows_of(table)[1000:]
    inputs = suite(model).inputs
    for nodes in suite(model).neutral["trees"]:
        taken = set()
        for row in rows:
            i = 0
            while "pd" not in nodes[i]:
                node, value = nodes[i], row[nodes[i]["input"]]
                side = side_of(node, value)
                taken.add((i, side))
                i = node[side]
        reach = paths(nodes, inputs)
        for i, node in enumerate(nodes):
            for side in ("yes", "no"):
                if "pd" not in node and can_be_fulfilled(reach[node[side]], inputs):
                    assert (i, side) in taken, f"node {i} {node}: no probe goes to {side}"


def side_of(node: dict, value) -> str:
    if "yes_levels" in node:
        known = value in node["yes_levels"] or value in node["no_levels"]
        return ("yes" if value in node["yes_levels"] else "no") if known else "missing"
    if value is None:
        return "missing"
    return "yes" if value < node.get("below", -math.inf) or value <= node.get("at_most", -math.inf) else "no"


def can_be_fulfilled(wanted: dict, inputs: dict) -> bool:
    try:
        for name, what in wanted.items():
            fulfil(what, inputs[name].get("min"), inputs[name])
    except ValueError:
        return False
    return True


@pytest.mark.parametrize("model", MODELS)
def test_the_json_has_every_number_of_the_r_object_bit_for_bit(suite, asked, model):
    _, _, numbers = asked(model)
    written = np.array(list(numbers_in(suite(model).neutral)), dtype=np.float64)
    np.testing.assert_array_equal(written.view(np.uint64), numbers.view(np.uint64))


def numbers_in(value) -> Iterator[float]:
    if isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from numbers_in(item)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield value
