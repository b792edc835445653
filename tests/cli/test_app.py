"""What every command has in common: help, interruption, faults of the harness itself."""

from __future__ import annotations

import subprocess
import sys

import pytest
from typer.testing import CliRunner

from harness.cli import app as frame
from harness.cli.app import COMMANDS, app, main


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_an_example(command):
    result = CliRunner().invoke(app, [command, "--help"])
    assert result.exit_code == 0
    assert f"parity {command}" in result.output


def test_a_fault_of_the_harness_is_no_verdict(monkeypatch, capsys):
    def broken():
        raise RuntimeError("a bug")

    monkeypatch.setattr(frame, "app", broken)
    with pytest.raises(SystemExit) as end:
        main()
    assert end.value.code == 3
    assert "a fault of the harness itself" in capsys.readouterr().err


def test_an_interruption_is_said_and_exits_with_130(tmp_path):
    code = (
        "import os, signal, sys\n"
        "import harness.cli.doctor as doctor, harness.doctor as examination\n"
        "examination.examine = lambda *a, **k: os.kill(os.getpid(), signal.SIGINT)\n"
        "from harness.cli.app import main\n"
        "sys.argv = ['parity', 'doctor']\n"
        "main()\n"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert said.returncode == 130, said.stderr
    assert "interrupted" in said.stderr
