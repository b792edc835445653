"""What is said of a file that is no TOML, or no text at all."""

import pytest
from modelfile.sound import SOUND, under

from harness.modelfile import ModelFileError, load_model


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            'format = 1\n[model]\nname = "x\n',
            "3: not valid TOML at column 10: Illegal character '\\n'\n    name = \"x\n             ^",
        ),
        (
            "\tformat = 1 2\n",
            "1: not valid TOML at column 13: Expected newline or end of document after a statement",
        ),
        ("a = 1\na = 2\n", "2: not valid TOML at column 6: this key or table is given twice"),
        (
            "[inputs.x]\n[inputs.x]\n",
            "2: not valid TOML at column 10: table [inputs.x] is given twice; join the two",
        ),
        ("a = [1,\n2\n", "2: not valid TOML: Unclosed array, and the file ends there\n    2"),
        ("d = 2020-02-30\n", "1: not valid TOML at column 5: Invalid date or datetime"),
    ],
)
def test_broken_toml_is_shown_where_it_breaks(folder, text, message):
    file = folder.write(text)
    with pytest.raises(ModelFileError) as caught:
        load_model(file)
    assert str(caught.value).startswith(f"{file}:{message}")


@pytest.mark.parametrize("text", ["a = " + "1" * 5000, "a = " + "[" * 100_000])
def test_absurd_toml_is_refused_like_any_other(folder, text):
    file = folder.write(text)
    with pytest.raises(ModelFileError, match="not valid TOML"):
        load_model(file)


def test_a_file_that_is_not_utf8_is_told_with_its_line(folder):
    file = folder.path / "model.toml"
    file.write_bytes("format = 1\n# für\n".encode("latin-1"))
    with pytest.raises(ModelFileError) as caught:
        load_model(file)
    assert str(caught.value) == f"{file}:2: byte 0xfc is not UTF-8; save the file as UTF-8"


def test_a_file_that_cannot_be_read_is_told(folder):
    file = folder.path / "model.toml"
    file.symlink_to(file)
    with pytest.raises(ModelFileError, match="there is no such file"):
        load_model(file)


def test_notes_are_told_with_their_lines(folder):
    text = under("[outputs.pd]", "equal = { rtol = 1e-5, atol = 0 }")
    (note,) = folder.load(text).notes
    assert note == (
        f"{folder.path / 'model.toml'}:23: [outputs.pd] equal (rtol=1e-05, atol=0) is looser than the "
        'default and does not say why; add why = "..."'
    )
    assert folder.load(SOUND).notes == ()
