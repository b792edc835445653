"""Where a run took place: machine, versions, devices and settings that change numbers or times.

What is absent is left out; nothing here raises for what a machine does not say.
"""

from __future__ import annotations

import hashlib
import os
import platform
import shutil
import socket
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from harness import registry
from harness.installed import versions_of

#: Distributions whose version may change an answer, a time, or how it was measured.
PACKAGES = (
    *(
        "parity-harness",
        "numpy",
        "pandas",
        "pyarrow",
        "scipy",
        "scikit-learn",
        "joblib",
        "xgboost",
        "lightgbm",
    ),
    *("onnx", "onnxruntime", "onnxruntime-gpu", "onnxruntime-migraphx", "onnxruntime-rocm"),
    *("onnxruntime-openvino", "onnxruntime-directml", "onnxruntime-webgpu", "torch", "rpy2-rinterface"),
    *("hypothesis", "pytest", "pytest-benchmark", "py-spy", "typer", "rich", "jinja2"),
)

#: Environment variables that change numbers, thread counts or which device is seen.
VARIABLES = (
    *("OMP_NUM_THREADS", "OMP_DYNAMIC", "OMP_PROC_BIND", "KMP_AFFINITY", "KMP_DETERMINISTIC_REDUCTION"),
    *("MKL_NUM_THREADS", "MKL_CBWR", "MKL_ENABLE_INSTRUCTIONS", "MKL_DYNAMIC"),
    *("OPENBLAS_NUM_THREADS", "OPENBLAS_CORETYPE", "GOTO_NUM_THREADS", "BLIS_NUM_THREADS"),
    *("VECLIB_MAXIMUM_THREADS", "NUMEXPR_NUM_THREADS", "NPY_DISABLE_CPU_FEATURES", "ATEN_CPU_CAPABILITY"),
    *("ONEDNN_MAX_CPU_ISA", "DNNL_MAX_CPU_ISA", "ONEDNN_DEFAULT_FPMATH_MODE", "GLIBC_TUNABLES", "LD_PRELOAD"),
    *("CUDA_VISIBLE_DEVICES", "NVIDIA_TF32_OVERRIDE", "TORCH_ALLOW_TF32_CUBLAS_OVERRIDE"),
    *("CUBLAS_WORKSPACE_CONFIG", "HIP_VISIBLE_DEVICES", "ROCR_VISIBLE_DEVICES", "HSA_OVERRIDE_GFX_VERSION"),
    *("LC_ALL", "LC_COLLATE", "LC_NUMERIC", "LANG", "TZ", "PYTHONHASHSEED", "R_LIBS", "R_LIBS_USER"),
)

_COMMAND_TIMEOUT_S = 5.0


def describe() -> dict[str, Any]:
    """Everything above, as JSON values, for the header of a run.

    The host's name is replaced by a hash: enough to tell one machine from another, not to name it.
    """
    facts: dict[str, Any] = {
        "platform": platform.platform(),
        "machine": platform.machine(),
        "libc": " ".join(platform.libc_ver()).strip(),
        "host": host_fingerprint(),
        "python": python_version(),
        "packages": dict(versions_of(PACKAGES)),
        "r": r_facts(),
        "runtimes": {
            name: dict(registry.find("runtimes", name).versions()) for name in registry.names("runtimes")
        },
        "devices": {
            name: dict(registry.find("devices", name).describe()) for name in registry.names("devices")
        },
        "variables": {name: os.environ[name] for name in VARIABLES if name in os.environ},
        "git": git_commit(Path.cwd()),
    }
    return {name: fact for name, fact in facts.items() if fact}


def python_version() -> str:
    """The interpreter that runs the harness: ``CPython 3.11.7``."""
    return f"{platform.python_implementation()} {platform.python_version()}"


def r_facts() -> dict[str, str]:
    """R's version and the path of ``Rscript``; empty where there is none on the PATH."""
    path = shutil.which("Rscript")
    version = first_line([path, "--version"]) if path else None
    if path is None or version is None:
        return {}
    # "Rscript (R) version 4.2.2 Patched (2022-11-10 r83330)", before R 4 "R scripting front-end version ..."
    return {"version": version.partition("version ")[2] or version, "path": path}


def host_fingerprint() -> str:
    """Twelve hexadecimal digits that stay the same on one machine and do not tell its name."""
    secret = ""
    for path in (Path("/etc/machine-id"), Path("/var/lib/dbus/machine-id")):
        if path.is_file():
            secret = path.read_text(encoding="ascii", errors="replace").strip()
            break
    return hashlib.sha256(f"{secret}\0{socket.gethostname()}".encode()).hexdigest()[:12]


def git_commit(folder: Path) -> str:
    """The commit checked out in a folder, ``-dirty`` behind it if tracked files differ; "" outside of git."""
    describe_commit = ["describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"]
    return first_line(["git", "-C", str(folder), *describe_commit]) or ""


def first_line(command: Sequence[str]) -> str | None:
    """The first line that a command prints; None where it is absent, fails or takes over five seconds."""
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=_COMMAND_TIMEOUT_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    # R 3 and early 4 print their version to standard error
    text = (done.stdout or done.stderr or b"").decode("utf-8", errors="replace").strip()
    return text.splitlines()[0] if done.returncode == 0 and text else None
