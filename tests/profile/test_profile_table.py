import io

from rich.console import Console

from harness.profile import Profile
from harness.profile.table import render_profile
from harness.status import Status

PHASES = {"encode": 100_000_000, "transport": 25_000_000, "compute": 850_000_000, "idle": 5_000_000}
MEASURED = Profile("card", "python@cpu", 10_000, 50, 1_000_000_000, PHASES, 0.98, 480, "compute 480\n")


def shown(profile, encoding="utf-8"):
    raw = io.BytesIO()
    out = io.TextIOWrapper(raw, encoding=encoding, errors="backslashreplace")
    render_profile(profile, Console(file=out, width=80, color_system=None))
    out.flush()
    return "".join(f"{line.rstrip()}\n" for line in raw.getvalue().decode(encoding).splitlines())


def test_a_person_reads_this():
    assert (
        shown(MEASURED)
        == """\
card · python@cpu · 10,000 rows · 50 calls of 20.0 ms
  encode        ███                               10 %   2.00 ms a call
  transport     ▊                                2.5 %    500 µs a call
  compute       █████████████████████████▌        85 %   17.0 ms a call
  idle          ▏                                0.5 %    100 µs a call
  phases cover 98.0 % of the wall time; 480 stacks sampled

"""
    )


def test_a_terminal_without_blocks_gets_plain_bars():
    text = shown(MEASURED, "ascii")
    assert "  compute       ##########################" in text


def test_what_is_lacking_is_a_note():
    noted = Profile("card", "r@cpu", 1, 1, 100, {"compute": 100}, 1.0, reason="phases only")
    assert "  note: phases only\n" in shown(noted)
    assert "; no stacks sampled\n" in shown(noted)


def test_a_target_that_is_missing_or_failed_says_why():
    missing = Profile("card", "onnx@cuda", 10, reason="no driver", problem=Status.MISSING)
    assert shown(missing) == "card · onnx@cuda\n  missing: no driver\n\n"


def test_names_with_brackets_are_shown_as_they_are():
    odd = Profile("[red]m[/red]", "[b]t[/b]", 10, reason="[i]why[/i]", problem=Status.FAILED)
    assert shown(odd) == "[red]m[/red] · [b]t[/b]\n  failed: [i]why[/i]\n\n"
