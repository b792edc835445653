"""The command ``parity``: one module a command, arguments and exit statuses only."""

from __future__ import annotations

from harness.cli.app import main

__all__ = ["main"]
