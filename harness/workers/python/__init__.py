"""The Python end of the worker protocol: runs under a form's own interpreter (Python 3.8 or later).

It needs numpy there, and pandas where a form takes a data frame; nothing else. It imports nothing of
the harness, only itself (relative imports), because it is loaded under the name ``parity_worker`` in an
interpreter that has no harness. The parent imports the very same modules as ``harness.workers.python``.

An **adapter** is a module of this package that runs one sort of form: ``functions`` (a Python function
over a pandas frame), and others beside it. It offers one function::

    def open(opening: Opening) -> Form

and what it returns has two methods, kept apart so that each is timed under its own phase::

    def take(self, columns: list[wire.Column], rows: int) -> object      # decode: what the form takes
    def compute(self, taken: object) -> object                          # compute: run it

``columns`` come in the order of ``opening.inputs``, each with ``values`` (numpy: float64 for float,
int64 for int, uint8 0 and 1 for bool, int32 codes for text, float64 days for date, int64 microseconds for
datetime), ``missing`` (a bool array, True where missing, or None where nothing is) and ``texts`` (what
the codes of a text column count: code -1 is missing). ``compute`` returns an array-like for a model with
one output, or a mapping of array-likes by output name (a data frame is one): see ``answers.collect``.

To refuse: ``raise errors.OpenFailure(message, lacking="package")`` from ``open``, and
``raise errors.Refusal(outcome, kind, message, row)`` from ``take`` or ``compute``. Any other exception is
the form's own, and is reported as such. An adapter imports what it needs inside ``open``; a package that
is not there (ImportError) is reported with the command that installs it. A form may also have
``mine() -> list[errors.Find]``: constants of live objects that a search should try.
"""
