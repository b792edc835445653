"""CUDA, against a driver library compiled here that has two GPUs or is broken in a known way."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.devices import cuda

SOURCE = Path(__file__).with_name("fake_libcuda.c")


@pytest.fixture(autouse=True)
def _ask_anew() -> Iterator[None]:
    cuda._found.cache_clear()
    yield
    cuda._found.cache_clear()


@pytest.fixture(scope="session")
def library_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    compiler = shutil.which("cc")
    if compiler is None:
        pytest.skip("no C compiler here; to get one: apt install gcc")
    folder = tmp_path_factory.mktemp("cuda")
    subprocess.run([compiler, "-shared", "-fPIC", "-o", folder / "libcuda.so.1", SOURCE], check=True)
    return folder


@pytest.fixture
def driver(library_folder: Path, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    monkeypatch.setenv("LD_LIBRARY_PATH", str(library_folder))
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    monkeypatch.delenv("FAKE_CUDA", raising=False)
    return monkeypatch


def test_each_gpu_of_the_driver_is_described(driver: pytest.MonkeyPatch) -> None:
    assert cuda.lack() is None
    assert cuda.count() == 2
    facts = cuda.describe()
    assert facts["cuda"] == "12.8"
    assert facts["device 0"] == "Fake A100, 80.0 GiB, compute capability 8.0"
    assert facts["device 1"] == "Fake T4, 16.0 GiB, compute capability 7.5"


def test_a_driver_that_does_not_start_is_quoted(driver: pytest.MonkeyPatch) -> None:
    driver.setenv("FAKE_CUDA", "mismatch")
    lack = cuda.lack()
    assert lack is not None
    assert "cuInit: system has unsupported display driver / cuda driver combination, error 803" in lack.reason
    assert cuda.describe() == {}
    assert cuda.count() == 0


def test_a_hidden_gpu_is_explained_by_the_variable_that_hides_it(driver: pytest.MonkeyPatch) -> None:
    driver.setenv("FAKE_CUDA", "none")
    driver.setenv("CUDA_VISIBLE_DEVICES", "-1")
    lack = cuda.lack()
    assert lack is not None
    assert "sees no GPU; CUDA_VISIBLE_DEVICES is '-1'" in lack.reason


def test_a_driver_that_dies_does_not_take_the_harness_along(driver: pytest.MonkeyPatch) -> None:
    driver.setenv("FAKE_CUDA", "crash")
    lack = cuda.lack()
    assert lack is not None
    assert "exit status -6" in lack.reason


def test_without_a_driver_the_remedy_says_how_to_get_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "libcuda.so.1").write_text("not a library")  # stands before a real one, if there is any
    monkeypatch.setenv("LD_LIBRARY_PATH", str(tmp_path))
    lack = cuda.lack()
    assert lack is not None
    assert "no NVIDIA driver" in lack.reason
    assert "apt install nvidia-driver" in lack.remedy
