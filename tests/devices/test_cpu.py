"""The processor, read from files laid out as Linux lays them out."""

from pathlib import Path

import pytest

from harness.devices import cpu

CPUINFO = """\
processor\t: 0
model name\t: AMD EPYC   7763 64-Core Processor
physical id\t: 0
core id\t\t: 0
flags\t\t: fpu sse4_2 avx avx2 fma avx512_bf16

processor\t: 1
model name\t: AMD EPYC   7763 64-Core Processor
physical id\t: 0
core id\t\t: 0
flags\t\t: fpu sse4_2 avx avx2 fma avx512_bf16

processor\t: 2
model name\t: AMD EPYC   7763 64-Core Processor
physical id\t: 1
core id\t\t: 0
flags\t\t: fpu sse4_2 avx avx2 fma avx512_bf16
"""


def lay_out(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


def test_nothing_is_lacking_for_a_cpu() -> None:
    assert cpu.lack() is None


def test_name_cores_and_flags_are_those_of_the_machine(tmp_path: Path) -> None:
    root = lay_out(tmp_path, {"proc/cpuinfo": CPUINFO, "proc/meminfo": "MemTotal:       16777216 kB\n"})
    facts = cpu.describe(root)
    assert facts["name"] == "AMD EPYC 7763 64-Core Processor"
    assert facts["cores"] == "2"  # two threads of one core count once
    assert facts["flags"] == "sse4_2 avx fma avx2 avx512_bf16"
    assert facts["memory"] == "16.0 GiB"


def test_an_arm_processor_names_its_own_features(tmp_path: Path) -> None:
    cpuinfo = "processor\t: 0\nFeatures\t: fp asimd asimdhp sve bf16\n\nModel\t\t: Raspberry Pi 5\n"
    facts = cpu.describe(lay_out(tmp_path, {"proc/cpuinfo": cpuinfo}))
    assert facts["name"] == "Raspberry Pi 5"
    assert facts["flags"] == "asimd asimdhp bf16 sve"
    assert "cores" not in facts  # this kernel does not say which threads share a core


@pytest.mark.parametrize(
    ("files", "cpus", "memory"),
    [
        pytest.param(
            {
                "proc/self/cgroup": "0::/jobs/one\n",
                "sys/fs/cgroup/jobs/one/cpu.max": "max 100000\n",
                "sys/fs/cgroup/jobs/cpu.max": "150000 100000\n",
                "sys/fs/cgroup/jobs/one/memory.max": "max\n",
                "sys/fs/cgroup/jobs/memory.max": "2147483648\n",
            },
            "1.5 cores",
            "2.0 GiB",
            id="version 2, set on the outer group",
        ),
        pytest.param(
            {
                "proc/self/cgroup": "4:memory:/box\n2:cpu,cpuacct:/box\n",
                "sys/fs/cgroup/cpu,cpuacct/box/cpu.cfs_quota_us": "400000\n",
                "sys/fs/cgroup/cpu,cpuacct/box/cpu.cfs_period_us": "100000\n",
                "sys/fs/cgroup/memory/box/memory.limit_in_bytes": "1073741824\n",
                "sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
            },
            "4 cores",
            "1.0 GiB",
            id="version 1",
        ),
        pytest.param(
            {
                "proc/self/cgroup": "4:memory:/\n2:cpu,cpuacct:/\n",
                "sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us": "-1\n",
                "sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us": "100000\n",
                "sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
            },
            None,
            None,
            id="no limit",
        ),
    ],
)
def test_a_containers_limits_are_found(
    tmp_path: Path, files: dict[str, str], cpus: str | None, memory: str | None
) -> None:
    facts = cpu.describe(lay_out(tmp_path, files))
    assert facts.get("cpu limit") == cpus
    assert facts.get("memory limit") == memory


def test_a_machine_that_says_nothing_still_has_a_name_and_threads(tmp_path: Path) -> None:
    facts = cpu.describe(tmp_path)
    assert facts["name"]
    assert int(facts["threads"]) >= 1
