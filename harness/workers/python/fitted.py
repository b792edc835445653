"""Fitted models among a form's objects, and what scikit-learn's keep of their trees."""

from __future__ import annotations

import types
from typing import TYPE_CHECKING, Any, Iterator, Mapping, Sequence

import numpy as np

from .followed import Asked, Followed, named, names_of
from .nodes import HIGH, LOW, Model, Nodes

if TYPE_CHECKING:
    from .opening import Input

_DEEPEST = 6
_LONGEST = 5_000  # a longer list is data
_BITS = 256
_PLAIN = (str, bytes, bool, int, float, np.generic, np.ndarray, type(None), types.ModuleType, type)


def objects(module: Any, function: Any, model: Any) -> Iterator[tuple[str, Any]]:
    """Everything that may be a model, each once: the model file's, then what is global, in closures, inside
    lists, dicts and objects. What is inside a model that could be read is not looked at again."""
    seen: set[int] = set()
    kept: list[Any] = []  # so that no later object gets the number of one that is gone
    if model is not None:
        yield from _inside(model, "model", 0, seen, kept)
    names = {name: one for name, one in vars(module).items() if not name.startswith("__")}
    for name, one in names.items():
        if not isinstance(one, (types.ModuleType, type)):
            yield from _inside(one, name, 0, seen, kept)
    yield from _inside(function, getattr(function, "__name__", "call"), 0, seen, kept)


def _inside(one: Any, origin: str, depth: int, seen: set[int], kept: list[Any]) -> Iterator[tuple[str, Any]]:
    if isinstance(one, _PLAIN):
        return
    if depth > _DEEPEST or id(one) in seen:
        return
    seen.add(id(one))
    kept.append(one)
    if _is_model(one):
        yield origin, one
        return
    for name, part in _parts(one):
        yield from _inside(part, f"{origin}{name}", depth + 1, seen, kept)


def _parts(one: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(one, Mapping):
        yield from ((f"[{key!r}]", part) for key, part in list(one.items())[:_LONGEST])
    elif isinstance(one, (list, tuple)):
        yield from ((f"[{at}]", part) for at, part in enumerate(one[:_LONGEST]))
    elif isinstance(one, types.FunctionType):
        for name, cell in zip(one.__code__.co_freevars, one.__closure__ or ()):
            yield f".{name}", cell.cell_contents
        yield from ((f".{at}", part) for at, part in enumerate(one.__defaults__ or ()))
    elif isinstance(one, types.MethodType):
        yield ".self", one.__self__
    elif type(one).__module__.split(".")[0] not in ("pandas", "numpy", "builtins"):
        for name, part in list(getattr(one, "__dict__", {}).items())[:_LONGEST]:
            yield f".{name}", part


def _is_model(one: Any) -> bool:
    return _is_pipeline(one) or hasattr(one, "_predictors") or hasattr(one, "tree_") or _is_ensemble(one)


def _is_pipeline(one: Any) -> bool:
    return isinstance(getattr(one, "steps", None), list) and type(one).__name__.endswith("Pipeline")


def _is_ensemble(one: Any) -> bool:
    members = getattr(one, "estimators_", None)
    return members is not None and all(hasattr(member, "tree_") for member in np.ravel(members))


def models(one: Any, inputs: Sequence[Input]) -> Model | None:
    """The trees of a fitted model over followed columns; None where its columns cannot be followed."""
    if _is_pipeline(one):
        names = names_of(one, inputs)
        last = one.steps[-1][1]
        before = one[:-1]
        return None if names is None else _model(last, _asked(last, before.transform, names, inputs))
    names = names_of(one, inputs)
    if names is None:
        return None
    if getattr(one, "_preprocessor", None) is not None:
        return _model(one, Asked(one._preprocessor.transform, names, inputs).columns())
    return _model(one, named(names, inputs))


def _asked(last: Any, transform: Any, names: Sequence[str], inputs: Sequence[Input]) -> list[Followed | None]:
    own = getattr(last, "_preprocessor", None)
    whole = transform if own is None else (lambda table: own.transform(transform(table)))
    return Asked(whole, names, inputs).columns()


def _model(one: Any, columns: Sequence[Followed | None]) -> Model | None:
    if hasattr(one, "_predictors"):
        return Model(list(_histogram_trees(one)), columns, False, False)
    allows = _allows_missing(one)
    if hasattr(one, "tree_"):
        return Model([_plain_tree(one.tree_, None)], columns, True, not allows)
    if not _is_ensemble(one):
        return None
    members = np.ravel(one.estimators_)
    chosen = getattr(one, "estimators_features_", [None] * len(members))
    trees = [_plain_tree(member.tree_, features) for member, features in zip(members, chosen)]
    return Model(trees, columns, True, not allows)


def _allows_missing(one: Any) -> bool:
    try:
        return bool(one.__sklearn_tags__().input_tags.allow_nan)
    except AttributeError:  # scikit-learn before 1.6
        tags: dict[str, Any] = one._get_tags() if hasattr(one, "_get_tags") else {}
        return bool(tags.get("allow_nan", False))


def _plain_tree(tree: Any, features: Any) -> Nodes:
    """``DecisionTree...``: x is rounded to single precision, x <= threshold goes left."""
    low = np.asarray(tree.children_left, dtype=np.int64)
    high = np.asarray(tree.children_right, dtype=np.int64)
    column = np.asarray(tree.feature)
    column = column if features is None else np.asarray(features)[np.maximum(column, 0)]
    to_left = np.asarray(getattr(tree, "missing_go_to_left", np.zeros(len(low)))).astype(bool)
    value = np.asarray(tree.value).reshape(len(low), -1)[:, 0]
    goes = np.where(to_left, LOW, HIGH)
    return Nodes(low, high, column, np.asarray(tree.threshold), goes, value, {})


def _histogram_trees(one: Any) -> Iterator[Nodes]:
    """``HistGradientBoosting...``: doubles; codes by bits; unknown codes go where missing values do."""
    known, place = None, None
    for predictor in (p for row in one._predictors for p in row):
        nodes = predictor.nodes
        leaf = nodes["is_leaf"].astype(bool)
        sets: dict[int, Any] = {}
        for node in np.flatnonzero(nodes["is_categorical"].astype(bool) & ~leaf):
            if known is None:
                known, place = one._bin_mapper.make_known_categories_bitsets()
            bits = predictor.raw_left_cat_bitsets[int(nodes["bitset_idx"][node])]
            of_feature = known[int(place[int(nodes["feature_idx"][node])])]  # type: ignore[index]
            sets[int(node)] = _codes(bits), _codes(of_feature)
        low, high = (np.where(leaf, -1, nodes[side].astype(np.int64)) for side in ("left", "right"))
        goes = np.where(nodes["missing_go_to_left"].astype(bool), LOW, HIGH)
        column = nodes["feature_idx"].astype(np.int64)
        yield Nodes(low, high, column, nodes["num_threshold"].astype(np.float64), goes, nodes["value"], sets)


def _codes(bits: Any) -> frozenset[int]:
    words = np.asarray(bits, dtype=np.uint32).tolist()
    return frozenset(code for code in range(_BITS) if words[code // 32] >> (code % 32) & 1)
