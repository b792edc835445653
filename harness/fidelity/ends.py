"""Which ends each codec has, which of them are here, and what is lacking for the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from harness import registry
from harness.environment import python_version
from harness.fidelity.r_session import RSession, RSessionError, r_lack
from harness.installed import versions_of
from harness.protocols import Codec, Lack


class Language(Enum):
    """Who writes or reads."""

    PYTHON = "Python"
    R = "R"


@dataclass(frozen=True, slots=True)
class End:
    """One end of a codec: ``exists`` is false where there is none, ``lack`` says why it is not here."""

    exists: bool
    lack: Lack | None = None

    @property
    def here(self) -> bool:
        """Whether it can be used."""
        return self.exists and self.lack is None


@dataclass(frozen=True, slots=True)
class Member:
    """A codec by its name, with its two ends."""

    name: str
    codec: Codec
    python: End
    r: End

    def end(self, language: Language) -> End:
        """The end of one language."""
        return self.python if language is Language.PYTHON else self.r


def members(names: Sequence[str], session: RSession) -> tuple[Member, ...]:
    """The codecs of these names, their R packages tried in the session, and the R ends that are here loaded.

    Raises harness.registry.UnknownMemberError for a name that is no codec.
    """
    return of_codecs({name: registry.find("codecs", name) for name in names}, session)


def of_codecs(codecs: dict[str, Codec], session: RSession) -> tuple[Member, ...]:
    """The same for codecs at hand, by name."""
    packages = sorted({package for codec in codecs.values() for package in codec.R_PACKAGES})
    no_r, absent = _r_packages(packages, session)
    found = tuple(
        Member(name, codec, End(codec.PYTHON_END, codec.lack()), _r_end(codec, no_r, absent))
        for name, codec in codecs.items()
    )
    session.load({one.name: one.codec for one in found if one.r.here})
    return found


def _r_packages(packages: Sequence[str], session: RSession) -> tuple[Lack | None, frozenset[str]]:
    """What is lacking for any R end, and which packages are."""
    lack = r_lack()
    if lack is not None:
        return lack, frozenset()
    try:
        return None, session.lacking(packages)
    except RSessionError as error:
        return Lack(f"R cannot be started ({error})", "see what `Rscript -e 1` says"), frozenset()


#: Python distributions that the codecs here are made of.
_DISTRIBUTIONS = ("numpy", "pandas", "pyarrow", "orjson", "msgpack", "protobuf", "skops", "onnxruntime")


def versions(found: Sequence[Member], session: RSession) -> dict[str, str]:
    """What was compared, in which version: Python and its packages, R and the packages of its ends."""
    python, _, version = python_version().partition(" ")
    said = {python: version, **versions_of(_DISTRIBUTIONS)}
    if any(one.r.here for one in found):
        packages = dict.fromkeys(package for one in found if one.r.here for package in one.codec.R_PACKAGES)
        said |= session.versions(tuple(packages))
    return said


def _r_end(codec: Codec, no_r: Lack | None, absent: frozenset[str]) -> End:
    if codec.R_END is None:
        return End(False)
    if no_r is not None:
        return End(True, no_r)
    for package, remedy in codec.R_PACKAGES.items():
        if package in absent:
            return End(True, Lack(f"R has no package {package} here", remedy))
    return End(True)
