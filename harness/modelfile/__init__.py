"""The model file: ``model.toml``, read and checked."""

from harness.modelfile.digests import fingerprint
from harness.modelfile.find import find_model_files, model_file
from harness.modelfile.load import load_model
from harness.modelfile.problems import ModelFileError, Problem

__all__ = ["ModelFileError", "Problem", "find_model_files", "fingerprint", "load_model", "model_file"]
