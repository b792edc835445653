"""AMD GPUs, read from files laid out as the kernel's compute driver lays them out."""

from pathlib import Path

import pytest

from harness.devices import rocm

CPU_NODE = {"properties": "cpu_cores_count 64\nsimd_count 0\ngfx_target_version 0\n"}
MI210 = {
    "properties": "cpu_cores_count 0\nsimd_count 416\ngfx_target_version 90010\n",
    "mem_banks/0/properties": "heap_type 1\nsize_in_bytes 68702699520\n",
}


def machine(root: Path, *nodes: dict[str, str]) -> Path:
    (root / "dev").mkdir()
    (root / "dev/kfd").touch()
    for index, node in enumerate(nodes):
        for name, text in node.items():
            path = root / "sys/class/kfd/kfd/topology/nodes" / str(index) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    return root


def test_without_the_driver_the_remedy_names_it(tmp_path: Path) -> None:
    lack = rocm.lack(tmp_path)
    assert lack is not None
    assert "no AMD compute driver" in lack.reason
    assert "--device /dev/kfd" in lack.remedy
    assert rocm.describe(tmp_path) == {}


def test_a_machine_whose_nodes_are_all_processors_has_no_gpu(tmp_path: Path) -> None:
    lack = rocm.lack(machine(tmp_path, CPU_NODE))
    assert lack is not None
    assert "lists no GPU" in lack.reason


def test_gpus_are_told_from_processors_and_named_by_architecture(tmp_path: Path) -> None:
    root = machine(tmp_path, CPU_NODE, MI210, MI210)
    (root / "sys/module/amdgpu").mkdir(parents=True)
    (root / "sys/module/amdgpu/version").write_text("6.8.5\n")
    assert rocm.lack(root) is None
    assert rocm.count(root) == 2
    assert rocm.describe(root) == {
        "driver": "6.8.5",
        "device 0": "gfx90a, 64.0 GiB",
        "device 1": "gfx90a, 64.0 GiB",
    }


@pytest.mark.parametrize(
    ("version", "name"), [(90402, "gfx942"), (100300, "gfx1030"), (110000, "gfx1100"), (90006, "gfx906")]
)
def test_architectures_are_spelt_as_compilers_spell_them(tmp_path: Path, version: int, name: str) -> None:
    node = {"properties": f"simd_count 4\ngfx_target_version {version}\n"}
    assert rocm.describe(machine(tmp_path, node))["device 0"] == f"{name}, 0.0 GiB"


def test_a_driver_that_this_user_may_not_open_is_lacking(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = machine(tmp_path, MI210)
    monkeypatch.setattr(rocm.os, "access", lambda path, mode: False)  # root may open anything
    lack = rocm.lack(root)
    assert lack is not None
    assert "may not open" in lack.reason
    assert "usermod -aG render" in lack.remedy
