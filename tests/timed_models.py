"""A model in two Python forms, written to a folder: it needs neither R nor ONNX, and opens quickly."""

from pathlib import Path

MODEL = """\
format = 1

[model]
name = "double"
reference = "old"

[inputs.x]
type = "float"
min = 0
max = 100

[outputs.y]
type = "float"

[targets.old]
runtime = "python"
source = "old.py"
call = "score"

[targets.new]
runtime = "python"
source = "new.py"
call = "score"

[targets.graph]
runtime = "onnx"
source = "graph.onnx"
devices = ["rocm"]
"""

RIGHT = "def score(df):\n    return df['x'] * 2\n"
WRONG = "def score(df):\n    return df['x'] * 2 + (df['x'] > 50)\n"
RAISING = "def score(df):\n    raise ValueError('no table for 2027')\n"


def write(folder: Path, new: str = RIGHT, model: str = MODEL) -> Path:
    """Write the model file and its forms; ``graph`` is for a device that is nowhere here."""
    folder.mkdir(exist_ok=True)
    (folder / "model.toml").write_text(model)
    (folder / "old.py").write_text(RIGHT)
    (folder / "new.py").write_text(new)
    (folder / "graph.onnx").write_bytes(b"not opened: its device is absent")
    return folder
