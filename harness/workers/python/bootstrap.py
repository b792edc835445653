"""What ``python -c`` runs: load this folder as the package ``parity_worker``, then serve.

The text of this file is passed on the command line, followed by the folder, the descriptor to read
from and the one to write to. The working directory leaves ``sys.path`` first: a file beside the model that
is called ``struct.py`` or ``numpy.py`` must not be what the worker itself imports.
"""

import sys

LACKS_NUMPY = 81


def _main(folder: str, read_fd: int, write_fd: int) -> None:
    sys.path[:] = [entry for entry in sys.path if entry]
    # only now: imports before this line could come from the working directory
    import faulthandler
    import importlib.util

    faulthandler.enable()
    if importlib.util.find_spec("numpy") is None:
        sys.exit(LACKS_NUMPY)
    where = importlib.util.spec_from_file_location(
        "parity_worker", folder + "/__init__.py", submodule_search_locations=[folder]
    )
    assert where is not None
    assert where.loader is not None
    package = importlib.util.module_from_spec(where)
    sys.modules["parity_worker"] = package
    where.loader.exec_module(package)
    from parity_worker.serve import main  # type: ignore[import-not-found]

    sys.argv[:] = [""]
    main(read_fd, write_fd)


if __name__ == "__main__":
    _main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
