"""The fingerprint of a model: what it counts, and that it follows every change."""

import dataclasses
import hashlib

from modelfile.sound import SOUND, instead, under

from harness.modelfile import fingerprint


def sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_it_counts_the_model_file_and_every_file_that_it_names(folder):
    (folder.path / "data").mkdir()
    (folder.path / "data/rows.csv").write_text("duration\n1\n")
    (folder.path / "card.rds").write_bytes(b"\0")
    text = under("[targets.r]", 'model = "card.rds"', text=under("[model]", 'data = "data/rows.csv"'))
    model = folder.load(text)
    names = {"model.toml", "data/rows.csv", "card.R", "card.rds", "card.py", "card.onnx"}
    assert fingerprint(model) == {name: sha256(folder.path / name) for name in names}


def test_a_changed_form_changes_only_its_own_digest(folder):
    model = folder.load(SOUND)
    before = fingerprint(model)
    (folder.path / "card.py").write_text("# another form\n")
    after = fingerprint(model)
    assert {name for name in before if before[name] != after[name]} == {"card.py"}


def test_a_file_outside_the_folder_is_named_from_it(folder):
    outside = folder.path.parent / f"{folder.path.name}-shared.R"
    outside.write_text("score <- function(df) df$x\n")
    model = folder.load(instead('source = "card.R"', f'source = "../{outside.name}"'))
    assert fingerprint(model)[f"../{outside.name}"] == sha256(outside)


def test_a_folder_counts_with_every_file_in_it(folder):
    (folder.path / "saved/inner").mkdir(parents=True)
    (folder.path / "saved/a.bin").write_bytes(b"a")
    (folder.path / "saved/inner/b.bin").write_bytes(b"b")
    digests = fingerprint(folder.load(under("[targets.r]", 'model = "saved"')))
    assert {"saved/a.bin", "saved/inner/b.bin"} <= set(digests)


def test_a_model_without_files_has_no_digests(folder):
    model = folder.load(SOUND)
    bare = dataclasses.replace(model, path=None, forms=())
    assert fingerprint(bare) == {}
