"""Which model files some paths mean."""

import pytest

from harness.modelfile import ModelFileError, find_model_files, load_model, model_file


@pytest.fixture
def suites(tmp_path, monkeypatch):
    for name in ("b", "a", "empty", ".hidden", "deep/inner"):
        (tmp_path / "suites" / name).mkdir(parents=True)
    for name in ("b", "a", ".hidden", "deep/inner"):
        (tmp_path / "suites" / name / "model.toml").write_text("")
    (tmp_path / "suites/a/other.toml").write_text("")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def found(*paths):
    return [str(path) for path in find_model_files(paths)]


def test_a_path_is_a_file_a_folder_or_a_folder_of_folders(suites):
    assert found("suites/a/other.toml") == ["suites/a/other.toml"]
    assert found("suites/a") == ["suites/a/model.toml"]
    assert found("suites") == ["suites/a/model.toml", "suites/b/model.toml"]
    assert found(suites / "suites/b") == [str(suites / "suites/b/model.toml")]


def test_a_model_named_twice_is_found_once_in_the_order_of_the_paths(suites):
    assert found("suites/b", "suites", "suites/a/model.toml") == [
        "suites/b/model.toml",
        "suites/a/model.toml",
    ]


def test_nothing_deeper_and_nothing_hidden_is_looked_at(suites):
    assert found("suites/deep") == ["suites/deep/inner/model.toml"]
    assert not [path for path in found("suites") if "deep" in path or "hidden" in path]


def test_paths_that_lead_to_nothing_are_told_together(suites):
    with pytest.raises(ModelFileError) as caught:
        find_model_files(["suites/a", "suites/empty", "siutes", ".", "suites/nowhere/x"])
    assert str(caught.value).splitlines() == [
        "suites/empty: no model.toml here, nor in a subfolder: there are none",
        "siutes: there is no such file or folder; did you mean suites?",
        ".: no model.toml here, nor in its subfolders (suites); "
        "name a model file, or the folder that holds it",
        "suites/nowhere/x: there is no such file or folder; correct the path",
    ]


def test_one_model_is_a_file_or_its_folder(suites):
    assert str(model_file("suites/a")) == "suites/a/model.toml"
    assert str(model_file("suites/a/other.toml")) == "suites/a/other.toml"


@pytest.mark.parametrize(
    ("path", "message"),
    [
        (
            "suites",
            "suites: this folder holds several models, not one; name one of them: suites/a, suites/b",
        ),
        ("suites/empty", "suites/empty: this folder holds no model.toml"),
        ("suites/aa", "suites/aa: there is no such file or folder; did you mean suites/a?"),
    ],
)
def test_what_is_not_one_model_is_told(suites, path, message):
    with pytest.raises(ModelFileError) as caught:
        load_model(path)
    assert str(caught.value) == message
