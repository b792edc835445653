"""What stands between the harness and a worker for a moment: ties the worker's life to the harness's.

Its text is run by ``python -I -S -c`` with the harness's process id, the memory limit in bytes (0: none) and
the worker's command line; it then becomes the worker. It sets what only a process itself can set: on Linux
the kernel kills the worker when the harness ends, however it ends.
"""

import os
import resource
import signal
import sys

_PR_SET_PDEATHSIG = 1


def _die_with(parent: int) -> None:
    if not sys.platform.startswith("linux"):
        return
    import ctypes

    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it ended in between
        sys.exit(1)


def main(parent: int, memory_bytes: int, command: list[str]) -> None:
    """Become the command."""
    _die_with(parent)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a crash leaves no core file in the model's folder
    if memory_bytes:
        resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    try:
        os.execvp(command[0], command)
    except OSError as error:
        sys.exit(f"{command[0]}: {error.strerror}")


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:])
