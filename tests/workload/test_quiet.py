import gc

import pytest

from harness.workload.quiet import collector_paused, is_busy, load_average


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


def test_a_machine_is_busy_where_more_wants_to_run_than_the_bench_itself():
    assert is_busy(6.9, cores=2)
    assert not is_busy(2.5, cores=2)
    assert not is_busy(None, cores=2)


def test_a_system_that_does_not_say_its_load_is_no_error(monkeypatch):
    def absent():
        raise OSError

    assert load_average() is None or load_average() >= 0
    monkeypatch.setattr("os.getloadavg", absent)
    assert load_average() is None
