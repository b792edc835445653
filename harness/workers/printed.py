"""What a worker prints: kept in a file that nobody else sees, and never more than the end of it."""

from __future__ import annotations

import fcntl
import os
import tempfile

KEPT = 64 * 1024
_TOO_MUCH = 1 << 20


class Printed:
    """A file without a name that takes standard output and error. The last 64 KiB are worth keeping."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115 - closed by close()
        # tempfile does not open for appending whatever its mode: cutting the file would leave a hole
        fcntl.fcntl(self.fd, fcntl.F_SETFL, fcntl.fcntl(self.fd, fcntl.F_GETFL) | os.O_APPEND)

    @property
    def fd(self) -> int:
        """The descriptor to give to a process; whatever it writes is appended."""
        return self._file.fileno()

    @property
    def size(self) -> int:
        """How many bytes there are now."""
        return os.fstat(self.fd).st_size

    def since(self, size: int, most: int = KEPT) -> str:
        """What was printed after the file had this size, at most the last so many bytes of it."""
        now = self.size
        start = max(min(size, now), now - most)
        return os.pread(self.fd, now - start, start).decode("utf-8", "replace")

    def tail(self) -> str:
        """The last 64 KiB."""
        return self.since(0)

    def trim(self) -> int:
        """Cut a file that has grown large down to its end. How large it is now."""
        size = self.size
        if size <= _TOO_MUCH:
            return size
        kept = os.pread(self.fd, KEPT, size - KEPT)
        os.ftruncate(self.fd, 0)
        os.write(self.fd, kept)
        return len(kept)

    def close(self) -> None:
        """Give the file up."""
        self._file.close()
