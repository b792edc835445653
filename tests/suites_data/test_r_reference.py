"""The R forms pass their own tests, which testthat runs."""

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def test_the_r_forms_pass_their_testthat_tests():
    if shutil.which("Rscript") is None:
        pytest.skip("Rscript is not installed")
    code = """
        needed <- c("testthat", "jsonlite", "rpart", "ranger")
        absent <- needed[!vapply(needed, requireNamespace, TRUE, quietly = TRUE)]
        if (length(absent) > 0) {
          cat(absent)
          quit(status = 77)
        }
        testthat::test_dir("r_reference/tests", reporter = "summary", stop_on_warning = TRUE)
    """
    command = ["Rscript", "--vanilla", "-e", code]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if done.returncode == 77:
        pytest.skip(f"R packages that are not installed: {done.stdout}")
    assert done.returncode == 0, done.stdout + done.stderr
