"""What /ready says of gateways: nothing while all is well, and never which account it is."""

from hypothesis import given
from hypothesis import strategies as st

from hub.trading.accounts.gateways import Place, Session
from hub.trading.accounts.rules import ailing

PLACE = Place("Secret-Broker", "7654321")
sessions = st.none() | st.builds(
    Session,
    st.just(PLACE),
    st.sampled_from(["connected", "away", "circuit_open"]),
    st.floats(0, 5000),
    st.booleans(),
)


@given(st.lists(sessions, max_size=6))
def test_every_session_that_ails_is_counted_once_and_none_is_named(found: list[Session | None]) -> None:
    told = ailing(found)
    well = [each for each in found if each and each.state == "connected" and each.answers]
    counts = [int(each.split(": ")[1].split(" of ")[0]) for each in told]
    assert sum(counts) == len(found) - len(well)
    assert all(f" of {len(found)}" in each and "docs/runbooks/terminal-stuck.md" in each for each in told)
    assert not any(PLACE.server in each or PLACE.login in each for each in told)
