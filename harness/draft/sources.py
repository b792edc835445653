"""What a model file is drafted from, and where it goes."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from harness.draft.functions import Function, choose_function, functions_in
from harness.draft.problems import DraftError


@dataclass(frozen=True, slots=True)
class Sources:
    """The files that a person names. ``call`` is the function to call, in R and Python; ``folder`` is where
    the model file goes (None: beside the first of the sources)."""

    r: Path | None = None
    python: Path | None = None
    onnx: Path | None = None
    data: Path | None = None
    r_model: Path | None = None
    python_model: Path | None = None
    call: str | None = None
    folder: Path | None = None

    def check(self) -> None:
        """Raise DraftError where nothing is named, where a file is absent, or where an option is idle."""
        if self.r is None and self.python is None and self.onnx is None:
            raise DraftError("no form of the model was named: give --r, --python or --onnx, best two of them")
        named = (self.r, self.python, self.onnx, self.data, self.r_model, self.python_model)
        for path in filter(None, named):
            if not path.is_file():
                what = "is a folder, not a file" if path.is_dir() else "there is no such file"
                raise DraftError(f"{path}: {what}; correct the path")
        for option, model, source in (
            ("--r-model", self.r_model, self.r),
            ("--python-model", self.python_model, self.python),
        ):
            if model is not None and source is None:
                raise DraftError(f"{option} {model} needs {option.removesuffix('-model')} beside it")
        if self.call is not None and self.r is None and self.python is None:
            raise DraftError(f"--call {self.call} needs --r or --python: an ONNX graph has no functions")

    @property
    def target_folder(self) -> Path:
        """Where the model file goes."""
        first = self.r or self.python or self.onnx
        assert first is not None
        return self.folder if self.folder is not None else first.parent

    def relative(self, path: Path) -> str:
        """A path as the model file is to spell it: seen from its folder, with forward slashes."""
        return Path(os.path.relpath(path.resolve(), self.target_folder.resolve())).as_posix()

    def function(self, runtime: str) -> Function | None:
        """The function to call in the R or Python source; None where there is no such source.

        Raises DraftError where it cannot be told, or where it needs a stored model and none is named.
        """
        path, model = (self.r, self.r_model) if runtime == "r" else (self.python, self.python_model)
        if path is None:
            return None
        function = choose_function(path, functions_in(path, runtime), self._call_in(path, runtime))
        option = f"--{runtime}-model"
        if function.takes_model and model is None:
            raise DraftError(f"{path}: {function} takes a stored model too: name its file with {option}")
        if model is not None and len(function.required) + len(function.optional) < 2:
            raise DraftError(f"{path}: {function} takes no second argument, but {option} gives it {model}")
        return function

    def _call_in(self, path: Path, runtime: str) -> str | None:
        """``--call`` is for both sources; where only the other defines it, this one is asked nothing."""
        other, language = (self.python, "python") if runtime == "r" else (self.r, "r")
        if self.call is None or other is None:
            return self.call
        here = self.call in (one.name for one in functions_in(path, runtime))
        there = self.call in (one.name for one in functions_in(other, language))
        return self.call if here or not there else None
