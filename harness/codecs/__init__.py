"""One way of writing a table as bytes a file (see ``harness.protocols.Codec``), its R end in ``r/``."""

from __future__ import annotations

from pathlib import Path

R_ENDS = Path(__file__).parent / "r"

#: The R package of Arrow, which three codecs need, and how to get it.
R_ARROW = {"arrow": "in R: install.packages('arrow') (Debian and Ubuntu have no package of it)"}
#: The R package of three JSON codecs, and how to get it.
R_JSONLITE = {"jsonlite": "apt-get install r-cran-jsonlite, or in R: install.packages('jsonlite')"}
