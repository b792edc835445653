"""What a right model file means, and what is said of a wrong one as a whole."""

import pytest
from modelfile.sound import SOUND, appended, instead, line_of, under

import harness
from harness.causes import CAUSES
from harness.model import Form, Output
from harness.modelfile import ModelFileError, load_model
from harness.schema import Input, Kind, Schema
from harness.tolerance import Tolerance


def test_a_sound_file_is_read_whole(folder):
    model = folder.load(SOUND)
    assert model.name == "card"
    assert model.reference == "r"
    assert model.schema == Schema(
        (
            Input("duration", Kind.FLOAT, minimum=4.0, maximum=72.0),
            Input("checking", Kind.CATEGORY, levels=("<0", ">200", "none")),
            Input("count", Kind.INT),
        )
    )
    assert model.outputs == (
        Output("score", Kind.INT, Tolerance(exact=True)),
        Output("pd", Kind.FLOAT, Tolerance(rtol=1e-9, atol=1e-12)),
    )
    assert model.forms == (
        Form("r", "r", source=folder.path / "card.R", call="score"),
        Form("python", "python", source=folder.path / "card.py", call="score"),
        Form("onnx", "onnx", source=folder.path / "card.onnx"),
    )
    assert (model.folder, model.path) == (folder.path, folder.path / "model.toml")
    assert (model.data, model.key, model.expect) == (None, None, ())
    assert (model.decisions, model.waivers, model.notes) == ((), (), ())


def test_the_order_of_inputs_and_outputs_is_that_of_the_file(folder):
    text = instead("[inputs.checking]", "[inputs.a]", instead("[outputs.score]", "[outputs.z]"))
    model = folder.load(text)
    assert model.schema.names == ("duration", "a", "count")
    assert [one.name for one in model.outputs] == ["z", "pd"]


def test_it_is_part_of_the_public_interface(folder):
    folder.write(SOUND)
    assert harness.load_model(folder.path).name == "card"
    assert harness.load_model(str(folder.path / "model.toml")) == harness.load_model(folder.path)
    assert {"load_model", "Model", "ModelFileError"} <= set(dir(harness))
    with pytest.raises(AttributeError, match="'lode_model'"):
        _ = harness.lode_model


def test_every_public_name_can_be_imported():
    for name in harness.__all__:
        assert getattr(harness, name).__module__.startswith("harness.")


def test_the_head_is_read(folder):
    (folder.path / "rows.csv").write_text("duration\n")
    lines = ('data = "rows.csv"', 'key = "id"', 'expect = ["rounding", "text"]')
    model = folder.load(under("[model]", *lines))
    assert (model.data, model.key, model.expect) == (folder.path / "rows.csv", "id", ("rounding", "text"))


def test_an_input_and_an_output_may_share_a_name(folder):
    assert folder.load(instead("[inputs.count]", "[inputs.score]")).schema.names[2] == "score"


def test_a_reference_may_name_its_device(folder):
    assert folder.load(instead('reference = "r"', 'reference = "r@cpu"')).reference == "r@cpu"


def test_dotted_keys_and_inline_tables_say_the_same_as_headers(folder):
    start = SOUND.index("[inputs.duration]")
    end = SOUND.index("[inputs.checking]")
    dotted = (
        'model.name = "card"\nmodel.reference = "r"\n'
        'inputs.duration = { type = "float", min = 4, max = 72 }\n'
        'inputs.checking.type = "category"\ninputs.checking.levels = ["<0", ">200", "none"]\n'
        'inputs.count.type = "int"\n'
    )
    headers = SOUND[SOUND.index("[outputs.score]") :]
    assert folder.load(f"format = 1\n{dotted}\n{headers}") == folder.load(SOUND)
    assert start < end


def test_a_byte_order_mark_and_windows_line_ends_are_read_past(folder):
    sound = folder.load(SOUND)
    file = folder.path / "model.toml"
    file.write_bytes(b"\xef\xbb\xbf" + SOUND.replace("\n", "\r\n").encode())
    assert load_model(file) == sound
    file.write_bytes(SOUND.replace("max = 72", "mux = 72").replace("\n", "\r\n").encode())
    with pytest.raises(ModelFileError, match=f":{line_of(SOUND, 'max = 72')}: "):
        load_model(file)


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("format = 1", "", 1, "top of the file: has no format; write format = 1 in the first line"),
        (
            "format = 1",
            "formaat = 1",
            1,
            'top of the file: unknown key "formaat"; did you mean format? (there are: format, model, inputs, '
            "constraints, outputs, decisions, waivers, targets)",
        ),
        ('name = "card"', "", 3, '[model] has no name; write name = "..."'),
        (
            'name = "card"',
            'name = " "',
            4,
            "[model] name is empty; write text in quotes or leave the key out",
        ),
        ('name = "card"', "name = 7", 4, "[model] name = 7 is an integer; write text in quotes"),
        (
            'name = "card"',
            'name = "a\\nb"',
            4,
            '[model] name = "a\\nb" holds control characters; take them out',
        ),
        (
            'reference = "r"',
            "",
            3,
            '[model] has no reference; write reference = "...", the target that is right by definition',
        ),
        (
            'reference = "r"',
            'refrence = "r"',
            5,
            '[model] unknown key "refrence"; did you mean reference? '
            "(there are: name, reference, data, key, expect)",
        ),
        (
            'reference = "r"',
            'reference = "pyton"',
            5,
            '[model] reference = "pyton": there is no target "pyton"; did you mean python? '
            "(there are: r, python, onnx)",
        ),
        (
            'reference = "r"',
            'reference = "r@"',
            5,
            "[model] reference = 'r@' is not a target: write NAME@DEVICE[:index][/precision][+variant], "
            "for example onnx@cuda:1/tf32 or r@cpu",
        ),
    ],
)
def test_a_wrong_head_is_told_with_its_line(folder, old, new, line, message):
    assert folder.error(instead(old, new)) == [f"{line}: {message}"]


def test_a_device_that_there_is_not_is_told(folder):
    (line,) = folder.error(instead('reference = "r"', 'reference = "r@gpu"'))
    assert line.startswith('5: [model] reference: "gpu" is no device; did you mean cuda? (there are: ')


@pytest.mark.parametrize("value", ["2", "0", '"1"', "true", "1.0"])
def test_another_format_ends_the_reading(folder, value):
    text = instead("format = 1", f"format = {value}", under("[model]", "strange = 1"))
    assert folder.error(text) == [
        f"1: top of the file: format = {value}, but this version reads format = 1 only"
    ]


def test_causes_that_do_not_exist_or_come_twice_are_told_at_their_own_line(folder):
    text = under("[model]", "expect = [", '  "rounding",', '  "roundin",', '  "rounding",', "]")
    assert folder.error(text) == [
        f'6: [model] expect: "roundin" is no cause; did you mean rounding? (there are: {", ".join(CAUSES)})',
        '7: [model] expect: "rounding" is there twice; take one out',
    ]
    assert folder.error(under("[model]", 'expect = "rounding"')) == [
        '4: [model] expect = "rounding" is text; write a list of causes'
    ]
    assert folder.error(under("[model]", "expect = [1]")) == [
        "4: [model] expect: 1 is an integer; write a list of causes"
    ]


def test_a_key_of_the_model_at_the_top_is_sent_where_it_belongs(folder):
    (line,) = folder.error('data = "x"\n' + SOUND)
    assert line == '1: top of the file: unknown key "data": it belongs under [model]'


@pytest.mark.parametrize("name", ["inputs", "outputs", "targets"])
def test_a_model_without_inputs_outputs_or_targets_is_refused(folder, name):
    blocks = [block for block in SOUND.split("\n\n") if not block.startswith(f"[{name}.")]
    for text in ("\n\n".join(blocks), "\n\n".join([*blocks, f"[{name}]\n"])):
        expected = f"top of the file: has no {name}; write at least one [{name}.NAME] table"
        assert any(line.endswith(expected) for line in folder.error(text))


def test_a_section_of_the_wrong_shape_is_told(folder):
    assert folder.error(instead("format = 1", "format = 1\nconstraints = 3")) == [
        "2: constraints is an integer; write [[constraints]], with two brackets"
    ]
    assert folder.error(appended("[waivers]\ntarget = 'r'"))[0].endswith(
        ": waivers is a table; write [[waivers]], with two brackets"
    )
    assert folder.error(instead("format = 1", "format = 1\ndecisions = []")) == [
        "2: decisions is a list; write [decisions.NAME] tables"
    ]
    assert folder.error(instead("format = 1", "format = 1\nconstraints = ['count > 1']")) == [
        '2: constraints: "count > 1" is text; write [[constraints]] tables'
    ]
    assert folder.error(appended("[decisions]\napprove = 3"))[0].endswith(
        ": [decisions] approve = 3 is an integer; write [decisions.NAME] tables"
    )


def test_an_empty_file_lacks_everything_at_once(folder):
    assert folder.error("") == [
        "1: top of the file: has no format; write format = 1 in the first line",
        "1: top of the file: has no inputs; write at least one [inputs.NAME] table",
        "1: top of the file: has no outputs; write at least one [outputs.NAME] table",
        "1: top of the file: has no targets; write at least one [targets.NAME] table",
        "1: top of the file: has no model; write a [model] table with name and reference",
    ]


def test_everything_that_is_wrong_is_told_in_the_order_of_the_file(folder):
    text = instead('call = "score"', "call = 1", instead("max = 72", "mx = 72", instead('name = "card"', "")))
    lines = folder.error(text)
    assert [int(line.partition(":")[0]) for line in lines] == [
        3,
        line_of(text, "mx"),
        line_of(text, "call = 1"),
    ]


def test_the_error_holds_its_problems_as_values(folder):
    file = folder.write(instead("max = 72", "max = 'x'"))
    with pytest.raises(ModelFileError) as caught:
        load_model(file)
    (problem,) = caught.value.problems
    assert (problem.file, problem.line) == (str(file), 10)
    assert problem.message == '[inputs.duration] max = "x" is text; write a number'


def test_messages_show_the_path_as_it_was_given(folder, monkeypatch):
    folder.write("")
    monkeypatch.chdir(folder.path.parent)
    with pytest.raises(ModelFileError, match=f"^{folder.path.name}/model.toml:1: "):
        load_model(folder.path.name)
