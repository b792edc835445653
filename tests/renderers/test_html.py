"""The HTML report as text: what it holds, and what it does not."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser

import pytest
import sample_runs

from harness.record import RunError, RunWriter, read_run
from harness.renderers import html

VOID = {"meta", "link", "br", "input", "col", "img", "hr"}


class Checker(HTMLParser):
    """Collects what the page would load, and elements that are not closed in their order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.loaded: list[str] = []
        self.scripts = 0
        self.wrong: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.scripts += tag == "script"
        self.ids += [given["id"]] if "id" in given else []
        if tag == "a":
            self.links.append(given["href"])
        elif "href" in given or "src" in given:
            self.loaded.append(given.get("href") or given.get("src"))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.wrong.append(f"{tag} at {self.getpos()}")


def checked(text: str) -> Checker:
    checker = Checker()
    checker.feed(text)
    checker.close()
    return checker


@pytest.mark.parametrize("sample", [sample.__name__ for sample in sample_runs.SAMPLES])
def test_the_page_is_whole_and_loads_nothing(rendered, sample):
    text = rendered(sample, "html")
    page = checked(text)
    assert page.wrong == []
    assert page.open == []
    assert page.loaded == ["data:,"]
    assert "url(" not in text
    assert "@import" not in text
    assert len(text.encode()) < 1_500_000
    assert len(set(page.ids)) == len(page.ids)
    assert {link.removeprefix("#") for link in page.links} <= set(page.ids)


def test_only_the_pages_own_scripts_are_there_whatever_a_name_holds(rendered):
    text = rendered("nasty", "html")
    assert checked(text).scripts == 2  # the program and the stacks as data
    assert "<script>window.pwned" not in text


def test_the_policy_names_the_hash_of_the_very_script(rendered):
    import base64
    import hashlib

    text = rendered("sound", "html")
    script = re.search(r"<script>(.*?)</script>", text, re.DOTALL)[1]
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in text
    assert "default-src 'none'" in text


def test_the_matrix_has_each_status_as_a_word_and_a_symbol(rendered):
    text = rendered("bundled", "html")
    matrix = text[text.index('<table class="matrix">') : text.index('<section id="findings"')]
    badges = re.findall(
        r'class="badge (\w+)"[^>]*><span class="sign" aria-hidden="true">(.)</span>([^<]+)', matrix
    )
    assert sorted(set(badges)) == [
        ("agrees", "✓", "agrees"),
        ("disagrees", "✗", "disagrees"),
        ("expected", "✗", "disagrees, as expected"),
        ("failed", "!", "failed"),
        ("missing", "○", "missing"),
    ]
    assert len(badges) == 14
    assert matrix.count("the model has no such target") == 4 * 7 - 14 + 1  # and once in the legend


@pytest.mark.parametrize(
    ("sample", "tone"),
    [("sound", "good"), ("bundled", "bad"), ("nothing_ran", "nothing"), ("empty", "nothing")],
)
def test_the_headline_is_green_only_where_something_ran_and_agreed(rendered, sample, tone):
    text = rendered(sample, "html")
    assert f'class="headline tone-{tone}"' in text
    if tone != "good":
        assert "tone-good" not in text[text.index("</style>") :]


def test_a_batch_example_has_a_column_for_each_row(rendered):
    text = rendered("bundled", "html")
    batch = text[text.index("Smallest batch") :]
    batch = batch[: batch.index("</table>")]
    assert re.findall(r'<th scope="col">(row \d)</th>', batch) == ["row 1", "row 2"]
    assert re.findall(r"<td>([^<]+)</td>", batch) == [
        *("41.0", "41.5", "2500.0", "missing"),
        *("0.25", "0.5", "0.25", "0.4999999"),
    ]


def test_sections_without_records_are_left_out(rendered):
    text = rendered("sound", "html")
    for name in ("latency", "phases", "flame"):
        assert f'id="{name}"' not in text
        assert f'href="#{name}"' not in text


def test_the_report_names_the_very_run(rendered, tmp_path):
    import hashlib

    text = rendered("bundled", "html")
    digest = hashlib.sha256((tmp_path / "bundled" / "run.jsonl").read_bytes()).hexdigest()
    assert text.count(digest) == 2  # among the facts, and above the signature
    assert "Intel(R) Xeon(R) Processor @ 2.70GHz" in text
    assert "../../fixtures/applicants.csv" in text
    assert "77e0" * 16 in text


def test_the_stacks_are_given_to_the_page_as_data(rendered):
    text = rendered("bundled", "html")
    data = json.loads(re.search(r'id="flame-data">(.*?)</script>', text, re.DOTALL)[1])
    assert len(data) == 8
    assert data[0]["samples"][0] == 1105
    assert len(data[0]["name_of"]) == len(data[0]["samples"]) == len(data[0]["depth"])


def test_an_altered_attachment_is_refused(tmp_path):
    folder = sample_runs.bundled(tmp_path / "run")
    attachment = next((folder / "attachments").iterdir())
    attachment.write_text("compute 1\n", "utf-8")
    with pytest.raises(RunError, match="altered"):
        html.render(read_run(folder), folder)


def test_stacks_that_are_no_stacks_are_refused_with_their_line(tmp_path):
    with RunWriter(tmp_path / "run", command=["parity"], environment={}) as writer:
        sample_runs.profile(writer, "m", "t@cpu", 10, "compute;f 3\nno number here\n")
        writer.finish(0)
    with pytest.raises(RunError, match=r"\.folded:2: not a collapsed stack"):
        html.render(read_run(tmp_path / "run"), tmp_path / "run")


def test_without_jinja2_it_says_what_to_install(monkeypatch, tmp_path):
    import sys

    from harness.protocols import MissingError

    monkeypatch.setitem(sys.modules, "jinja2", None)
    folder = sample_runs.sound(tmp_path / "run")
    with pytest.raises(MissingError, match=r"pip install jinja2"):
        html.render(read_run(folder), folder)
