"""Forms: the keys of each runtime, their types, and the files that they name."""

import pytest
from modelfile.sound import SOUND, instead, line_of, under

from harness import registry
from harness.modelfile import ModelFileError, load_model


def target(name, *lines, text=SOUND):
    return under(f"[targets.{name}]", *lines, text=text)


def wrong(folder, name, *lines):
    """What is wrong with the first line below a target's header."""
    text = target(name, *lines)
    start = f"{line_of(text, f'[targets.{name}]') + 1}: [targets.{name}"
    errors = folder.error(text)
    assert all(line.startswith(start) for line in errors), errors
    return [line.removeprefix(start) for line in errors]


def test_every_key_is_read(folder):
    (folder.path / "model.rds").write_bytes(b"")
    text = target("r", 'model = "model.rds"', 'command = ["docker", "run", "-i", "our/r"]')
    text = target(
        "r", 'env = { LC_ALL = "de_DE.UTF-8", EMPTY = "" }', 'devices = ["cpu", "cpu+x"]', text=text
    )
    text = target("python", 'python = "venv/bin/python"', text=text)
    text = target(
        "onnx",
        'devices = ["cpu", "cuda:1/tf32", "rocm+fast"]',
        'columns = ["count", "duration"]',
        'outputs = { pd = "probabilities[1]" }',
        'missing_as = { count = -1, checking = "?", duration = false }',
        text=text,
    )
    model = folder.load(text)
    r, python, onnx = model.forms
    assert (r.model, r.command) == (folder.path / "model.rds", ("docker", "run", "-i", "our/r"))
    assert (r.env, r.devices) == ({"LC_ALL": "de_DE.UTF-8", "EMPTY": ""}, ("cpu", "cpu+x"))
    assert python.python == folder.path / "venv/bin/python"
    assert python.devices == ("cpu",)
    assert onnx.devices == ("cpu", "cuda:1/tf32", "rocm+fast")
    assert onnx.columns == ("count", "duration")
    assert onnx.outputs == {"pd": "probabilities[1]"}
    assert onnx.missing_as == {"count": -1, "checking": "?", "duration": False}


def test_a_module_stands_for_a_source(folder):
    text = instead('source = "card.py"', 'module = "package.card"')
    form = folder.load(text).form("python")
    assert (form.module, form.source) == ("package.card", None)


def test_every_runtime_that_there_is_can_be_named(folder):
    for runtime in registry.names("runtimes"):
        text = SOUND + f'\n[targets.extra]\nruntime = "{runtime}"\nsource = "card.py"\n'
        if "call" in registry.find("runtimes", runtime).KEYS:
            text += 'call = "score"\n'
        assert folder.load(text).form("extra").runtime == runtime


@pytest.mark.parametrize(
    ("word", "meant"), [("R", "r"), ("pyhton", "python"), ("onnxruntime", "onnx"), ("pytorch", "torch")]
)
def test_an_unknown_runtime_is_told_with_the_nearest(folder, word, meant):
    text = instead('runtime = "python"', f'runtime = "{word}"')
    (line,) = folder.error(text)
    number = line_of(text, f'"{word}"')
    assert line.startswith(
        f'{number}: [targets.python] runtime = "{word}" is no runtime; did you mean {meant}?'
    )


def test_a_target_without_a_runtime_is_told(folder):
    text = instead('runtime = "python"', "")
    (line,) = folder.error(text)
    assert line.startswith(
        f"{line_of(text, '[targets.python]')}: [targets.python] has no runtime; write runtime = "
    )


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('source = "card.py"', "", "has no source; write one of: source, module"),
        ('source = "card.py"', 'sorce = "card.py"', 'unknown key "sorce"; did you mean source? (there are: '),
        (
            'source = "card.py"',
            'source = "card.py"\nmodule = "card"',
            "has source and module; write one of them",
        ),
        ('source = "card.onnx"', "", 'has no source; write source = "..."'),
    ],
)
def test_what_a_runtime_requires_must_be_there_once(folder, old, new, message):
    (line,) = folder.error(instead(old, new))
    assert f"] {message}" in line


def test_a_key_of_another_runtime_is_told_as_such(folder):
    (message,) = wrong(folder, "python", 'columns = ["count"]')
    assert message.startswith('] unknown key "columns": runtime python does not take it, onnx')
    assert "(there are: runtime, devices, env, " in message
    (message,) = wrong(folder, "r", 'colour = "red"')
    assert message.startswith('] unknown key "colour"')
    assert "(there are: runtime, devices, env, " in message


@pytest.mark.parametrize(
    ("name", "line", "message"),
    [
        ("r", 'command = "docker"', '] command = "docker" is text; write a list of words, like ["docker", '),
        ("r", "command = []", "] command = [] is empty; write a list of words, "),
        ("r", "command = [1]", "] command: 1 is an integer; write a list of words, "),
        ("python", "python = 3", "] python = 3 is an integer; write a path in quotes"),
        ("r", "env = { A = 1 }", ".env] A = 1 is an integer; write text in quotes"),
        ("r", 'env = { "A=B" = "1" }', '.env] "A=B" cannot be set: '),
        ("r", 'env = "A=1"', '] env = "A=1" is text; write { NAME = "value" }'),
        ("r", 'devices = "cpu"', '] devices = "cpu" is text; write a list of devices, like ["cpu", "cuda"]'),
        ("r", "devices = []", "] devices = [] is empty; write a list of devices, "),
        ("r", 'devices = ["cpu", "cpu"]', '] devices: "cpu" is there twice; take one out'),
        ("r", 'devices = ["gpu"]', '] devices: "gpu" is no device; did you mean cuda? (there are: '),
        ("r", 'devices = ["cdua:0"]', '] devices: "cdua" is no device; did you mean cuda? (there are: '),
        ("r", 'devices = ["cuda/"]', '] devices: "cuda/" is no device; write DEVICE[:index]'),
        ("onnx", 'columns = ["cuont"]', '] columns: "cuont" is no input; did you mean count? (there are: '),
        ("onnx", 'columns = ["count", "count"]', '] columns: "count" is there twice; take one out'),
        ("onnx", 'outputs = { pdd = "x" }', '.outputs] "pdd" is no output of the model; did you mean pd? '),
        (
            "onnx",
            "outputs = { pd = 1 }",
            ".outputs] pd = 1 is an integer; write the graph's own name in quotes",
        ),
        ("onnx", "outputs = []", "] outputs = [] is a list; write { OUTPUT = "),
        ("onnx", "missing_as = { conut = 1 }", '.missing_as] "conut" is no input; did you mean count? '),
        ("onnx", "missing_as = { count = 1.5 }", ".missing_as] count = 1.5 is a float; write an integer, "),
        ("onnx", "missing_as = -1", "] missing_as = -1 is an integer; write { INPUT = -1 }"),
    ],
)
def test_a_wrong_value_is_told(folder, name, line, message):
    (told,) = wrong(folder, name, line)
    assert told.startswith(message)


def test_a_module_must_be_a_modules_name(folder):
    (line,) = folder.error(instead('source = "card.py"', 'module = "card.py x"'))
    assert line.endswith('module = "card.py x" is no module\'s name; write it like package.module')


@pytest.mark.parametrize("name", ['"a@b"', '"a/b"', '"a+b"', '"a*"', '" "', '""', '"a\\nb"'])
def test_a_name_that_cannot_be_written_as_a_target_is_refused(folder, name):
    text = instead("[targets.onnx]", f"[targets.{name}]")
    (line,) = folder.error(text)
    assert line.endswith("has a name that cannot be written as a target; use letters, digits, - and _")


@pytest.mark.parametrize("name", ["python-2", "R", '"my form"', "Python"])
def test_other_names_are_fine(folder, name):
    assert len(folder.load(instead("[targets.onnx]", f"[targets.{name}]")).forms) == 3


def test_a_missing_source_is_told_with_the_file_next_to_it(folder):
    text = instead('source = "card.R"', 'source = "crad.R"')
    assert folder.error(text) == [
        f'{line_of(text, "crad.R")}: [targets.r] source = "crad.R": '
        f"there is no file {folder.path / 'crad.R'}; did you mean card.R?"
    ]
    (line,) = folder.error(instead('source = "card.R"', 'source = "elsewhere.R"'))
    assert line.endswith(f"there is no file {folder.path / 'elsewhere.R'}; correct the path")
    (line,) = folder.error(instead('source = "card.R"', 'source = "forms/card.R"'))
    assert line.endswith(f"; there is no folder {folder.path / 'forms'} either")
    (line,) = folder.error(instead('source = "card.R"', 'source = "."'))
    assert line.endswith(f'source = "." is a folder ({folder.path}); name a file in it')
    (line,) = folder.error(instead('source = "card.R"', 'source = "a\\u0000"'))
    assert line.endswith('source = "a\\u0000" holds U+0000, which no path can')


def test_missing_data_and_a_missing_model_are_told_too(folder):
    text = under("[model]", 'data = "rows.csv"', text=target("r", 'model = "model.rds"'))
    assert [line.partition(": ")[2] for line in folder.error(text)] == [
        f'[model] data = "rows.csv": there is no file {folder.path / "rows.csv"}; correct the path',
        f'[targets.r] model = "model.rds": there is no file {folder.path / "model.rds"}; correct the path',
    ]


RECORDED = SOUND + '\n[targets.golden]\nruntime = "recorded"\nsource = "answers.parquet"\n'


def test_recorded_answers_may_be_absent_only_while_they_are_written(folder, monkeypatch):
    (line,) = folder.error(RECORDED)
    assert line.endswith(
        f'source = "answers.parquet": there is no file {folder.path / "answers.parquet"}; '
        "write it with `parity record`, or correct the path"
    )
    file = folder.write(RECORDED)
    model = load_model(file, to_be_written=[folder.path / "answers.parquet"])
    assert model.form("golden").source == folder.path / "answers.parquet"
    monkeypatch.chdir(folder.path)
    assert load_model("model.toml", to_be_written=["answers.parquet"]) == model
    with pytest.raises(ModelFileError):
        load_model("model.toml", to_be_written=["other.parquet"])
    (folder.path / "card.R").unlink()
    with pytest.raises(ModelFileError):
        load_model("model.toml", to_be_written=["answers.parquet", "card.R"])


def test_paths_are_seen_from_the_model_file_and_come_back_absolute(folder, monkeypatch):
    shared = folder.path / "shared"
    shared.mkdir()
    (shared / "card.R").write_text("")
    suite = folder.path / "suites" / "card"
    suite.mkdir(parents=True)
    for name in ("card.py", "card.onnx"):
        (suite / name).write_text("")
    (suite / "model.toml").write_text(instead('source = "card.R"', 'source = "../../shared/card.R"'))
    monkeypatch.chdir(folder.path / "suites")
    model = load_model("card")
    assert model.form("r").source == shared / "card.R"
    assert (model.folder, model.path) == (suite, suite / "model.toml")


def test_the_interpreter_of_a_virtual_environment_is_not_resolved(folder):
    (folder.path / "venv/bin").mkdir(parents=True)
    (folder.path / "venv/bin/python").symlink_to("/usr/bin/env")
    suite = folder.path / "suite"
    suite.mkdir()
    for name in ("card.R", "card.py", "card.onnx"):
        (suite / name).write_text("")
    (suite / "model.toml").write_text(target("python", 'python = "../venv/bin/python"'))
    assert load_model(suite).form("python").python == folder.path / "venv/bin/python"


def test_a_path_beyond_a_linked_folder_leads_where_the_system_says(folder):
    inner = folder.path / "real" / "inner"
    inner.mkdir(parents=True)
    (folder.path / "real" / "card.R").write_text("")
    (folder.path / "link").symlink_to(inner)
    source = folder.load(instead('source = "card.R"', 'source = "link/../card.R"')).form("r").source
    assert source.is_absolute()
    assert source.samefile(folder.path / "real" / "card.R")


def test_a_model_file_reached_through_a_link_is_read_where_it_is_linked(folder, tmp_path_factory):
    folder.write(SOUND)
    link = tmp_path_factory.mktemp("elsewhere") / "suite"
    link.symlink_to(folder.path)
    assert load_model(link).folder == folder.path
