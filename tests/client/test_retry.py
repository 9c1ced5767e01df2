"""When to try again."""

from caerus_client.producer import RetryPolicy
from caerus_client.retry import Outage


def test_back_off_doubles_to_the_cap_with_full_jitter():
    policy = RetryPolicy()
    assert [policy.pause(n, lambda: 1.0) for n in (1, 2, 3, 4, 5, 500)] == [5, 10, 20, 40, 60, 60]
    assert policy.pause(3, lambda: 0.0) == 0
    assert (policy.max_retries, policy.delay) == (5, 5.0)


def test_failures_of_one_round_count_once():
    outage = Outage(RetryPolicy(max_retries=1, delay=10.0), lambda: 1.0)
    for _ in range(16):
        outage.failed(now=0.0)
    assert (outage.failures, outage.until) == (1, 10.0)
    outage.failed(now=10.0, at_least=99.0)
    assert (outage.failures, outage.until) == (2, 109.0)
    assert outage.worth_telling()
    assert not outage.worth_telling()
    outage.over()
    assert (outage.failures, outage.until) == (0, 0.0)
