"""An ONNX file beside the other forms: what it takes and gives is looked up, and told where it is known."""

import pytest

from harness.draft import DraftError, Sources, make_draft, page, write_draft
from harness.draft.graph import read_graph
from harness.modelfile import load_model
from harness.schema import Kind

onnx = pytest.importorskip("onnx", reason="onnx is not installed")

PYTHON = "def score(df):\n    return df['age'].fillna(0) + df['income']\n"
ROWS = "age,income\n20,1.5\n,2.5\n40,3.5\n"


def graph_file(path, inputs, outputs):
    """An ONNX file with these tensors: name → (element type, shape). Its nodes do not matter here."""
    made = [
        [onnx.helper.make_tensor_value_info(name, kind, shape) for name, (kind, shape) in tensors.items()]
        for tensors in (inputs, outputs)
    ]
    node = onnx.helper.make_node("Identity", [next(iter(inputs))], [next(iter(outputs))])
    graph = onnx.helper.make_graph([node], "points", *made)
    onnx.save(onnx.helper.make_model(graph), str(path))
    return path


DOUBLE, INT64, STRING = onnx.TensorProto.DOUBLE, onnx.TensorProto.INT64, onnx.TensorProto.STRING
BY_NAME = {"age": (DOUBLE, [None]), "income": (DOUBLE, [None])}


@pytest.fixture
def sources(tmp_path):
    """Sources with a graph of these tensors, a Python form and data."""

    def write(inputs, outputs, python=PYTHON, rows=ROWS):
        named = {"onnx": graph_file(tmp_path / "points.onnx", inputs, outputs)}
        for key, name, text in (("python", "score.py", python), ("data", "rows.csv", rows)):
            if text is not None:
                (tmp_path / name).write_text(text, "utf-8")
                named[key] = tmp_path / name
        return Sources(**named)

    return write


def test_a_graph_that_takes_and_gives_by_name_needs_no_more(sources):
    draft = make_draft(sources(BY_NAME, {"score": (DOUBLE, [None])}))
    assert page(draft).endswith('[targets.onnx]\nruntime = "onnx"\nsource = "points.onnx"\n')
    assert load_model(write_draft(draft)).form("onnx").columns == ()


def test_a_graph_over_one_matrix_gets_its_columns_as_a_guess(sources):
    draft = make_draft(sources({"X": (DOUBLE, [None, 2])}, {"score": (DOUBLE, [None, 1])}))
    assert "# a guess: the graph takes one matrix of 2 columns, 'X'; check the order\n" in page(draft)
    assert load_model(write_draft(draft)).form("onnx").columns == ("age", "income")


def test_the_only_output_of_a_graph_is_taken_for_the_only_one_of_the_model(sources):
    draft = make_draft(sources(BY_NAME, {"variable": (DOUBLE, [None])}))
    assert load_model(write_draft(draft)).form("onnx").outputs == {"score": "variable"}


def test_where_outputs_cannot_be_told_they_are_left_to_do(sources):
    outputs = {"label": (INT64, [None]), "probabilities": (DOUBLE, [None, 2])}
    text = page(make_draft(sources(BY_NAME, outputs)))
    assert "# TODO: the graph gives 'label', 'probabilities'; say where the model's outputs are" in text
    assert '# outputs = { score = "..." }' in text


def test_an_input_that_only_the_graph_has_is_told(sources):
    inputs = {"age": (DOUBLE, [None]), "rate": (DOUBLE, [None])}
    text = page(make_draft(sources(inputs, {"score": (DOUBLE, [None])})))
    assert "# TODO: the graph takes 'rate', which is no input here" in text


def test_an_integer_tensor_of_an_input_with_missing_values_asks_for_a_stand_in(sources):
    inputs = {"age": (INT64, [None]), "income": (DOUBLE, [None])}
    text = page(make_draft(sources(inputs, {"score": (DOUBLE, [None])})))
    assert "# missing_as = { age = -1 }" in text


def test_codes_of_a_category_are_told_because_the_order_decides(sources):
    rows = "age,income\n" + "young,1.5\nold,2.5\n" * 3
    source = "def score(df):\n    return df['income'] + (df['age'] == 'old')\n"
    inputs = {"age": (INT64, [None]), "income": (DOUBLE, [None])}
    text = page(make_draft(sources(inputs, {"score": (DOUBLE, [None])}, python=source, rows=rows)))
    assert "# the graph takes codes of age: the order of their levels decides" in text


def test_a_graph_alone_tells_inputs_and_outputs_itself(sources):
    inputs = {"age": (INT64, [None]), "colour": (STRING, [None, 1])}
    draft = make_draft(
        sources(inputs, {"score": (INT64, [None]), "pd": (DOUBLE, [None])}, python=None, rows=None)
    )
    model = load_model(write_draft(draft))
    assert {one.name: one.kind for one in model.schema} == {"age": Kind.INT, "colour": Kind.STRING}
    assert {one.name: one.kind for one in model.outputs} == {"score": Kind.INT, "pd": Kind.FLOAT}


@pytest.mark.parametrize("content", [b"", b"not a graph", b"\x08\x07"])
def test_a_file_that_holds_no_graph_is_refused(tmp_path, content):
    (tmp_path / "points.onnx").write_bytes(content)
    with pytest.raises(DraftError, match=r"points\.onnx: not an ONNX file.*save the model anew"):
        read_graph(tmp_path / "points.onnx")


def test_without_the_package_onnx_the_draft_says_that_the_graph_was_not_looked_at(sources, monkeypatch):
    named = sources({"age": (DOUBLE, [None])}, {"score": (DOUBLE, [None])})
    monkeypatch.setitem(__import__("sys").modules, "onnx", None)
    draft = make_draft(named)
    assert draft.graph is None
    assert "not looked at, because the package onnx is not installed" in page(draft)
    load_model(write_draft(draft))
