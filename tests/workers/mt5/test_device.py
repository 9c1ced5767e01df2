"""Who a gateway executes as: nobody unless it is said, and what is said wrong is refused with what to mend."""

import pytest
from caerus_client.keys import encode_secret

from tests.workers.mt5.worst import secrets
from workers.mt5.device import checked_hub, device_of
from workers.mt5.errors import NoGateway

ID, SECRET = "0197a1b2-0000-7000-8000-000000000001", encode_secret(bytes(range(32)))
HUB = "https://hub.example.com"
BOTH = {"MT5_DEVICE_ID": ID, "MT5_DEVICE_SECRET": SECRET}


def test_without_a_device_nothing_is_executed():
    assert device_of(secrets(), "", HUB) is None
    assert device_of(secrets(), "", "") is None
    assert device_of(secrets(**BOTH), "real", HUB) is None


@pytest.mark.parametrize("name", ["", "real"])
def test_a_device_is_of_one_account(name):
    prefix = "MT5_REAL_" if name else "MT5_"
    given = {each.replace("MT5_", prefix): value for each, value in BOTH.items()}
    key = device_of(secrets(**given), name, HUB + "/")
    assert (key.id, key.hub, key.secret()) == (ID, HUB, SECRET)
    assert SECRET not in repr(key)


@pytest.mark.parametrize(
    ("given", "url", "told"),
    [
        ({"MT5_DEVICE_ID": ID}, HUB, "MT5_DEVICE_SECRET is not set"),
        ({"MT5_DEVICE_SECRET": SECRET}, HUB, "MT5_DEVICE_ID is not set"),
        (BOTH, "", "Set MT5_HUB_URL"),
        (BOTH | {"MT5_DEVICE_ID": "desk"}, HUB, "MT5_DEVICE_ID is not what registration showed"),
        (BOTH | {"MT5_DEVICE_SECRET": "short"}, HUB, "MT5_DEVICE_SECRET is not what registration showed"),
        (BOTH, "http://hub.example.com", "MT5_HUB_URL must be https"),
        (BOTH, "https://hub.example.com/api", "MT5_HUB_URL must be https"),
        (BOTH, "ftp://hub.example.com", "MT5_HUB_URL must be https"),
        (BOTH, "https://me:word@hub.example.com", "MT5_HUB_URL must be https"),
        (BOTH, "http://localhost.example.com", "MT5_HUB_URL must be https"),
        (BOTH, "http://127.0.0.1.example.com", "MT5_HUB_URL must be https"),
    ],
)
def test_what_cannot_be_used_is_one_sentence_without_a_secret(given, url, told):
    with pytest.raises(NoGateway, match=told) as refused:
        device_of(secrets(**given), "", url)
    assert SECRET not in str(refused.value) and "word" not in str(refused.value)


@pytest.mark.parametrize("url", ["http://localhost:8000", "http://127.0.0.1:8000", "http://[::1]:8000"])
def test_plain_http_goes_to_this_machine_alone(url):
    assert checked_hub(url) == url
