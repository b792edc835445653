"""One runtime a file: what runs a form of a model (see ``harness.protocols.Runtime``)."""
