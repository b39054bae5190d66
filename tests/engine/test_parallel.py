"""Work shared by two threads."""

import threading

import pytest

from emocam.engine.parallel import Pair


def noted(worker: list[int], item: int) -> int:
    worker.append(item)
    return item * item


@pytest.mark.parametrize("count", [0, 1, 2, 5, 6])
def test_results_come_in_the_order_of_the_items_whoever_made_them(count: int):
    assert Pair(list).share(noted, range(count)) == [item * item for item in range(count)]


def test_the_second_worker_is_made_when_there_is_something_for_it_to_do():
    made: list[list[int]] = []

    def make() -> list[int]:
        made.append([])
        return made[-1]

    pair = Pair(make)
    pair.share(noted, [1])
    assert made == [[1]]
    both = threading.Barrier(2, timeout=5)  # so that neither thread takes both items

    def note_together(worker: list[int], item: int) -> int:
        both.wait()
        return noted(worker, item)

    pair.share(note_together, [2, 3])
    first, second = made
    assert sorted([*first, *second]) == [1, 2, 3]
    assert len(first) == 2


def test_a_call_beside_is_made_once_and_the_items_keep_their_order():
    calls: list[int] = []
    given, results = Pair(list).share_beside(lambda: calls.append(threading.get_ident()), noted, range(5))
    assert given is None and len(calls) == 1 and calls[0] != threading.get_ident()
    assert results == [item * item for item in range(5)]
    assert Pair(list).share_beside(lambda: "alone", noted, []) == ("alone", [])


def test_the_workers_work_at_the_same_time():
    both = threading.Barrier(2, timeout=5)  # a single thread would wait at it in vain
    Pair(list).share(lambda _, item: both.wait(), [1, 2])


@pytest.mark.parametrize("bad", [0, 1])
def test_an_error_of_either_is_raised_and_the_pair_goes_on(bad: int):
    pair: Pair[list[int]] = Pair(list)

    def fail_at_bad(worker: list[int], item: int) -> int:
        if item == bad:
            raise ValueError(item)
        return noted(worker, item)

    with pytest.raises(ValueError, match=str(bad)):
        pair.share(fail_at_bad, [0, 1])
    assert pair.share(noted, [2, 3]) == [4, 9]
