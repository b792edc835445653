"""One kind of hardware a file (see ``harness.protocols.Device``)."""
