"""Runs, rendered; and a real browser to open them in."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any

import pytest
import sample_runs

from harness.record import read_run
from harness.report import render_run

Rendered = Callable[..., str]


@pytest.fixture
def rendered(tmp_path: Path) -> Rendered:
    """Render a sample run in a format: ``rendered("bundled", "html")``."""

    def render(sample: str, form: str) -> str:
        folder: Path = getattr(sample_runs, sample)(tmp_path / sample)
        return render_run(read_run(folder), form)

    return render


@dataclass(frozen=True)
class Browser:
    """Headless Chromium, a new profile each time it opens a page."""

    program: str
    folder: Path

    def dump(self, html: str, width: int = 1280) -> tuple[str, str]:
        """The page's document after its scripts ran, and what the browser said on its console."""
        page = self.folder / "page.html"
        page.write_text(html, "utf-8")
        options = [
            "--headless",
            "--hide-scrollbars",
            "--no-sandbox",
            "--disable-gpu",
            "--no-first-run",
            "--disable-sync",
        ]
        options += ["--disable-background-networking", "--disable-component-update"]
        options += [f"--user-data-dir={self.folder / 'profile'}", f"--window-size={width},900"]
        command = [self.program, *options, "--enable-logging=stderr", "--dump-dom", page.as_uri()]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 0, done.stderr
        console = [line for line in done.stderr.splitlines() if "CONSOLE" in line]
        return done.stdout, "\n".join(console)

    def drive(self, html: str, script: str, width: int = 1280) -> dict[str, Any]:
        """Run a function body in the page, behind its own script, and give what it returns.

        The page's content security policy would refuse it, so this is a copy without one.
        """
        open_page = re.sub(r"<meta http-equiv=\"Content-Security-Policy\"[^>]*>", "", html)
        assert open_page != html
        run = (
            "addEventListener('load', () => { const made = document.createElement('pre'); made.id = 'driven';"
            f"made.textContent = JSON.stringify((() => {{ {script} }})()); document.body.append(made); }})"
        )
        dom, _ = self.dump(open_page.replace("</body>", f"<script>{run}</script></body>"), width)
        found = re.search(r'<pre id="driven">(.*?)</pre>', dom, re.DOTALL)
        assert found, "the driving script did not come to its end"
        result: dict[str, Any] = json.loads(unescape(found[1]))
        return result


@pytest.fixture
def browser(tmp_path: Path) -> Browser:
    names = ("chromium", "chromium-browser", "google-chrome")
    program = next((path for path in map(shutil.which, names) if path), None)
    if program is None:
        pytest.skip(f"no browser is installed here (looked for {', '.join(names)})")
    return Browser(program, tmp_path)
