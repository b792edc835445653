"""Load what a Python form is made of: its source or module, its function, its model."""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import pickle
import sys
import traceback
import types
from pathlib import Path
from typing import Any, Callable

from .errors import OpenFailure


def module(source: str | None, name: str | None, code_of: Callable[..., Any] | None = None) -> Any:
    """The module of a source file or of a name. Raises OpenFailure with the file and line.

    ``code_of`` compiles a source (its bytes, its file); default: as Python does.
    """
    try:
        return importlib.import_module(name) if source is None else _from_file(source, code_of)  # type: ignore[arg-type]
    except OpenFailure:
        raise
    except SyntaxError as error:
        where = f"{error.filename or source or name}" + (f":{error.lineno}" if error.lineno else "")
        line = f": {error.text.strip()}" if error.text else ""
        raise OpenFailure(f"{where}: {type(error).__name__}: {error.msg}{line}") from None
    except ModuleNotFoundError as error:
        raise _module_not_found(error, source, name) from error
    # the source is user code: whatever it raises while it is imported belongs in the message
    except BaseException as error:
        raise OpenFailure(f"{_where(error, source or name)}: {_said(error)}") from error


def _from_file(source: str, code_of: Callable[..., Any] | None) -> Any:
    if not Path(source).is_file():
        raise OpenFailure(f"{source}: there is no such file; name the source in the model file")
    stem = Path(source).stem
    # a source that is called like a library must not take that library's place
    name = f"parity_form_{stem}" if stem in sys.modules or stem in sys.builtin_module_names else stem
    made = types.ModuleType(name)
    made.__file__ = source
    text = Path(source).read_bytes()
    code = compile(text, source, "exec", dont_inherit=True) if code_of is None else code_of(text, source)
    sys.modules[name] = made
    exec(code, made.__dict__)
    return made


def _module_not_found(error: ModuleNotFoundError, source: str | None, name: str | None) -> OpenFailure:
    where = _where(error, source or name)
    wanted = (error.name or "").split(".")[0]
    if source is None and name is not None and wanted == name.split(".")[0]:
        return OpenFailure(
            f"no module named {error.name!r} (looked in the model's folder {Path.cwd()} and in what is "
            f"installed for {sys.executable}); check `module` in the model file",
        )
    return OpenFailure(f"{where}: no module named {error.name!r}", lacking=wanted or None)


def _where(error: BaseException, fallback: str | None) -> str:
    """File and line of the innermost frame of user code."""
    here = str(Path(__file__).parent)
    frames = traceback.extract_tb(error.__traceback__)
    own = [one for one in frames if not one.filename.startswith((here, "<frozen"))]
    near = [one for one in own if one.filename.startswith(str(Path.cwd()))] or own
    return f"{near[-1].filename}:{near[-1].lineno}" if near else str(fallback)


def _said(error: BaseException) -> str:
    return "".join(traceback.format_exception_only(type(error), error)).strip()


def function(module: Any, call: str, source: str) -> Callable[..., Any]:
    """The function of that name (dots reach into objects). Raises OpenFailure that lists those there are."""
    found: Any = module
    for part in call.split("."):
        if not hasattr(found, part):
            raise OpenFailure(
                f"{source}: no function named {call!r}{_functions(module)}; see `call` in the model file"
            )
        found = getattr(found, part)
    if not callable(found):
        raise OpenFailure(
            f"{source}: {call!r} is of type {type(found).__name__}, not a function{_functions(module)}"
        )
    checked: Callable[..., Any] = found
    return checked


def _functions(module: Any) -> str:
    names = [
        name
        for name, value in vars(module).items()
        if callable(value)
        and not name.startswith("_")
        and getattr(value, "__module__", None) == module.__name__
    ]
    return f" (there are: {', '.join(names)})" if names else " (it defines none)"


def check_two_arguments(function: Callable[..., Any], call: str) -> None:
    """Raise OpenFailure where a function cannot take (df, model)."""
    try:
        inspect.signature(function).bind(object(), object())
    except TypeError:
        raise OpenFailure(
            f"{call}{inspect.signature(function)} cannot be called with (df, model), but the model file "
            f"gives `model`: write def {call.split('.')[-1]}(df, model)"
        ) from None
    except ValueError:
        return  # a function in C that does not say what it takes


def model(path: str, module: Any) -> Any:
    """The pickled or joblib model in a file. Raises OpenFailure that names what is wrong with it."""
    if not Path(path).is_file():
        raise OpenFailure(f"{path}: there is no such file; see `model` in the model file")
    _lend_names(module)
    try:
        return _unpickle(path)
    except ModuleNotFoundError as error:
        wanted = (error.name or "").split(".")[0]
        raise OpenFailure(f"{path}: the model needs the module {error.name!r}", lacking=wanted) from error
    except AttributeError as error:
        raise OpenFailure(
            f"{path}: {error}; the class must be importable, or defined in the source"
        ) from error
    # unpickling runs code of the model's own classes, which may raise anything
    except Exception as error:
        raise OpenFailure(f"{path}: not a pickle that can be read here: {_said(error)}") from error


def _unpickle(path: str) -> Any:
    try:
        joblib = importlib.import_module("joblib")
    except ModuleNotFoundError:
        if path.endswith(".joblib"):
            raise
        with Path(path).open("rb") as file:
            return pickle.load(file)
    return joblib.load(path)


def _lend_names(module: Any) -> None:
    """A model pickled by the script that defines its class says ``__main__``: let it be found there."""
    main = sys.modules["__main__"]
    for name, value in vars(module).items():
        if isinstance(value, (type, types.FunctionType)) and not hasattr(main, name):
            setattr(main, name, value)
