"""An ONNX Runtime session that does its work where it was asked to, or is refused.

ONNX Runtime gives nodes that a provider cannot run to the CPU, and a session whose provider did not
start to the CPU as a whole, without a word. Its own guard (``session.disable_cpu_ep_fallback``) refuses
both but names no node. So on a device other than the CPU the guard is set, and the profile of one row
says where each node ran; where the guard refuses, a session without it shows which nodes it was.
"""

from __future__ import annotations

import json
import re
import tempfile
from pathlib import Path
from typing import Any, Iterator, Mapping, NamedTuple, Sequence

from . import errors
from .graph_words import native_words, reason, said

#: The execution provider of each device.
PROVIDERS: Mapping[str, str] = {
    "cpu": "CPUExecutionProvider",
    "cuda": "CUDAExecutionProvider",
    "rocm": "MIGraphXExecutionProvider",
}

_GUARD = "session.disable_cpu_ep_fallback"
_ERRORS_ONLY = 3
_NAMED = 8  # misplaced nodes in a message


class Choice(NamedTuple):
    """Where and how a session is to run: provider, its options, threads (0: ONNX Runtime's own choice)."""

    provider: str
    options: Mapping[str, str]
    threads: int


class Placed(NamedTuple):
    """A node of a profile, and the provider that ran it."""

    node: str
    operator: str
    provider: str

    def __str__(self) -> str:
        return f"{self.node} ({self.operator}) on {self.provider}"


def create(path: str, choice: Choice, probe: Any) -> Any:
    """A session all of whose nodes run on the chosen provider. Raises OpenFailure.

    ``probe`` gives, for a session, names of outputs and a feed of one row: it is run once where the
    provider is not the CPU's own.
    """
    if choice.provider == PROVIDERS["cpu"]:
        return _session(path, choice, guarded=True)
    _load_libraries(choice)
    with tempfile.TemporaryDirectory(prefix="parity-") as folder:
        try:
            session = _session(path, choice, guarded=True, profile=folder)
        except errors.OpenFailure as refused:
            # without the guard the same session shows what it refused, or fails for a reason of its own
            with native_words() as words:
                session = _session(path, choice, guarded=False, profile=folder)
            raise _misplaced(path, choice, session, probe, words) or refused from None
        failure = _misplaced(path, choice, session, probe)
        if failure is not None:
            raise failure
        return session


def placements(events: Sequence[Mapping[str, Any]]) -> Iterator[Placed]:
    """Each node that a profile of ONNX Runtime saw run, once, in order."""
    seen = set()
    for event in events:
        name, arguments = str(event.get("name", "")), event.get("args", {})
        if event.get("cat") != "Node" or not name.endswith("_kernel_time") or "provider" not in arguments:
            continue
        placed = Placed(name[: -len("_kernel_time")], arguments.get("op_name", "?"), arguments["provider"])
        if placed not in seen:
            seen.add(placed)
            yield placed


def _session(path: str, choice: Choice, guarded: bool, profile: str | None = None) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = _ERRORS_ONLY
    options.intra_op_num_threads = choice.threads
    if guarded and choice.provider != PROVIDERS["cpu"]:
        options.add_session_config_entry(_GUARD, "1")
    if profile is not None:
        options.enable_profiling = True
        options.profile_file_prefix = str(Path(profile, "placement"))
    chosen = [(choice.provider, dict(choice.options))]
    try:
        # its Python layer would else start again on the CPU where a provider raises
        session = onnxruntime.InferenceSession(path, options, providers=chosen, enable_fallback=0)
    # the exceptions of ONNX Runtime have no common class of their own but Exception
    except Exception as error:
        raise errors.OpenFailure(
            f"{path}: ONNX Runtime {onnxruntime.__version__} cannot open it: {said(error)}{_remedy(error)}"
        ) from None
    session.disable_fallback()
    return session


def _remedy(error: BaseException) -> str:
    kind, text = type(error).__name__, str(error)
    if kind in ("InvalidProtobuf", "NoModel") or re.search(
        "no graph was|not have a graph", text, re.IGNORECASE
    ):
        return "; the file is not an ONNX model, or it was cut short: export or copy it again"
    if "opset" in text.lower() or "IR version" in text:
        return "; export it for an older opset, or install a newer onnxruntime"
    if kind == "NotImplemented" or "is not a registered function/op" in text:
        return (
            "; this version has no such operator for these types: use a newer onnxruntime, or other operators"
        )
    return ""


def _load_libraries(choice: Choice) -> None:
    """Let CUDA's libraries be found where pip put them; by itself ONNX Runtime asks only the system."""
    import onnxruntime

    if choice.provider == PROVIDERS["cuda"] and hasattr(onnxruntime, "preload_dlls"):
        onnxruntime.preload_dlls()


def _misplaced(
    path: str, choice: Choice, session: Any, probe: Any, words: Sequence[str] = ()
) -> errors.OpenFailure | None:
    """Why the session does not do its work on the chosen provider, tried on one row; None if it does."""
    if choice.provider not in session.get_providers():
        return errors.OpenFailure(
            f"{path}: {choice.provider} did not start ({reason(words)}), and ONNX Runtime would have run"
            f" the graph on {', '.join(session.get_providers())} instead"
        )
    names, feed = probe(session)
    trouble = ""
    try:
        session.run(names, feed)
    # zeros may be no legal row: the nodes that ran before the error are in the profile all the same
    except Exception as error:
        trouble = f" (running a row of zeros: {said(error)})"
    profile = Path(session.end_profiling()).read_text(encoding="utf-8")
    placed = list(placements(json.loads(profile)))
    elsewhere = [one for one in placed if one.provider != choice.provider]
    if elsewhere:
        more = f" and {len(elsewhere) - _NAMED} more" if len(elsewhere) > _NAMED else ""
        return errors.OpenFailure(
            f"{path}: {len(elsewhere)} of {len(placed)} nodes do not run on {choice.provider}:"
            f" {', '.join(str(one) for one in elsewhere[:_NAMED])}{more};"
            " leave this device out of `devices`, or express these nodes so that the provider has them"
        )
    if not placed:
        return errors.OpenFailure(
            f"{path}: no node ran on {choice.provider}{trouble}: the device did no work"
        )
    return None
