"""Trees of scikit-learn models: walked here, they answer what predict() answers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pandas as pd
import pytest
from forms import model_of, open_session
from sklearn.compose import make_column_transformer
from sklearn.ensemble import (
    BaggingRegressor,
    ExtraTreesRegressor,
    GradientBoostingRegressor,
    HistGradientBoostingRegressor,
    RandomForestRegressor,
)
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    OneHotEncoder,
    OrdinalEncoder,
    PolynomialFeatures,
    StandardScaler,
)
from sklearn.tree import DecisionTreeRegressor
from walked import answers, rows_of, totals

from harness.forest import Forest
from harness.model import Model
from harness.schema import Input, Kind
from harness.workers.session import WorkerSession

LEVELS = ("n", "s", "e", "w")
NUMBERS = ["age", "income"]
INPUTS = [
    Input("age", Kind.FLOAT, minimum=18.0, maximum=80.0, missing=True),
    Input("income", Kind.FLOAT, minimum=0.0, maximum=100.0, missing=True),
    Input("region", Kind.CATEGORY, levels=LEVELS, missing=True),
]
RNG = np.random.default_rng(3)
FULL = pd.DataFrame(
    {
        "age": np.round(RNG.uniform(18, 80, 500)),
        "income": RNG.uniform(0, 100, 500),
        "region": pd.Categorical(RNG.choice(LEVELS, 500), LEVELS),
    }
)
Y = np.where(FULL["age"] < 40, FULL["region"].isin(["n", "e"]) * 2.0 + 1, (FULL["income"] > 50) * 3.0 + 2)
Y = Y + RNG.normal(0, 0.1, 500)
HOLES = FULL.copy()
HOLES.loc[::9, "age"] = np.nan
HOLES.loc[::11, "region"] = np.nan


def encoded(encoder: Any) -> Any:
    scaled = make_pipeline(SimpleImputer(), StandardScaler())
    return make_column_transformer((scaled, NUMBERS), (encoder, ["region"]))


def served(folder: Path, fitted: Any, call: str, inputs: list[Input] = INPUTS) -> Model:
    joblib.dump(fitted, folder / "model.joblib")
    text = f"def score(df, model):\n    return {call}\n"
    return model_of(folder, "python", text, inputs, {"y": Kind.FLOAT}, model=folder / "model.joblib")


def shown(session: Any) -> tuple[Forest, ...]:
    assert isinstance(session, WorkerSession)
    return session.trees()


def mean(_: Any, total: Any, trees: int) -> Any:
    return total / trees


BY_NAME = "model.predict(df[['age', 'income']])"
BY_PLACE = "model.predict(df[['age', 'income']].to_numpy())"
WHOLE = "model.predict(df)"
ONE_HOT, CODES = OneHotEncoder(handle_unknown="ignore"), OrdinalEncoder(encoded_missing_value=-2)

CASES: dict[str, tuple[Any, str, Callable[[Any, Any, int], Any]]] = {
    "tree": (DecisionTreeRegressor(max_depth=6).fit(HOLES[NUMBERS], Y), BY_NAME, mean),
    "tree of an array": (DecisionTreeRegressor(max_depth=6).fit(FULL[NUMBERS].to_numpy(), Y), BY_PLACE, mean),
    "random forest": (RandomForestRegressor(9, random_state=0).fit(HOLES[NUMBERS], Y), BY_NAME, mean),
    "extra trees": (ExtraTreesRegressor(9, random_state=0).fit(FULL[NUMBERS], Y), BY_NAME, mean),
    "bagging": (
        BaggingRegressor(n_estimators=9, max_features=1, random_state=0).fit(FULL[NUMBERS], Y),
        BY_NAME,
        mean,
    ),
    "gradient boosting": (
        GradientBoostingRegressor(n_estimators=9, random_state=0).fit(FULL[NUMBERS], Y),
        BY_NAME,
        lambda one, total, _: one.init_.constant_.ravel()[0] + one.learning_rate * total,
    ),
    "histogram boosting": (
        HistGradientBoostingRegressor(max_iter=9, categorical_features="from_dtype").fit(HOLES, Y),
        WHOLE,
        lambda one, total, _: one._baseline_prediction.ravel()[0] + total,
    ),
    "pipeline with dummies": (
        make_pipeline(encoded(ONE_HOT), RandomForestRegressor(9, random_state=0)).fit(HOLES, Y),
        WHOLE,
        mean,
    ),
    "pipeline with codes": (
        make_pipeline(encoded(CODES), HistGradientBoostingRegressor(max_iter=9)).fit(HOLES, Y),
        WHOLE,
        lambda one, total, _: one[-1]._baseline_prediction.ravel()[0] + total,
    ),
    "pipeline that turns a number round": (
        make_pipeline(FunctionTransformer(np.negative), DecisionTreeRegressor(max_depth=6)).fit(
            FULL[NUMBERS], Y
        ),
        BY_NAME,
        mean,
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_trees_are_walked_as_predict_walks_them(tmp_path: Path, name: str) -> None:
    fitted, call, put = CASES[name]
    inputs = INPUTS if call == WHOLE else INPUTS[:2]
    model = served(tmp_path, fitted, call, inputs)
    rows = rows_of(model)
    with open_session(model) as session:  # type: ignore[attr-defined]
        (forest,) = shown(session)
        said = answers(session, rows)
    expected = put(fitted, totals(forest, rows), len(forest.roots))
    met = ~np.isnan(expected)
    assert met.sum() > 500
    np.testing.assert_allclose(expected[met], said[met], rtol=1e-12)
    # where a walk is said to end nowhere, the form has no answer either
    assert np.isnan(said[~met]).all()


@pytest.mark.parametrize(
    "fitted",
    [
        make_pipeline(
            make_column_transformer((PolynomialFeatures(2, interaction_only=True), NUMBERS)),
            DecisionTreeRegressor(max_depth=6),
        ).fit(FULL, Y),
        make_pipeline(FunctionTransformer(np.cos), DecisionTreeRegressor(max_depth=3)).fit(FULL[NUMBERS], Y),
        DecisionTreeRegressor(max_depth=3).fit(FULL[NUMBERS].rename(columns={"age": "years"}), Y),
    ],
    ids=["a product of inputs", "a wave", "another name"],
)
def test_columns_that_are_no_one_input_show_no_tree(tmp_path: Path, fitted: Any) -> None:
    model = served(tmp_path, fitted, WHOLE)
    with open_session(model) as session:  # type: ignore[attr-defined]
        assert shown(session) == ()


def test_models_are_found_in_globals_closures_and_attributes(tmp_path: Path) -> None:
    trees = {
        name: DecisionTreeRegressor(max_depth=1).fit(FULL[["age"]], FULL["age"] > cut)
        for name, cut in (("first", 30), ("second", 40), ("third", 50))
    }
    joblib.dump(trees, tmp_path / "trees.joblib")
    text = """
    import joblib
    trees = joblib.load("trees.joblib")

    class Holder:
        def __init__(self, kept):
            self.kept = kept

        def score(self, df):
            return self.kept[0].predict(df[["age"]])

    def inside(tree):
        return lambda df: tree.predict(df[["age"]])

    holder = Holder([trees.pop("first")])
    second = inside(trees.pop("second"))
    score = holder.score
    """
    model = model_of(tmp_path, "python", text, INPUTS, {"y": Kind.FLOAT})
    with open_session(model) as session:  # type: ignore[attr-defined]
        found = {one.origin: float(one.cut[0]) for one in shown(session)}
    assert found == {
        "trees['third']": 50.5,
        "holder.kept[0]": 30.5,
        "second.tree": 40.5,
    }


def test_a_form_without_models_shows_none(tmp_path: Path) -> None:
    model = model_of(tmp_path, "python", "def score(df):\n    return df['age']\n", INPUTS, {"y": Kind.FLOAT})
    with open_session(model) as session:  # type: ignore[attr-defined]
        assert shown(session) == ()
        assert np.isfinite(answers(session, rows_of(model, 50))).any()
