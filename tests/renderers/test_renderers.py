"""What every renderer must keep to."""

from __future__ import annotations

import pytest
import sample_runs

from harness import registry
from harness.protocols import Renderer
from harness.record import read_run


@pytest.fixture(params=registry.names("renderers"))
def renderer(request):
    return registry.find("renderers", request.param)


def test_a_renderer_offers_what_its_protocol_lists(renderer):
    assert isinstance(renderer, Renderer)
    assert renderer.SUFFIX.startswith(".")


@pytest.mark.parametrize("sample", sample_runs.SAMPLES, ids=lambda sample: sample.__name__)
def test_a_renderer_can_render_every_run_and_is_a_pure_function_of_it(renderer, sample, tmp_path):
    run = read_run(sample(tmp_path / "run"))
    before = sorted(path for path in run.folder.rglob("*"))
    text = renderer.render(run, run.folder)
    assert text.endswith("\n") or renderer.SUFFIX == ".html"
    assert text == renderer.render(run, run.folder)
    assert sorted(path for path in run.folder.rglob("*")) == before


def test_no_two_renderers_write_the_same_file():
    suffixes = [registry.find("renderers", name).SUFFIX for name in registry.names("renderers")]
    assert len(set(suffixes)) == len(suffixes)
