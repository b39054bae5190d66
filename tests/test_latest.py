"""The newest value wins."""

import threading

from emocam.latest import Latest


def test_a_value_not_taken_is_replaced_by_a_newer_one():
    slot: Latest[int] = Latest()
    assert slot.put(1)
    assert not slot.put(2)
    assert slot.take() == 2
    assert slot.take() is None
    assert slot.put(3)


def test_taking_waits_for_a_value_from_another_thread():
    slot: Latest[int] = Latest()
    is_waiting = threading.Event()

    def give() -> None:
        assert is_waiting.wait(10)
        slot.put(7)

    giver = threading.Thread(target=give)
    giver.start()
    is_waiting.set()
    assert slot.take(timeout_s=10) == 7
    giver.join()
