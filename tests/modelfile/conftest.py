"""A folder with a model file and the forms that it names."""

import pytest
from modelfile.sound import SOUND

from harness.modelfile import ModelFileError, load_model


class Folder:
    """A folder with the files that the sound model file names."""

    def __init__(self, path):
        self.path = path
        for name in ("card.R", "card.py", "card.onnx"):
            (path / name).write_text("# a form\n")

    def write(self, text):
        file = self.path / "model.toml"
        file.write_text(text, encoding="utf-8")
        return file

    def load(self, text=SOUND, **options):
        return load_model(self.write(text), **options)

    def error(self, text):
        """What is wrong with a text, as lines without the path: ``7: [inputs.duration] ...``."""
        with pytest.raises(ModelFileError) as caught:
            self.load(text)
        start = f"{self.path / 'model.toml'}:"
        lines = str(caught.value).splitlines()
        assert all(line.startswith(start) for line in lines), lines
        return [line.removeprefix(start) for line in lines]


@pytest.fixture
def folder(tmp_path):
    return Folder(tmp_path)
