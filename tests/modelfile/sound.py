"""A small valid model file, and ways to change it in one place."""

import re
import textwrap

SOUND = """\
format = 1

[model]
name = "card"
reference = "r"

[inputs.duration]
type = "float"
min = 4
max = 72

[inputs.checking]
type = "category"
levels = ["<0", ">200", "none"]

[inputs.count]
type = "int"

[outputs.score]
type = "int"

[outputs.pd]
type = "float"

[targets.r]
runtime = "r"
source = "card.R"
call = "score"

[targets.python]
runtime = "python"
source = "card.py"
call = "score"

[targets.onnx]
runtime = "onnx"
source = "card.onnx"
"""


def under(header, *lines, text=SOUND):
    """The sound text with lines added right below a header, which must be there."""
    assert f"\n{header}\n" in text
    return text.replace(f"\n{header}\n", f"\n{header}\n" + "".join(f"{line}\n" for line in lines), 1)


def instead(old, new, text=SOUND):
    """The sound text with one whole line replaced; an empty replacement leaves a blank line."""
    changed, count = re.subn(rf"(?m)^{re.escape(old)}$", lambda _: new, text, count=1)
    assert count == 1, old
    return changed


def appended(lines, text=SOUND):
    return text + "\n" + textwrap.dedent(lines)


def line_of(text, part):
    """The number of the only line that holds a part."""
    numbers = [number for number, line in enumerate(text.splitlines(), 1) if part in line]
    assert len(numbers) == 1, (part, numbers)
    return numbers[0]
