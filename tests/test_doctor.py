"""What ``parity doctor`` finds and says, on this machine and on machines that lack things."""

from __future__ import annotations

import io
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console

from harness import doctor, registry
from harness.doctor import tools
from harness.doctor.extras import extras_of
from harness.protocols import Availability, Lack
from harness.status import Exit

HERE = Availability("runtime python", None, {"python": "3.11.7", "numpy": "2.4.0"})
CPU = Availability("device cpu", None, {"name": "AMD EPYC", "cores": "2"})
ABSENT = Availability(
    "device cuda",
    Lack(
        "there is no NVIDIA driver here",
        "install the driver (Debian: `apt install nvidia-driver`), or start the container with `--gpus all`",
    ),
)


def shown(rows: list[Availability], **console: object) -> str:
    file = io.StringIO()
    doctor.render(rows, Console(file=file, **console))  # type: ignore[arg-type]
    return file.getvalue()


def program(folder: Path, name: str, script: str) -> Path:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine whose PATH holds one folder, empty as yet, and whose environment has no programs."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    return tmp_path


# rendering


def test_a_terminal_and_a_pipe_see_what_is_here_and_what_is_not() -> None:
    text = shown([HERE, CPU, ABSENT], width=100)
    lines = text.splitlines()
    assert lines[1].split() == ["runtime", "python", "yes", "python", "3.11.7,", "numpy", "2.4.0"]
    assert lines[2].split() == ["device", "cpu", "yes", "AMD", "EPYC,", "cores", "2"]
    assert lines[3].split()[:3] == ["device", "cuda", "no"]
    assert lines[-1] == "Can be run here: python forms on cpu."


def test_what_to_type_is_never_broken_over_lines() -> None:
    assert ABSENT.lack is not None
    assert f"  device cuda: {ABSENT.lack.remedy}" in shown([HERE, ABSENT], width=40).splitlines()


def test_a_long_reason_is_wrapped_not_cut() -> None:
    long = Availability("runtime x", Lack("because " + " ".join(f"word{i}" for i in range(60)), ""))
    text = shown([HERE, long], width=60)
    assert all(f"word{i}" in text for i in range(60))


def test_a_pipe_and_no_color_get_no_escape_codes(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "\x1b[" in shown([HERE, ABSENT], force_terminal=True, color_system="standard")
    assert "\x1b[" not in shown([HERE, ABSENT])
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[3" not in shown([HERE, ABSENT], force_terminal=True, color_system="standard")


def test_square_brackets_of_a_remedy_are_text_not_markup() -> None:
    row = Availability("extra torch", Lack("not installed: torch", "`pip install 'parity-harness[torch]'`"))
    assert "`pip install 'parity-harness[torch]'`" in shown([HERE, row])


# what it amounts to


@pytest.mark.parametrize(
    ("name", "status"), [("r", Exit.OK), ("python", Exit.OK), ("onnx", Exit.OK), ("torch", 3)]
)
def test_one_of_r_python_and_onnx_is_enough(name: str, status: int) -> None:
    rows = [Availability(f"runtime {name}", None), Availability("runtime other", Lack("no", ""))]
    assert doctor.exit_status(rows) == status


def test_nothing_usable_is_said_and_is_no_success() -> None:
    rows = [Availability("runtime onnx", Lack("no", "")), Availability("runtime recorded", None)]
    assert doctor.exit_status(rows) is Exit.NOTHING
    assert doctor.summary(rows).startswith("Nothing can be run here")


def test_devices_are_listed_with_the_runtimes_that_can_use_them() -> None:
    names = [
        "runtime onnx",
        "runtime r",
        "runtime recorded",
        "target onnx@cuda",
        "target torch@cuda",
        "target onnx@rocm",
    ]
    rows = [Availability(name, None) for name in names]
    assert doctor.summary(rows) == (
        "Can be run here: onnx and r forms on cpu; onnx and torch on cuda; onnx on rocm."
    )


# examining


def test_every_runtime_and_device_has_a_row_and_no_engine_is_imported() -> None:
    code = (
        "import sys; from harness import doctor; rows = doctor.examine();"
        "print(*(row.name for row in rows), sep='\\n');"
        "sys.exit(any(name in sys.modules for name in ('torch', 'onnxruntime', 'onnx')))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    names = done.stdout.splitlines()
    assert {f"runtime {name}" for name in registry.names("runtimes")} <= set(names)
    assert {f"device {name}" for name in registry.names("devices")} <= set(names)


def test_a_runtime_is_tried_on_the_devices_that_are_here_only(monkeypatch: pytest.MonkeyPatch) -> None:
    seams = {"runtimes": ("onnx", "python"), "devices": registry.names("devices")}
    monkeypatch.setattr(registry, "names", seams.__getitem__)
    cuda, rocm = registry.find("devices", "cuda"), registry.find("devices", "rocm")
    monkeypatch.setattr(cuda, "lack", lambda: None)
    monkeypatch.setattr(rocm, "lack", lambda: Lack("no", ""))
    rows = {row.name: row for row in doctor.examine()}
    row = rows["target onnx@cuda"]  # the tests' own build of ONNX Runtime is for the CPU
    assert row.lack is not None
    assert "CUDAExecutionProvider" in row.lack.reason
    assert not any(name.startswith("target") and name.endswith(("@cpu", "@rocm")) for name in rows)
    assert "target python@cuda" not in rows


# tools


def test_a_machine_without_programs_says_how_to_get_each(bare: Path) -> None:
    lacks = {
        row.name: row.lack for row in (tools.rscript(), tools.r_compiler(), tools.py_spy(), tools.chromium())
    }
    remedies = {name: lack.remedy if lack else None for name, lack in lacks.items()}
    assert remedies == {
        "tool Rscript": "`sudo apt install r-base-core` (or from https://cran.r-project.org)",
        "tool R CMD SHLIB": "`sudo apt install r-base-dev`",
        "tool py-spy": "`pip install py-spy`",
        "tool chromium": "`sudo apt install chromium`",
    }


def test_rscript_is_named_with_its_version_and_place(bare: Path) -> None:
    path = program(bare, "Rscript", "echo 'Rscript (R) version 4.5.1 (2025-06-13)'")
    row = tools.rscript()
    assert row.lack is None
    assert dict(row.details) == {"": "4.5.1 (2025-06-13)", "at": str(path)}


def test_r_without_its_compiler_cannot_build_a_library(bare: Path) -> None:
    program(bare, "R", "echo some-compiler -std=gnu11")
    lack = tools.r_compiler().lack
    assert lack is not None
    assert lack.reason == "R's C compiler (some-compiler -std=gnu11) is not here"


def test_r_without_its_headers_cannot_build_a_library(bare: Path) -> None:
    program(bare, "R", f'[ "$3" = CC ] && echo some-compiler || echo -I{bare}/include')
    program(bare, "some-compiler", "echo some-compiler 1.2.3")
    lack = tools.r_compiler().lack
    assert lack is not None
    assert "no Rinternals.h" in lack.reason
    (bare / "include").mkdir()
    (bare / "include/Rinternals.h").touch()
    row = tools.r_compiler()
    assert row.lack is None
    assert dict(row.details) == {"": "some-compiler 1.2.3"}


def test_r_without_a_compiler_serves_portably_and_says_what_would_be_quicker(
    bare: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(bare / "cache"))
    program(bare, "Rscript", "echo 'Rscript (R) version 4.5.1'")
    program(bare, "R", "echo gcc: command not found >&2; exit 1")
    lack = tools.r_session().lack
    assert lack is not None
    assert lack.reason == (
        "R forms run in the portable session: R's C library does not compile here: gcc: command not found"
    )
    assert "r-base-dev" in lack.remedy


def test_a_py_spy_that_may_not_look_into_processes_is_lacking(bare: Path) -> None:
    program(bare, "py-spy", "echo 'Error: Operation not permitted (os error 1)' >&2; exit 1")
    lack = tools.py_spy().lack
    assert lack is not None
    assert (
        lack.reason
        == "py-spy is here, but may not look into processes (Operation not permitted (os error 1))"
    )
    assert "ptrace_scope" in lack.remedy
    assert "SYS_PTRACE" in lack.remedy


def test_py_spy_is_tried_on_this_very_process() -> None:
    row = tools.py_spy()
    if row.lack is not None:
        pytest.skip(f"py-spy cannot be used here: {row.lack}")
    printed = subprocess.run([row.details["at"], "--version"], capture_output=True, text=True, check=True)
    assert printed.stdout.strip() == f"py-spy {row.details['']}"
    assert row.details["sampling"] == "permitted"


# extras


def test_the_packages_of_an_extra_are_read_from_the_requirements() -> None:
    requirements = [
        "numpy>=1.26",
        "torch>=2.5; extra == 'torch'",
        'onnx>=1.16; extra == "onnx"',
        "onnxruntime>=1.19; extra == 'onnx'",
        "parity-harness[onnx,torch]; extra == 'all'",
    ]
    assert extras_of(requirements) == {"onnx": ("onnx", "onnxruntime"), "torch": ("torch",)}
