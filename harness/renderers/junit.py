"""Verdicts as JUnit XML, for a CI server: a suite for each model, a test case for each target."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from harness.digest import Finding, Mismatch, Standing, Verdict, headline_of, verdicts_of
from harness.digest.causes import meaning_of
from harness.digest.sentences import affected, effect, expectation, remarks, where
from harness.digest.words import value, visible

if TYPE_CHECKING:
    from harness.record import Run

SUFFIX = ".xml"

# XML 1.0 has no way to write these, escaped or not
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render(run: Run, folder: Path) -> str:
    """The run as ``<testsuites>``.

    A missing target is skipped, with its reason; a failed one is an error; one that disagrees is a
    failure, unless the model file expects exactly that. Where nothing ran, a test case of its own is
    an error: a file of skipped cases alone passes on most servers.
    """
    verdicts = verdicts_of(run.records)
    root = ET.Element("testsuites", name="parity")
    for verdict in verdicts:
        root.append(_suite(verdict, str(run.header.get("started", ""))))
    if not any(verdict.ran for verdict in verdicts):
        root.append(_nothing_ran(headline_of(verdicts).sentence))
    for name in ("tests", "failures", "errors", "skipped"):
        root.set(name, str(sum(int(suite.get(name, 0)) for suite in root)))
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _suite(verdict: Verdict, started: str) -> ET.Element:
    name = f"{verdict.model} ({verdict.path})" if verdict.path else verdict.model
    suite = ET.Element("testsuite", name=_xml(name), timestamp=_xml(started.split("+")[0]))
    for finding in verdict.findings:
        suite.append(_case(verdict, finding))
    return _counted(suite, verdict.seconds)


def _counted(suite: ET.Element, seconds: float | None = None) -> ET.Element:
    suite.set("tests", str(len(suite.findall("testcase"))))
    for attribute, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(attribute, str(len(suite.findall(f"testcase/{tag}"))))
    suite.set("time", f"{seconds or 0:.3f}")
    return suite


def _nothing_ran(sentence: str) -> ET.Element:
    suite = ET.Element("testsuite", name="parity")
    case = ET.SubElement(suite, "testcase", classname="parity", name="something ran", time="0.000")
    ET.SubElement(case, "error", message=_xml(sentence), type="nothing ran").text = _xml(sentence)
    return _counted(suite)


def _case(verdict: Verdict, finding: Finding) -> ET.Element:
    case = ET.Element("testcase", classname=_xml(verdict.model), name=_xml(finding.target))
    case.set("time", f"{finding.seconds or 0:.3f}")
    told = _xml("\n".join(_told(verdict, finding)))
    match finding.standing:
        case Standing.MISSING:
            ET.SubElement(case, "skipped", message=_xml(finding.reason or "no reason given"))
        case Standing.FAILED:
            ET.SubElement(case, "error", message=_xml(finding.reason), type="failed").text = told
        case Standing.DISAGREES:
            causes = ", ".join(finding.causes) or "disagrees"
            ET.SubElement(case, "failure", message=_xml(causes), type="disagrees").text = told
        case Standing.UNEXPECTED:
            message = expectation(verdict)
            ET.SubElement(case, "failure", message=_xml(message), type="agrees").text = told
        case _ if told:
            ET.SubElement(case, "system-out").text = told
    return case


def _told(verdict: Verdict, finding: Finding) -> list[str]:
    lines = [expectation(verdict)] if verdict.expect else []
    lines += [visible(finding.reason, keep="\n")] if finding.reason else []
    if finding.data and (finding.mismatches or finding.data.affected):
        lines.append(effect(finding.data))
    for mismatch in finding.mismatches:
        lines += ["", *_mismatch(mismatch, verdict.reference, finding.target)]
    lines += [f"waived: {w.cause} {where(w)}: {visible(w.waiver)}" for w in finding.waived]
    return [*lines, *affected(finding), *remarks(finding)]


def _mismatch(mismatch: Mismatch, reference: str, target: str) -> list[str]:
    lines = [f"{mismatch.cause} {where(mismatch)}", meaning_of(mismatch.cause)]
    lines += [f"evidence: {visible(mismatch.because)}"] if mismatch.because else []
    if mismatch.inputs:
        lines.append("smallest batch:" if mismatch.batched else "smallest example:")
        for row in mismatch.inputs:
            lines.append("  " + ", ".join(f"{visible(name)} = {value(cell)}" for name, cell in row.items()))
        lines.append(f"  {visible(reference) or 'reference'}: {value(mismatch.reference)}")
        lines.append(f"  {visible(target)}: {value(mismatch.candidate)}")
    return [line for line in lines if line]


def _xml(text: str) -> str:
    return _FORBIDDEN.sub(lambda found: visible(found[0]), text)
