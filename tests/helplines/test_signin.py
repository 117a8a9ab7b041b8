import datetime as dt
import re

import pytest
import time_machine
from axes.models import AccessAttempt
from django.contrib.auth.hashers import make_password
from django.core import mail
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from helplines.models import Staff
from helplines.signin import address_pseudonym, tried_username
from tests.factories.helplines import PASSWORD, StaffFactory

HERE, ELSEWHERE = "203.0.113.7", "198.51.100.9"
NOON = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)
LIMIT = 6


def sign_in(login, password, address=HERE, **headers):
    return Client().post("/account/login/", {"login": login, "password": password}, REMOTE_ADDR=address, **headers)


def is_in(answer):
    return answer.status_code == 302 and answer.url == reverse("start")


def lock_out(login, address=HERE):
    return [sign_in(login, "wrong", address).status_code for _attempt in range(LIMIT)]


@pytest.fixture
def staff(db):
    return StaffFactory(username="Robin", email="robin@example.org")


@pytest.mark.parametrize("login", ["Robin", "robin", " ROBIN ", "robin@example.org", "Robin@Example.org"])
def test_sign_in_with_name_or_address_however_written(staff, login):
    assert is_in(sign_in(login, PASSWORD))


@pytest.mark.parametrize("login", ["robin", "robin@example.org", "nobody", "nobody@example.org"])
def test_wrong_sign_in_gets_one_answer_whoever_is_meant(staff, login):
    answer = sign_in(login, "wrong", HTTP_ACCEPT_LANGUAGE="en")
    assert answer.context["form"].non_field_errors() == [
        "This name and this password do not belong together. Try again, or choose a new password."
    ]


def test_sign_in_of_an_inactive_person_is_refused(staff):
    staff.is_active = False
    staff.save()
    answer = sign_in("robin", PASSWORD)
    assert (answer.status_code, answer.url) == (302, reverse("account_inactive"))


def test_lock_falls_at_the_sixth_wrong_password_and_says_so_in_plain_words(staff):
    with time_machine.travel(NOON, tick=False):
        assert lock_out("robin") == [200] * 5 + [429]
        answer = sign_in("robin", PASSWORD)
    assert answer.status_code == 429
    assert "account/locked.html" in [template.name for template in answer.templates]


def test_lock_lifts_by_itself_after_fifteen_minutes(staff):
    with time_machine.travel(NOON, tick=False):
        lock_out("robin")
    found = []
    for seconds in (15 * 60 - 1, 15 * 60 + 1):
        with time_machine.travel(NOON + dt.timedelta(seconds=seconds), tick=False):
            found.append(is_in(sign_in("robin", PASSWORD)))
    assert found == [False, True]


def test_attempt_during_a_lock_does_not_make_it_longer(staff):
    with time_machine.travel(NOON, tick=False):
        lock_out("robin")
    with time_machine.travel(NOON + dt.timedelta(minutes=14), tick=False):
        assert sign_in("robin", "wrong").status_code == 429
    with time_machine.travel(NOON + dt.timedelta(minutes=16), tick=False):
        assert is_in(sign_in("robin", PASSWORD))


def test_lock_leaves_colleagues_at_the_same_address_and_the_same_person_elsewhere_alone(staff):
    colleague = StaffFactory()
    with time_machine.travel(NOON, tick=False):
        lock_out("robin")
        assert is_in(sign_in(colleague.username, PASSWORD))
        assert is_in(sign_in("robin", PASSWORD, ELSEWHERE))
        assert not is_in(sign_in("robin", PASSWORD))


def test_attempts_by_name_and_by_address_count_together(staff):
    with time_machine.travel(NOON, tick=False):
        found = [sign_in(("robin", "ROBIN", "robin@example.org")[turn % 3], "wrong").status_code for turn in range(6)]
    assert found == [200] * 5 + [429]


def test_signing_in_forgets_earlier_mistakes_made_by_address(staff):
    with time_machine.travel(NOON, tick=False):
        for _attempt in range(LIMIT - 1):
            sign_in("robin@example.org", "wrong")
        assert is_in(sign_in("robin@example.org", PASSWORD))
        assert sign_in("robin@example.org", "wrong").status_code == 200


def test_lock_of_a_name_that_nobody_has_looks_the_same(staff):
    with time_machine.travel(NOON, tick=False):
        assert lock_out("nobody") == lock_out("robin")
        pages = [sign_in(name, "wrong").content.decode() for name in ("nobody", "robin")]
    assert pages[0] == pages[1]


@pytest.mark.parametrize(
    "headers",
    [
        {"HTTP_X_FORWARDED_FOR": "{n}.2.3.4"},
        {"HTTP_X_FORWARDED_FOR": "{n}.2.3.4, 10.0.0.{n}, 192.0.2.{n}"},
        {"HTTP_X_REAL_IP": "{n}.2.3.4"},
        {"HTTP_FORWARDED": "for={n}.2.3.4"},
        {"HTTP_X_CLIENT_IP": "{n}.2.3.4"},
        {"HTTP_CLIENT_IP": "{n}.2.3.4"},
        {"HTTP_USER_AGENT": "browser {n}"},
    ],
)
def test_lock_is_not_passed_by_what_a_client_writes_itself(staff, headers):
    with time_machine.travel(NOON, tick=False):
        found = [
            sign_in("robin", "wrong", **{name: value.format(n=turn) for name, value in headers.items()}).status_code
            for turn in range(LIMIT)
        ]
    assert found == [200] * 5 + [429]


def test_no_address_and_no_password_is_kept(staff, caplog):
    with caplog.at_level("DEBUG"):
        lock_out("robin", HERE)
        lock_out("robin", "2001:db8:1:2:3:4:5:6")
    stored = " ".join(str(row) for row in AccessAttempt.objects.values())
    assert AccessAttempt.objects.count() == 2
    for canary in (HERE, "2001:db8", "wrong"):
        assert canary not in stored
        assert canary not in caplog.text


def pseudonym(address, **headers):
    return address_pseudonym(RequestFactory().get("/", REMOTE_ADDR=address, **headers))


def test_pseudonym_is_the_same_for_one_place_and_differs_between_places():
    assert pseudonym(HERE) == pseudonym(HERE)
    assert pseudonym(HERE) != pseudonym(ELSEWHERE)
    assert re.fullmatch(r"fd[0-9a-f:]+", pseudonym(HERE))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("::ffff:203.0.113.7", "203.0.113.7", True),
        ("::ffff:203.0.113.7", "::ffff:203.0.113.8", False),
        ("", "not an address", True),
    ],
)
def test_pseudonym_counts_a_household_as_one(one, other, same):
    assert (pseudonym(one) == pseudonym(other)) == same


def test_pseudonym_depends_on_the_secret_key(settings):
    before = pseudonym(HERE)
    settings.SECRET_KEY = "another"
    assert pseudonym(HERE) != before


@pytest.mark.parametrize(
    ("proxies", "forwarded", "counts"),
    [
        (0, "198.51.100.9", HERE),
        (1, "198.51.100.9", "198.51.100.9"),
        (1, "6.6.6.6, 198.51.100.9", "198.51.100.9"),
        (2, "6.6.6.6, 198.51.100.9, 10.0.0.1", "198.51.100.9"),
        (2, "198.51.100.9", "198.51.100.9"),
        (1, "", HERE),
    ],
)
def test_pseudonym_trusts_only_our_own_proxies(settings, proxies, forwarded, counts):
    settings.TRUSTED_PROXIES = proxies
    found = pseudonym(HERE, HTTP_X_FORWARDED_FOR=forwarded)
    settings.TRUSTED_PROXIES = 0
    assert found == pseudonym(counts)


def tried(credentials, **posted):
    return tried_username(RequestFactory().post("/", posted), credentials)


def test_tried_username_of_somebody_is_their_name(staff):
    assert tried({"username": "robin@EXAMPLE.org"}) == tried(None, login="robin") == "Robin"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (" SAM ", "sam", True),
        ("sam\0", "sam", True),
        ("x" * 999, "x" * 254, True),
        ("sam", "sam@example.org", False),
        ("", "sam", False),
    ],
)
def test_tried_username_of_nobody_has_one_form(staff, one, other, same):
    assert (tried({"username": one}) == tried(None, login=other)) == same


@pytest.mark.parametrize("name", ["robin@example.org", "\u017fofie", "robi\u212a"])
def test_signing_in_never_forgets_the_attempts_on_somebody_else(staff, name):
    """Accounts from before user names had to be plain."""
    victim = {"robin@example.org": staff, "\u017fofie": None, "robi\u212a": None}[name]
    victim = victim or StaffFactory(username=name.replace("\u017f", "s").replace("\u212a", "k"))
    own = "quite another long secret"
    StaffFactory(username=name, email="other@example.org", password=make_password(own))
    with time_machine.travel(NOON, tick=False):
        found = []
        for _attempt in range(LIMIT):
            found.append(sign_in(victim.username, "wrong").status_code)
            assert is_in(sign_in(name, own))
    assert found == [200] * 5 + [429]


def test_every_way_to_write_an_address_counts_together(staff):
    mike = StaffFactory(username="mike")
    assert tried(None, login="mi\u212ae@example.org") == tried(None, login="MIKE") == mike.username


def test_password_typed_as_a_name_is_not_kept(staff):
    with time_machine.travel(NOON, tick=False):
        sign_in("Correct-Horse-77", "wrong")
    [attempt] = AccessAttempt.objects.values()
    assert "correct-horse-77" not in str(attempt).lower()


def test_sign_up_does_not_exist(client, db):
    assert client.get("/account/signup/").status_code == 404
    client.post("/account/signup/", {"username": "me", "email": "me@example.org", "password1": PASSWORD})
    assert Staff.objects.count() == 0


def test_sign_out_needs_a_post(client, staff):
    client.force_login(staff, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert client.get(reverse("account_logout")).status_code == 200
    assert "_auth_user_id" in client.session
    assert client.post(reverse("account_logout")).status_code == 302
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize(
    "name",
    ["login", "reset_password", "reset_password_done", "reset_password_from_key_done", "inactive"],
)
def test_page_of_the_account_is_ours(client, db, name):
    answer = client.get(reverse(f"account_{name}"))
    assert answer.status_code == 200
    assert "base.html" in [template.name for template in answer.templates]
    assert answer.headers["Cache-Control"].endswith("no-store") or "no-store" in answer.headers["Cache-Control"]


def test_forgotten_password_is_chosen_anew_through_the_mailed_link(client, staff, done):
    with done():
        answer = client.post(reverse("account_reset_password"), {"email": staff.email})
    assert answer.url == reverse("account_reset_password_done")
    (letter,) = mail.outbox
    assert letter.to == [staff.email]
    link = re.search(r"https?://[^/]+(/\S+)", letter.body)[1]
    form = client.get(link, follow=True)
    new = "another long secret"
    saved = client.post(form.redirect_chain[-1][0], {"password1": new, "password2": new})
    assert saved.url == reverse("account_reset_password_from_key_done")
    assert is_in(sign_in("robin", new))
    assert client.get(link, follow=True).context["token_fail"]


@pytest.mark.promise("O04")
def test_forgotten_password_of_nobody_gets_the_same_answer_and_no_mail(client, staff, done):
    """The page writes no letter: for both it asks one question and sends one job (security goal G3)."""
    answers, questions = [], []
    for address in (staff.email.upper(), "nobody@example.org"):
        with done() as jobs, CaptureQueriesContext(connection) as asked:
            answers.append(client.post(reverse("account_reset_password"), {"email": address}))
            assert mail.outbox == [] or address.startswith("nobody")
        about_people = [entry["sql"] for entry in asked if "helplines_staff" in entry["sql"]]
        questions.append((len(jobs), about_people[0].lower().replace(address.lower(), "")))
    assert questions[0] == questions[1]
    assert [(answer.status_code, answer.url) for answer in answers] == [
        (302, reverse("account_reset_password_done"))
    ] * 2
    assert [letter.to for letter in mail.outbox] == [[staff.email]]


def test_password_is_changed_only_with_the_old_one(client, staff):
    client.force_login(staff, backend="allauth.account.auth_backends.AuthenticationBackend")
    new = "another long secret"
    url = reverse("account_change_password")
    found = []
    for old in ("wrong", PASSWORD):
        client.post(url, {"oldpassword": old, "password1": new, "password2": new})
        staff.refresh_from_db()
        found.append(staff.check_password(new))
    assert found == [False, True]


def test_short_password_is_refused(client, staff):
    client.force_login(staff, backend="allauth.account.auth_backends.AuthenticationBackend")
    form = client.post(
        reverse("account_change_password"), {"oldpassword": PASSWORD, "password1": "kort", "password2": "kort"}
    )
    assert list(form.context["form"].errors) == ["password1"]


def test_page_for_a_new_password_says_once_and_in_words_what_is_asked(client, staff):
    client.force_login(staff, backend="allauth.account.auth_backends.AuthenticationBackend")
    form = client.get(reverse("account_change_password"), headers={"accept-language": "nl"}).context["form"]
    assert form["password1"].help_text.startswith("Minstens 12 tekens.")
    assert "<li>" not in form["password1"].help_text
    assert form["password2"].label == "Wachtwoord, nog een keer"
    assert [name for name, field in form.fields.items() if "placeholder" in field.widget.attrs] == []


def test_next_page_on_another_site_is_not_followed(staff):
    answer = Client().post(
        "/account/login/?next=https://evil.example/",
        {"login": "robin", "password": PASSWORD, "next": "//evil.example/"},
    )
    assert answer.url == reverse("start")
