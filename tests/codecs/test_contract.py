"""What every codec promises, whichever it is."""

from __future__ import annotations

import shutil
import subprocess
import sys

import pyarrow as pa
import pytest

from harness import registry
from harness.fidelity import arrow_judge
from harness.fidelity.ends import members
from harness.fidelity.r_session import RSession
from harness.fidelity.trials import REFUSALS
from harness.protocols import Codec, Lack

NAMES = registry.names("codecs")
#: What any serialization of tables carries without loss, on the Python side.
PLAIN = pa.RecordBatch.from_pydict(
    {"amount": [1.5, -0.25, None], "name": ["a", "é", None], "home": [True, False, None]}
)


@pytest.mark.parametrize("name", NAMES)
def test_a_codec_is_what_its_protocol_lists(name):
    codec = registry.find("codecs", name)
    assert isinstance(codec, Codec)
    assert codec.TITLE
    assert codec.R_END is None or codec.R_END.is_file()
    assert all(remedy for remedy in codec.R_PACKAGES.values())


def test_each_r_end_has_its_file_and_each_file_its_codec():
    ends = {registry.find("codecs", name).R_END for name in NAMES} - {None}
    folder = next(iter(ends)).parent
    assert ends == set(folder.glob("*.R"))


@pytest.mark.parametrize("name", NAMES)
def test_a_plain_table_goes_through_python_or_says_what_is_lacking(name):
    codec = registry.find("codecs", name)
    lack = codec.lack()
    if lack is not None:
        assert isinstance(lack, Lack)
        assert lack.remedy
        pytest.skip(f"{name}: {lack}")
    data = codec.encode(PLAIN)
    assert isinstance(data, bytes | memoryview)
    assert arrow_judge.difference(PLAIN, codec.decode(data)) is None
    assert arrow_judge.difference(PLAIN, codec.decode(bytes(data))) is None


@pytest.mark.parametrize("name", [name for name in NAMES if name != "pickle"])
@pytest.mark.parametrize("data", [b"\x00\x01nonsense", b'{"x": ['])
def test_bytes_of_another_kind_are_refused_or_are_no_such_table(name, data):
    codec = registry.find("codecs", name)
    if codec.lack() is not None:
        pytest.skip(str(codec.lack()))
    try:
        came = codec.decode(data)
    except (*REFUSALS, EOFError, OSError):
        return
    assert arrow_judge.difference(PLAIN, came) is not None


def test_codecs_are_found_without_their_libraries():
    code = (
        "import sys\n"
        "for name in ('orjson', 'msgpack', 'google', 'skops'): sys.modules[name] = None\n"
        "from harness import registry\n"
        "lacking = [n for n in registry.names('codecs') if registry.find('codecs', n).lack()]\n"
        "print(*lacking)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert set(done.stdout.split()) == {"orjson", "msgpack", "proto_rows", "protobuf"}


@pytest.mark.skipif(shutil.which("Rscript") is None, reason="there is no R here")
def test_each_r_end_is_loaded_or_says_which_package_is_lacking():
    with RSession() as session:
        for one in members(NAMES, session):
            if one.codec.R_END is None:
                assert not one.r.exists
            elif one.r.lack is not None:
                assert "R has no package" in one.r.lack.reason
                assert one.r.lack.remedy
            else:
                said = session.say(f"tell(is.function(end_of({one.name!r})$encode))")
                assert said == "TRUE", one.name
