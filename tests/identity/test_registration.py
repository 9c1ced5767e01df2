"""Registering, and proving that an e-mail address is one's own."""

import asyncio
import hashlib

import pytest

from tests.hubs import PASSWORD, RunningHub
from tests.identity.mailbox import NEW, OTHER, TAKEN, VERIFY, Mailbox, fresh, token_in


async def test_who_follows_the_link_may_sign_in(mailbox: Mailbox) -> None:
    email = fresh()
    answer = await mailbox.register(email)
    assert (answer.status, answer.body) == (202, {"status": "accepted"})
    [letter] = await mailbox.letters(email)
    assert letter["Subject"] == VERIFY and letter["From"] == "Caerus <no-reply@caerus.example>"
    assert (await mailbox.post("verify-email", token=token_in(letter))).status == 204
    assert (await mailbox.login(email)).status == 200
    assert await mailbox.actions(email) == ["user.create", "auth.email.verify", "auth.login"]


async def test_who_did_not_may_not_and_is_told_so_for_the_right_password_alone(mailbox: Mailbox) -> None:
    email = fresh()
    await mailbox.register(email)
    right, wrong = await mailbox.login(email), await mailbox.login(email, OTHER)
    unknown = await mailbox.login(fresh(), OTHER)
    assert (right.status, right.body["type"]) == (403, "/problems/email-not-verified")
    assert "access_token" not in right.body and "set-cookie" not in right.headers
    assert wrong.status == unknown.status == 401
    assert wrong.body | {"request_id": ""} == unknown.body | {"request_id": ""}
    rows = await mailbox.hub.rows(
        "select 1 from identity.sessions as s join identity.users as u on u.id = s.user_id where email = $1",
        email,
    )
    assert rows == []


async def test_a_new_person_is_a_user(mailbox: Mailbox) -> None:
    email = fresh()
    await mailbox.register(email)
    [row] = await mailbox.hub.rows(
        "select role, verified_at, password_hash from identity.users where email = $1", email
    )
    assert (row[0], row[1]) == ("user", None)
    assert row[2].startswith("$argon2id$")


async def test_a_taken_address_gets_the_same_answer_and_a_letter_that_says_so(mailbox: Mailbox) -> None:
    email = await mailbox.verified()
    new, taken = await mailbox.register(fresh()), await mailbox.register(email.upper(), OTHER)
    assert (taken.status, taken.raw) == (new.status, new.raw)
    assert taken.headers.keys() == new.headers.keys()
    assert await mailbox.subjects(email) == [VERIFY, TAKEN]
    text = (await mailbox.letters(email))[-1].get_content()
    assert "/forgot-password" in text and "token" not in text
    assert (await mailbox.login(email)).status == 200
    assert (await mailbox.login(email, OTHER)).status == 401
    assert "auth.register.again" in await mailbox.actions(email)


async def test_registering_again_before_the_link_sends_a_new_one_and_keeps_the_password(
    mailbox: Mailbox,
) -> None:
    email = fresh()
    await mailbox.register(email)
    await mailbox.register(email, OTHER)
    first, second = await mailbox.letters(email)
    assert first["Subject"] == second["Subject"] == VERIFY and token_in(first) != token_in(second)
    assert (await mailbox.post("verify-email", token=token_in(second))).status == 204
    assert (await mailbox.login(email, OTHER)).status == 401
    assert (await mailbox.login(email)).status == 200


async def test_one_address_registered_many_times_at_once_is_one_person(mailbox: Mailbox) -> None:
    email = fresh()
    answers = await asyncio.gather(*(mailbox.register(email if n % 2 else email.upper()) for n in range(10)))
    assert {answer.status for answer in answers} == {202}
    rows = await mailbox.hub.rows("select 1 from identity.users where lower(email) = $1", email)
    assert len(rows) == 1
    assert (await mailbox.actions(email)).count("user.create") == 1


async def test_a_link_is_good_once(mailbox: Mailbox) -> None:
    email = fresh()
    await mailbox.register(email)
    token = await mailbox.token(email, VERIFY)
    assert (await mailbox.post("verify-email", token=token)).status == 204
    assert (await mailbox.post("verify-email", token=token)).status == 422


async def test_of_fifty_uses_at_once_one_wins(mailbox: Mailbox) -> None:
    email = fresh()
    await mailbox.register(email)
    token = await mailbox.token(email, VERIFY)
    answers = await asyncio.gather(*(mailbox.post("verify-email", token=token) for _ in range(50)))
    assert sorted(answer.status for answer in answers) == [204] + [422] * 49
    assert (await mailbox.actions(email)).count("auth.email.verify") == 1


async def test_two_links_of_one_person_at_once_do_not_stop_each_other(mailbox: Mailbox) -> None:
    for _ in range(5):
        email = fresh()
        await mailbox.register(email)
        await mailbox.post("verify-email/resend", email=email)
        tokens = [token_in(letter) for letter in await mailbox.letters(email)]
        answers = await asyncio.gather(*(mailbox.post("verify-email", token=token) for token in tokens))
        assert sorted(answer.status for answer in answers) == [204, 422]


async def test_every_link_that_is_not_good_is_refused_with_one_text(mailbox: Mailbox) -> None:
    email = fresh()
    await mailbox.register(email)
    old = await mailbox.token(email, VERIFY)
    await mailbox.hub.res.db.execute(
        "update identity.mail_tokens set expires_at = now() where hash = $1",
        hashlib.sha256(old.encode()).digest(),
    )
    await mailbox.post("password/forgot", email=email)
    reset = await mailbox.token(email, "Choose a new password")
    used = await mailbox.token(await mailbox.verified(), VERIFY)
    tokens = [old, reset, used, "never ours", old[:-1], old + "x", "\x00", "é"]
    answers = [await mailbox.post("verify-email", token=token) for token in tokens]
    answers += [await mailbox.post("password/reset", token=token, password=NEW) for token in (old, used, "x")]
    assert {answer.status for answer in answers} == {422}
    assert len({answer.body["detail"] for answer in answers}) == 1
    assert {answer.body["type"] for answer in answers} == {"/problems/link-not-good"}
    assert {answer.body["errors"][0]["pointer"] for answer in answers} == {"/token"}
    assert (await mailbox.login(email)).status == 403


async def test_the_link_of_somebody_who_was_deleted_is_not_good(mailbox: Mailbox) -> None:
    email = fresh()
    await mailbox.register(email)
    token = await mailbox.token(email, VERIFY)
    await mailbox.hub.res.db.execute("update identity.users set deleted_at = now() where email = $1", email)
    assert (await mailbox.post("verify-email", token=token)).status == 422


async def test_a_token_is_stored_as_its_digest_alone(mailbox: Mailbox) -> None:
    email = fresh()
    await mailbox.register(email)
    token = await mailbox.token(email, VERIFY)
    rows = await mailbox.hub.rows(
        "select t::text, hash from identity.mail_tokens as t where hash is not null"
    )
    assert hashlib.sha256(token.encode()).digest() in {row[1] for row in rows}
    assert not any(token in row[0] for row in rows)
    redis = mailbox.hub.res.redis
    for key in await redis.keys("*"):
        assert token.encode() not in key
        if await redis.type(key) == b"string":
            assert token.encode() not in (await redis.get(key) or b"")


async def test_the_token_is_where_no_server_sees_it(mailbox: Mailbox) -> None:
    email = fresh()
    await mailbox.register(email)
    [letter] = await mailbox.letters(email)
    [address] = [line for line in letter.get_content().splitlines() if line.startswith("http")]
    assert address.partition("#")[0].endswith("/verify-email")
    assert address.partition("#")[2] == f"token={token_in(letter)}"


async def test_another_letter_is_sent_to_who_still_has_something_to_prove(mailbox: Mailbox) -> None:
    waiting, verified, unknown = fresh(), await mailbox.verified(), fresh()
    await mailbox.register(waiting)
    answers = [await mailbox.post("verify-email/resend", email=e) for e in (waiting, verified, unknown)]
    assert {(answer.status, answer.raw) for answer in answers} == {(202, b'{"status":"accepted"}')}
    assert await mailbox.subjects(waiting) == [VERIFY, VERIFY]
    assert await mailbox.subjects(verified) == [VERIFY]
    assert await mailbox.subjects(unknown) == []


async def test_three_letters_of_a_kind_an_hour_then_silence(mailbox: Mailbox) -> None:
    email = fresh()
    await mailbox.register(email)
    answers = [await mailbox.post("verify-email/resend", email=email) for _ in range(4)]
    answers.append(await mailbox.post("password/forgot", email=email))
    assert {(answer.status, answer.raw) for answer in answers} == {(202, b'{"status":"accepted"}')}
    assert (await mailbox.subjects(email)).count(VERIFY) == 3
    assert len(await mailbox.subjects(email)) == 4


async def test_who_asks_for_an_address_before_it_is_known_does_not_use_up_its_letters(
    mailbox: Mailbox,
) -> None:
    email = fresh()
    for _ in range(5):
        await mailbox.post("verify-email/resend", email=email)
        await mailbox.post("password/forgot", email=email)
    await mailbox.register(email)
    assert await mailbox.subjects(email) == [VERIFY]


@pytest.mark.parametrize(
    "email",
    [
        "",
        "nobody",
        "a@",
        "@b",
        "a b@example.com",
        "a@b@c",
        "a@example.com\n",
        "a@example.com\r\nBcc: b@example.com",
        "a,b@example.com",
        "a(b)@example.com",
        "<a@example.com>",
        '"a"@example.com',
        ".a@example.com",
        "a..b@example.com",
        "a@-b.com",
        "a@b..com",
        "é@example.com",
        "a@" + "b" * 64 + ".com",
        "a" * 250 + "@example.com",
    ],
)
async def test_what_no_letter_reaches_is_refused_with_a_pointer(mailbox: Mailbox, email: str) -> None:
    answer = await mailbox.register(email)
    assert answer.status == 422
    assert [error["pointer"] for error in answer.body["errors"]] == ["/email"]


@pytest.mark.parametrize("path", ["verify-email/resend", "password/forgot", "login"])
async def test_an_address_ends_where_it_ends(hub: RunningHub, path: str) -> None:
    body = {"email": "a@example.com\n"} | ({"password": PASSWORD} if path == "login" else {})
    answer = await hub.call("POST", f"/api/v1/auth/{path}", body)
    assert answer.status == 422 and answer.body["errors"][0]["pointer"] == "/email"
