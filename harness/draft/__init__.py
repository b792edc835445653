"""Draft a model file from what is there: R, Python and ONNX forms, and some rows of data."""

from __future__ import annotations

from pathlib import Path

from harness.draft.draft import Draft, make_draft
from harness.draft.page import page
from harness.draft.problems import DraftError
from harness.draft.sources import Sources
from harness.modelfile.find import NAME
from harness.modelfile.load import load_model

__all__ = ["Draft", "DraftError", "Sources", "check_place", "make_draft", "page", "write_draft"]


def check_place(sources: Sources, *, force: bool = False) -> Path:
    """Where the model file goes. Raises DraftError where there is one already, unless forced."""
    sources.check()
    path = sources.target_folder / NAME
    if path.exists() and not force:
        raise DraftError(f"{path} exists already: --force replaces it, -o FOLDER writes elsewhere")
    if sources.target_folder.exists() and not sources.target_folder.is_dir():
        raise DraftError(f"{sources.target_folder} is a file: name a folder with -o")
    return path


def write_draft(draft: Draft, *, force: bool = False) -> Path:
    """Write the model file and return its path. Nothing is there, or the old file still is, until the new
    one was read back without a complaint."""
    path = check_place(draft.sources, force=force)
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{NAME}.partial")
    try:
        partial.write_text(page(draft), "utf-8")
        load_model(partial)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    return path
