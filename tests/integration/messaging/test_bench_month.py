"""The simulated month plays the real dialogue and services; here with a few firms, for its sums."""

from tests.bench import month


def test_a_small_month_is_played_to_its_end_and_adds_up():
    found = month.simulate(12)
    totals = found.totals
    assert found.month == "2026-03"
    assert found.calls["reply"] == found.sums["answer"]["reply"]
    assert found.calls["push"] == totals["push"]
    assert {"answer", "replied", "closed"} <= set(found.sums)
    assert 0 < found.free_share < 1
    assert f"{found.free_share:.1%}" in month.table(found)


def test_parts_of_the_firms_add_up_to_the_month():
    whole = month.Result()
    for push, reply in ((1, 3), (1, 5)):
        part = month.Result(month="2026-03", firms=10, cases=2)
        part.sums["answer"] = month.Counter(push=push, reply=reply)
        whole.add(part)
    assert (whole.firms, whole.cases, whole.totals["reply"], whole.free_share) == (20, 4, 8, 0.8)
