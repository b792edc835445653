"""Run folders: what is written is read back, and what is not whole is refused."""

import hashlib
import json

import pytest

from harness.record import IncompleteRunError, Run, RunError, RunWriter, read_run

VERDICT = {"model": "card", "status": "agrees", "rows": 3}


def writer(folder, **options):
    return RunWriter(folder, command=["parity", "run"], environment={"host": "here"}, **options)


@pytest.fixture
def whole(tmp_path):
    """A whole run of two verdicts and a timing."""
    folder = tmp_path / "run"
    with writer(folder, fingerprints={"card": {"model.toml": "00"}}) as run:
        run.add("verdict", VERDICT)
        run.add("timing", {"ns": [1, 2, 3]})
        run.add("verdict", VERDICT | {"status": "failed"})
        run.finish(3)
    return folder


def rewrite(folder, change):
    file = folder / "run.jsonl"
    file.write_bytes(change(file.read_bytes()))


def test_a_whole_run_is_read_back(whole):
    run = read_run(whole)
    assert isinstance(run, Run)
    assert run.header["command"] == ["parity", "run"]
    assert run.header["environment"] == {"host": "here"}
    assert run.header["fingerprints"] == {"card": {"model.toml": "00"}}
    assert [record["record"] for record in run.records] == ["verdict", "timing", "verdict"]
    assert run.of("verdict") == (
        {"record": "verdict", **VERDICT},
        {"record": "verdict", **VERDICT, "status": "failed"},
    )
    assert run.of("profile") == ()
    assert (run.footer["records"], run.footer["exit"]) == (3, 3)


def test_a_run_without_records_is_whole(tmp_path):
    with writer(tmp_path) as run:
        run.finish(0)
    assert read_run(tmp_path).records == ()


def test_every_record_is_on_disk_as_soon_as_it_is_added(tmp_path):
    with writer(tmp_path) as run:
        run.add("verdict", VERDICT)
        lines = (tmp_path / "run.jsonl").read_text().splitlines()
    assert [json.loads(line)["record"] for line in lines] == ["header", "verdict"]


def test_a_run_that_ends_in_an_error_is_incomplete(tmp_path):
    def interrupted():
        with writer(tmp_path) as run:
            run.add("verdict", VERDICT)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    with pytest.raises(IncompleteRunError, match=r"run\.jsonl: the run has no footer: it was interrupted"):
        read_run(tmp_path)


def test_a_run_cut_short_anywhere_is_refused_as_incomplete_or_without_a_header(whole):
    content = (whole / "run.jsonl").read_bytes()
    header = content.index(b"\n")
    for length in range(len(content) - 1):
        (whole / "run.jsonl").write_bytes(content[:length])
        expected = RunError if length < header else IncompleteRunError
        with pytest.raises(expected) as caught:
            read_run(whole)
        assert type(caught.value) is expected, length
    (whole / "run.jsonl").write_bytes(content[:-1])
    assert len(read_run(whole).records) == 3


def test_a_run_cut_inside_a_character_is_incomplete(tmp_path):
    with writer(tmp_path) as run:
        run.add("verdict", {"model": "ä"})
    rewrite(tmp_path, lambda content: content[: content.index("ä".encode()) + 1])
    with pytest.raises(IncompleteRunError):
        read_run(tmp_path)


@pytest.mark.parametrize(
    "text", ["\u2028", "\x85", "\x0b\x0c\x1c", "\r\n", '"\\', "\U0001f600", "\udc80", "\0"]
)
def test_any_text_comes_back_as_it_was(tmp_path, text):
    with writer(tmp_path) as run:
        run.add("verdict", {"model": text})
        run.finish(0)
    assert read_run(tmp_path).records[0]["model"] == text


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda content: b"", "the run has no header: it is empty or damaged"),
        (lambda content: content.partition(b"\n")[2], "the run has no header: it is empty or damaged"),
        (lambda content: content.replace(b'"format": 1', b'"format": 2'), "format 2, but this version reads"),
        (
            lambda content: content.replace(b'"format": 1, ', b""),
            "format None, but this version reads format 1",
        ),
        (lambda content: content.replace(b'{"record": "timing"', b'{"record": "tim'), ":3: not JSON ("),
        (lambda content: content.replace(b"agrees", b"\xff"), ":2: not UTF-8: the file is damaged"),
        (lambda content: content.replace(b"\n", b"\n[]\n", 1), ":2: not a record: the file is damaged"),
        (lambda content: content.replace(b"\n", b'\n{"a": 1}\n', 1), ":2: not a record: the file is damaged"),
        (lambda content: content.replace(b"\n", b"\n\n", 1), ":2: not JSON ("),
        (
            lambda content: b"".join(
                line for line in content.splitlines(keepends=True) if b'"timing"' not in line
            ),
            "the footer counts 3 records, but there are 2: the file was altered",
        ),
        (
            lambda content: content + content.splitlines(keepends=True)[-1],
            "the footer counts 3 records, but there are 4: the file was altered",
        ),
    ],
)
def test_a_damaged_run_is_refused_with_the_place(whole, change, message):
    rewrite(whole, change)
    with pytest.raises(RunError) as caught:
        read_run(whole)
    assert not isinstance(caught.value, IncompleteRunError)
    assert str(whole / "run.jsonl") in str(caught.value)
    assert message in str(caught.value)


def test_lines_after_the_footer_make_a_run_incomplete(whole):
    rewrite(whole, lambda content: content + b'{"record": "verdict"}\n')
    with pytest.raises(IncompleteRunError):
        read_run(whole)


def test_a_folder_that_holds_no_run_is_refused(tmp_path):
    with pytest.raises(RunError, match=r"not a run folder \(it has no run\.jsonl\)"):
        read_run(tmp_path)
    with pytest.raises(RunError, match="not a run folder"):
        read_run(tmp_path / "nowhere")


def test_a_run_is_never_written_twice(whole):
    before = (whole / "run.jsonl").read_bytes()
    with pytest.raises(RunError, match="exists already: a run is never written twice; choose another folder"):
        writer(whole)
    assert (whole / "run.jsonl").read_bytes() == before


def test_a_value_that_json_has_not_is_refused_and_leaves_no_half_line(tmp_path):
    with writer(tmp_path) as run:
        with pytest.raises(ValueError, match="not JSON compliant"):
            run.add("timing", {"ns": float("nan")})
        run.add("timing", {"ns": None})
        run.finish(0)
    assert read_run(tmp_path).records == ({"record": "timing", "ns": None},)


def test_attachments_are_named_by_their_content(tmp_path):
    with writer(tmp_path) as run:
        name = run.attach(b"<svg/>", ".svg")
        assert run.attach(b"<svg/>", ".svg") == name
        other = run.attach(b"<svg />", ".svg")
        run.finish(0)
    assert name == f"attachments/{hashlib.sha256(b'<svg/>').hexdigest()}.svg"
    assert other != name
    assert sorted(path.name for path in (tmp_path / "attachments").iterdir()) == sorted(
        path.removeprefix("attachments/") for path in (name, other)
    )
    assert read_run(tmp_path).attachment(name) == b"<svg/>"


def test_a_damaged_or_absent_attachment_is_refused(tmp_path):
    with writer(tmp_path) as run:
        name = run.attach(b"samples", ".speedscope.json")
        run.finish(0)
    whole = read_run(tmp_path)
    assert whole.attachment(name) == b"samples"
    (tmp_path / name).write_bytes(b"sample")
    with pytest.raises(RunError, match=r"the content does not match its name \(SHA-256\): it was altered"):
        whole.attachment(name)
    (tmp_path / name).unlink()
    with pytest.raises(RunError, match="the run names this attachment, but it is not there"):
        whole.attachment(name)
