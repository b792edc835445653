import gc

import pytest

from harness.workload.quiet import collector_paused


def test_the_collector_is_on_again_after_an_error_and_stays_off_for_whoever_had_it_off():
    with pytest.raises(ZeroDivisionError), collector_paused():
        raise ZeroDivisionError
    assert gc.isenabled()
    gc.disable()
    try:
        with collector_paused():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()
