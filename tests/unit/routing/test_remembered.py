"""What a process keeps of what it has read: within its room, what was asked for last stays."""

from routing.store.remembered import Remembered


def test_what_was_not_asked_for_longest_goes_first():
    memory = Remembered(most=100)
    for name in "abc":
        memory.keep(name, name.upper(), 40)
    assert [memory.get(name) for name in "abc"] == [None, "B", "C"]
    memory.get("b")
    memory.keep("d", "D", 40)
    assert [memory.get(name) for name in "bcd"] == ["B", None, "D"]


def test_a_value_that_is_kept_again_takes_its_room_once_and_one_that_is_too_large_is_not_kept():
    memory = Remembered(most=100)
    for _ in range(5):
        memory.keep("a", "A", 60)
    memory.keep("b", "B", 40)
    assert (memory.get("a"), memory.get("b")) == ("A", "B")
    memory.keep("c", "C", 101)
    assert memory.get("c") is None
