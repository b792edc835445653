"""One output format of a report a file (see ``harness.protocols.Renderer``)."""
