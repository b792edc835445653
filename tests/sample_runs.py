"""Run folders as the harness writes them, made up: what reports are tested on.

Run as a script, it writes them all below a folder, to be looked at:
``python tests/sample_runs.py FOLDER``.
"""

import sys
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from harness.record import RunWriter

NO_CUDA = (
    "no NVIDIA driver is loaded (libcuda.so.1 is not here); install the driver and "
    "`pip install onnxruntime-gpu`, then see: parity doctor"
)
NO_ROCM = "no AMD GPU is here (/dev/kfd does not exist); see: parity doctor"

ENVIRONMENT = {
    "platform": "Linux-6.1.0-x86_64-with-glibc2.36",
    "machine": "x86_64",
    "host": "3fa4c1d09b7e",
    "python": "CPython 3.11.2",
    "packages": {"numpy": "2.4.0", "pandas": "3.1.0", "onnxruntime": "1.32.0", "torch": "2.13.0+cpu"},
    "r": {"version": "4.2.2 Patched (2022-11-10 r83330)", "path": "/usr/bin/Rscript"},
    "devices": {"cpu": {"name": "Intel(R) Xeon(R) Processor @ 2.70GHz", "cores": 2, "memory": "8 GiB"}},
    "variables": {"LANG": "C.UTF-8", "OMP_NUM_THREADS": "1"},
    "git": "b0117f29d6e1c1a7e5f0cbb9d1f86e6ad1a2a0f3-dirty",
}


def finding(target: str, status: str = "agrees", **more) -> dict:
    sound = {"rows": 1_048_576, "data": {"rows": 1000, "affected": 0, "flips": {}}, "seconds": 2.9}
    here = sound if status in ("agrees", "disagrees") else {"rows": 0}
    return {"target": target, "status": status, "reason": None, "mismatches": [], **here, **more}


def mismatch(output, rows, cause, because, inputs, reference, candidate, **more) -> dict:
    example = {"inputs": inputs, "reference": reference, "candidate": candidate}
    told = {"output": output, "rows": rows, "cause": cause, "because": because}
    return {**told, "example": example, **more}


def verdict(model: str, targets: Iterable[dict], **more) -> dict:
    told = {"model": model, "path": f"suites/{model.replace('-', '_')}", "reference": "r@cpu"}
    return {**told, "seconds": 7.4, "expect": [], "expected": None, "targets": list(targets), **more}


def seed_migration() -> dict:
    faults = [
        mismatch(
            "points",
            812,
            "interval-closure",
            "every disagreeing row has age equal to 18, 25, 30, 45, 60 or 75",
            {"age": 30.0},
            25,
            35,
            decision="offer",
        ),
        mismatch(
            "points", 341, "out-of-range", "every disagreeing row has age below 18", {"age": 0.0}, None, 60
        ),
        mismatch(
            "points",
            120,
            "error",
            "every disagreeing row has age of at least 75",
            {"age": 75.0},
            60,
            {"error": "IndexError: index 5 is out of bounds for axis 0 with size 5"},
        ),
    ]
    effect = {"rows": 1000, "affected": 67, "flips": {"offer": 40}, "affected_keys": ["A-0007", "A-0012"]}
    python = finding("python@cpu", "disagrees", mismatches=faults, data=effect, rows=262_144)
    causes = ["interval-closure", "out-of-range", "error"]
    return verdict("seed-migration", [python], expect=causes, expected=True)


def scorecard() -> dict:
    here = finding(
        "python@cpu",
        notes=["the tolerance of pd is looser than the default: 2^x differs between C libraries"],
        unreached=["amount / duration > 5000 (score.py:41)"],
        knife_edge={"approve": 2},
        cells=[2_097_100, 2_097_152],
    )
    missing = [
        finding(f"{name}@{device}", "missing", reason=why)
        for name in ("onnx", "torch")
        for device, why in (("cuda", NO_CUDA), ("rocm", NO_ROCM))
    ]
    return verdict("german-scorecard", [here, finding("onnx@cpu"), finding("torch@cpu"), *missing])


def logit() -> dict:
    inputs = {
        "checking_status": "< 0 DM",
        "duration_months": 30.000000000000004,
        "credit_history": "critical or credits elsewhere",
        "purpose": "furniture or equipment",
        "credit_amount": 1048.0,
        "savings": None,
        "employed_since": "4 to < 7 years",
        "installment_rate": 4,
        "age": 19,
        "existing_credits": 99,
    }
    drift = mismatch(
        "pd",
        4_117,
        "single-precision",
        "the differences vanish when the candidate's weights are taken as doubles; "
        "the graph's initializer `coef` is float32",
        inputs,
        0.31802041530601904,
        0.3180203437805176,
    )
    effect = {"rows": 1000, "affected": 998, "flips": {"approve": 1}}
    onnx = finding("onnx@cpu", "disagrees", mismatches=[drift], data=effect)
    return verdict(
        "german-logit", [finding("python@cpu"), onnx, finding("onnx@cuda", "missing", reason=NO_CUDA)]
    )


def forest() -> dict:
    batch = {
        "batch": [{"age": 41.0, "amount": 2500.0}, {"age": 41.5, "amount": None}],
        "reference": [0.25, 0.5],
        "candidate": [0.25, 0.4999999],
    }
    dependence = {
        "output": "pd",
        "rows": 19,
        "cause": "batch-dependence",
        "because": "row 2 alone gets 0.5, behind row 1 it gets 0.4999999",
        "example": batch,
    }
    waived = {
        **mismatch("pd", 3, "rounding", "a tie at the 12th digit", {"age": 20.0}, 0.125, 0.1250001),
        "waiver": {
            "reason": "accepted by model risk, ticket 4711",
            "owner": "model risk",
            "expires": "2027-06-30",
        },
    }
    failed = finding(
        "torch@cpu",
        "failed",
        reason="the worker died on the first row (signal 9); its last words:\n"
        "RuntimeError: [enforce fail at alloc_cpu.cpp:117] not enough memory",
    )
    python = finding("python@cpu", "disagrees", mismatches=[dependence], waived=[waived])
    return verdict("german-forest", [python, finding("onnx@cpu"), failed])


def timings(model: str, medians: dict[str, tuple[float, float]], calls: int = 400) -> Iterable[dict]:
    """Samples of a start-up cost and a cost per row, in microseconds, with a long tail."""
    rng = np.random.default_rng(7)
    for target, (fixed, per_row) in medians.items():
        for rows in (1, 10, 100, 1_000, 10_000, 100_000):
            noise = np.exp(np.abs(rng.normal(0, 0.12, calls)) + (rng.random(calls) > 0.97) * 0.8)
            wall = (fixed + per_row * rows) * 1e3 * noise
            yield {
                "model": model,
                "target": target,
                "scenario": "single-stream" if rows == 1 else "offline",
                "rows": rows,
                "warmup": 5,
                "settled": True,
                "samples_ns": [int(ns) for ns in wall],
                "compute_ns": [int(ns * 0.55) for ns in wall],
                "rounds": [calls // 2, calls - calls // 2],
                "parity": "agrees",
                "reason": None,
            }


STACKS = """\
idle;wait (worker.py:88);poll 41
compute;call (session.py:40);score (score.py:12);digitize (numpy/lib/function_base.py:5600);searchsorted 210
compute;call (session.py:40);score (score.py:12);__getitem__ (pandas/core/frame.py:4102);take 96
compute;call (session.py:40);score (score.py:19);pd_of (score.py:31);power 310
compute;call (session.py:40);score (score.py:19);pd_of (score.py:31);libm.so.6`exp2 122
compute;R:score (score.R:4);R:cut.default;R:.bincode;libR.so`bincode 64
encode;encode (arrow.py:22);pa::ipc::WriteRecordBatch 77
transport;write (frames.py:51) 33
decode;decode (arrow.py:60);frame_of (frames.py:70);DataFrame.__init__ (pandas/core/frame.py:700) 140
decode-result;decode (arrow.py:60) 12
"""


def profile(writer: RunWriter, model: str, target: str, wall_ns: int, folded: str | None = STACKS) -> None:
    shares = {"encode": 0.08, "transport": 0.03, "decode": 0.17, "compute": 0.58}
    shares |= {"encode-result": 0.03, "return": 0.02, "decode-result": 0.04, "idle": 0.03}
    writer.add(
        "profile",
        {
            "model": model,
            "target": target,
            "rows": 10_000,
            "calls": 40,
            "wall_ns": wall_ns,
            "phases": {name: int(wall_ns * part) for name, part in shares.items()},
            "folded": writer.attach(folded.encode(), ".folded") if folded else None,
            "reason": None if folded else "py-spy may not look into processes here",
        },
    )


def write(folder: Path, records: Iterable[tuple[str, dict]], *, exit_status: int = 0, **header) -> Path:
    told = {"command": ["parity", "run"], "environment": ENVIRONMENT, **header}
    with RunWriter(folder, **told) as writer:
        for kind, fields in records:
            writer.add(kind, fields)
        writer.finish(exit_status)
    return folder


COSTS = {
    "r@cpu": (190.0, 0.9),
    "python@cpu": (310.0, 0.21),
    "onnx@cpu": (45.0, 0.06),
    "torch@cpu": (120.0, 0.045),
}


def bundled(folder: Path) -> Path:
    """A run as `parity run` writes it, of sound, faulty and failing models."""
    files = {"model.toml": "9f2c" * 16, "score.R": "01ab" * 16, "../../fixtures/applicants.csv": "77e0" * 16}
    prints = {"seed-migration": files, "german-logit": {"model.toml": "c0de" * 16}}
    told = {"command": ["parity", "run"], "environment": ENVIRONMENT, "fingerprints": prints}
    with RunWriter(folder, **told) as writer:
        for one in (scorecard(), logit(), forest(), seed_migration()):
            writer.add("verdict", one)
        for model in ("german-scorecard", "german-logit"):
            for fields in timings(model, COSTS):
                writer.add("timing", fields)
            for target, (fixed, _) in COSTS.items():
                cold = {"open_ns": int(fixed * 3e6), "first_call_ns": int(fixed * 2e4)}
                writer.add("cold", {"model": model, "target": target, **cold})
            for target, (fixed, per_row) in COSTS.items():
                profile(writer, model, target, int((fixed + 1e4 * per_row) * 4e4))
        untimed = {"samples_ns": [], "compute_ns": [], "warmup": 0, "parity": "disagrees", "reason": None}
        target = {"model": "seed-migration", "target": "python@cpu", "scenario": "offline", "rows": 1000}
        writer.add("timing", {**target, **untimed})
        writer.finish(1)
    return folder


def sound(folder: Path) -> Path:
    """Everything that ran agrees, save what is expected; no timings."""
    missing = finding("onnx@cuda", "missing", reason=NO_CUDA)
    models = [
        scorecard(),
        verdict("german-tree", [finding("onnx@cpu"), missing]),
        seed_migration(),
    ]
    return write(folder, [("verdict", v) for v in models])


def nothing_ran(folder: Path) -> Path:
    no_r = "the reference r@cpu is missing: there is no Rscript on the PATH; `sudo apt install r-base-core`"
    targets = [finding(t, "missing", reason=no_r) for t in ("python@cpu", "onnx@cpu")]
    models = [verdict("german-tree", targets), verdict("german-forest", targets)]
    return write(folder, [("verdict", v) for v in models], exit_status=3)


def empty(folder: Path) -> Path:
    return write(folder, [], exit_status=3)


def many(folder: Path) -> Path:
    """Twelve models on six targets, timed."""
    names = ("python@cpu", "onnx@cpu", "onnx@cuda", "torch@cpu", "torch@cuda", "golden@cpu")
    records: list[tuple[str, dict]] = []
    for number in range(12):
        model = f"portfolio-{number:02d}-probability-of-default"
        wrong = mismatch(
            "pd", 7 + number, "threshold", "only for income in (1000, 1001]", {"income": 1000.5}, 0.1, 0.2
        )
        targets = [
            finding(name, "missing", reason=NO_CUDA)
            if name.endswith("cuda")
            else finding(name, "disagrees", mismatches=[wrong])
            if number % 5 == 3 and name == "onnx@cpu"
            else finding(name)
            for name in names
        ]
        records.append(("verdict", verdict(model, targets)))
        records.extend(("timing", fields) for fields in timings(model, COSTS, calls=30))
    return write(folder, records, exit_status=1)


NASTY = "</script><script>window.pwned=1</script>\"'&<b>`|\n\u2028\u202e\u00a0\x07漢字🙂" + "w" * 300
NASTY_MODEL = "<script>window.pwned=1</script> | [red]x[/red] `tick`"


def nasty(folder: Path) -> Path:
    """Names and values that break what is not escaped, and every shape of answer."""
    causes = [
        mismatch(
            NASTY,
            1,
            "an-unknown-cause",
            NASTY,
            {NASTY: NASTY, "up": "Infinity", "none": None, "flag": True},
            "Infinity",
            "-Infinity",
        ),
        mismatch(
            "since",
            1,
            "date",
            "29 February",
            {"opened": "2024-02-29"},
            "2024-02-29",
            {"error": f"E: {NASTY}"},
        ),
        mismatch(
            "text",
            2,
            "text",
            "a blank at the end",
            {"level": " Own "},
            "own",
            "Own\u00a0",
            decision=NASTY_MODEL,
        ),
    ]
    targets = [
        finding(
            NASTY_MODEL, "disagrees", mismatches=causes, notes=[NASTY, {"why": NASTY}], unreached=[NASTY]
        ),
        finding("odd@cpu", "a status of tomorrow"),
        finding("bare@cpu", "disagrees", data=None, rows=None, seconds=None),
        finding("gone@" + "x" * 80, "missing", reason=NASTY),
    ]
    model = verdict(NASTY_MODEL, targets, path="suites/it's here/model.toml", colour="a key of tomorrow")
    told = {"command": ["parity", "verify", NASTY], "environment": {NASTY: {NASTY: [NASTY, 1]}, "n": None}}
    with RunWriter(folder, **told) as writer:
        writer.add("verdict", model)
        writer.add("a record of tomorrow", {"x": 1})
        for fields in timings(NASTY_MODEL, {NASTY_MODEL: (10.0, 1.0)}, calls=3):
            writer.add("timing", fields)
        name = NASTY.replace("\n", " ").replace(";", ",")
        profile(writer, NASTY_MODEL, NASTY_MODEL, 10**6, f"{name};{NASTY_MODEL} 3\ncompute 4\n")
        profile(writer, NASTY_MODEL, "other@cpu", 10**6, None)
        writer.finish(1)
    return folder


def incomplete(folder: Path) -> Path:
    with RunWriter(folder, command=["parity", "run"], environment=ENVIRONMENT) as writer:
        writer.add("verdict", scorecard())
    return folder


SAMPLES = (bundled, sound, nothing_ran, empty, many, nasty)

if __name__ == "__main__":
    for sample in SAMPLES:
        print(sample(Path(sys.argv[1]) / sample.__name__))
