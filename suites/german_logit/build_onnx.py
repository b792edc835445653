"""Build logit.onnx from fixtures/models/german_logit/model.json.

    python suites/german_logit/build_onnx.py

Everything is double precision, and one term is added after the other: no matrix product, whose
order of summation depends on the machine.
"""

import json
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

HERE = Path(__file__).resolve().parent
MODEL = HERE / "../../fixtures/models/german_logit/model.json"
INTEGERS = ("installment_rate",)


def build(model):
    nodes, constants, inputs = [], [], []

    def constant(name, values):
        constants.append(numpy_helper.from_array(np.array(values, dtype=np.float64), name))
        return name

    def add(operator, *operands, output=None, **attributes):
        output = output or f"{operator}_{len(nodes)}"
        nodes.append(helper.make_node(operator, operands, [output], **attributes))
        return output

    def take(name, element_type):
        inputs.append(helper.make_tensor_value_info(name, element_type, ["N"]))
        is_double = element_type == TensorProto.DOUBLE
        return name if is_double else add("Cast", name, to=TensorProto.DOUBLE)

    def weigh(value, name, weight):
        return add("Mul", value, constant(f"{name}.weight", weight))

    terms = []
    for name, weight in model["numbers"].items():
        value = take(name, TensorProto.INT64 if name in INTEGERS else TensorProto.DOUBLE)
        terms.append(weigh(value, name, weight))
    for name, weight in model["logarithms"].items():
        terms.append(weigh(add("Log", take(name, TensorProto.DOUBLE)), name, weight))
    for name, weight in model["flags"].items():
        terms.append(weigh(take(name, TensorProto.BOOL), name, weight))
    for name, weights in model["levels"].items():
        # a missing level has code -1, which Gather takes as the last element: NaN, no answer
        table = constant(f"{name}.weights", [*weights.values(), np.nan])
        inputs.append(helper.make_tensor_value_info(name, TensorProto.INT64, ["N"]))
        terms.append(add("Gather", table, name))

    total = constant("intercept", model["intercept"])
    for term in terms[:-1]:
        total = add("Add", total, term)
    add("Add", total, terms[-1], output="log_odds")
    add("Sigmoid", "log_odds", output="pd")

    outputs = [helper.make_tensor_value_info(name, TensorProto.DOUBLE, ["N"]) for name in ("log_odds", "pd")]
    graph = helper.make_graph(nodes, "german-logit", inputs, outputs, constants)
    built = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(built, full_check=True)
    return built


if __name__ == "__main__":
    coefficients = json.loads(MODEL.read_text(encoding="utf-8"))
    onnx.save(build(coefficients), HERE / "logit.onnx")
