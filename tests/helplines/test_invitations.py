"""Inviting people: a link that works once, for a week, and tells nobody who has an account."""

import datetime as dt
import re
from threading import Thread

import pytest
import time_machine
from django.core import mail
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from helplines import access, carriers, invitation_links, invitations, letters
from helplines.models import Assignment, Invitation, Membership, Organisation, Staff
from helplines.tenancy import across_organisations, inside
from tests.factories.helplines import (
    PASSWORD,
    InvitationFactory,
    LineFactory,
    MembershipFactory,
    OrganisationFactory,
    StaffFactory,
)
from tests.helplines.admin_rooms import House, at, house, signed_in

pytestmark = pytest.mark.django_db
HERE = "http://127.0.0.1:8000"
NO_MAIL = "django.core.mail.backends.console.EmailBackend"
NEW = {"email": "New@Example.org", "first_name": "Nel", "last_name": "", "roles": ["counsellor", "manager"]}
ACCOUNT = {"username": "nel", "password1": PASSWORD, "password2": PASSWORD}
NOON = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)


@pytest.fixture
def ours() -> House:
    made = house("Ours")
    made.rows["invitation"].delete()
    return made


@pytest.fixture
def client(ours: House) -> Client:
    return signed_in(ours.admin)


@pytest.fixture
def clock():
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


@pytest.fixture
def link(ours):
    """A link for somebody who is asked to be a counsellor on one line."""
    invitation = InvitationFactory(organisation=ours.organisation, email="nel@example.org")
    with inside(ours.organisation):
        invitation.lines.set([ours.line])
    return invitation_links.new_link(invitation).removeprefix(HERE)


def link_in(letter):
    return next(line for line in letter.body.splitlines() if "/invitation/" in line).removeprefix(HERE)


def everything():
    with across_organisations():
        return (
            Invitation.objects.count(),
            sorted(Membership.objects.filter(staff__email="nel@example.org").values_list("role", flat=True)),
        )


def opened(link, client=None):
    client = client or Client(headers={"accept-language": "en"})
    client.get(link, follow=True)
    return client


@pytest.mark.promise("J02")
def test_invited_person_makes_an_account_and_lands_where_they_work(client, ours, done):
    with done():
        client.post(at("invitation", "add"), {**NEW, "lines": [ours.line.pk]})
    (letter,) = mail.outbox
    assert (letter.to, letter.subject) == (["New@Example.org"], "Ours home nodigt je uit")
    browser = opened(link_in(letter))
    answer = browser.post("/invitation/", ACCOUNT, follow=True)
    person = Staff.objects.get(username="nel")
    with across_organisations():
        roles = sorted(Membership.objects.filter(staff=person).values_list("role", flat=True))
        lines = list(Assignment.objects.filter(membership__staff=person).values_list("line", "membership__role"))
        assert Invitation.objects.count() == 0
    assert (roles, lines) == (["counsellor", "manager"], [(ours.line.pk, "counsellor")])
    assert (person.email, person.check_password(PASSWORD), person.is_superuser) == ("new@example.org", True, False)
    assert answer.request["PATH_INFO"] == f"/agreement/{ours.organisation.slug}/"


def test_link_is_in_one_address_only_and_nothing_of_it_is_kept(link):
    browser = Client()
    first = browser.get(link)
    assert (first.status_code, first.url, first.headers["Referrer-Policy"]) == (302, "/invitation/", "no-referrer")
    page = browser.get("/invitation/")
    token = link.split("/")[2]
    with across_organisations():
        kept = str(list(Invitation.objects.values()))
    assert not [place for place in (page.content.decode(), str(dict(browser.session)), kept) if token in place]


def test_link_works_once(link):
    browsers = [opened(link), opened(link)]
    assert browsers[0].post("/invitation/", ACCOUNT).status_code == 302
    assert browsers[1].post("/invitation/", {**ACCOUNT, "username": "other"}).status_code == 404
    assert Client().get(link).status_code == 404
    assert everything() == (0, ["counsellor"])


@pytest.mark.parametrize(("days", "status"), [(6.99, 200), (7, 404)])
def test_link_works_for_seven_days(link, days, status):
    with time_machine.travel(timezone.now() + dt.timedelta(days=days), tick=False):
        assert Client().get(link, follow=True).status_code == status


@pytest.mark.parametrize("token", ["guessed", "x" * 500, "%00"])
def test_guessed_link_gives_one_answer(link, token):
    answers = [Client().get(f"/invitation/{each}/") for each in (token, "nobody")]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].content == answers[1].content


def test_known_person_signs_in_and_accepts_with_their_own_account(link):
    known = StaffFactory(email="nel@example.org")
    browser = opened(link)
    browser.post("/account/login/", {"login": known.username, "password": PASSWORD, "next": "/invitation/"})
    assert known.username in browser.get("/invitation/").content.decode()
    assert browser.post("/invitation/").url == "/start/"
    assert everything() == (0, ["counsellor"])


@pytest.mark.promise("C04")
@pytest.mark.parametrize("name", ["Sam", ""])
def test_newcomer_chooses_a_name_for_visitors_or_none(link, name):
    assert 'name="public_name"' in opened(link).get("/invitation/").content.decode()
    opened(link).post("/invitation/", {**ACCOUNT, "public_name": name})
    with across_organisations():
        assert [row.public_name for row in Membership.objects.filter(staff__username="nel")] == [name]


@pytest.mark.promise("C04")
def test_known_person_keeps_the_name_they_had_or_chooses_another(ours, link):
    known = StaffFactory(email="nel@example.org")
    MembershipFactory(organisation=ours.organisation, staff=known, role="mentor", public_name="Sam")
    browser = opened(link)
    browser.force_login(known, backend="allauth.account.auth_backends.AuthenticationBackend")
    opened(link, browser).post("/invitation/", {"public_name": "x" * 41})
    assert everything()[0] == 1
    browser.post("/invitation/", {"public_name": "Alex"})
    with across_organisations():
        assert {row.public_name for row in Membership.objects.filter(staff=known)} == {"Alex"}


def test_who_will_not_talk_is_asked_for_no_name(ours):
    invitation = InvitationFactory(organisation=ours.organisation, roles=["auditor"])
    browser = opened(invitation_links.new_link(invitation).removeprefix(HERE))
    assert 'name="public_name"' not in browser.get("/invitation/").content.decode()


def test_page_is_the_same_for_who_has_an_account_and_for_who_has_none(link):
    before = opened(link).get("/invitation/").content
    StaffFactory(email="nel@example.org")
    after = opened(link).get("/invitation/").content
    assert b"csrf" in before
    assert before.split(b"csrfmiddlewaretoken")[0] == after.split(b"csrfmiddlewaretoken")[0]
    assert before.split(b'id="known"')[1] == after.split(b'id="known"')[1]


def test_second_account_with_one_address_is_not_made(link):
    StaffFactory(email="NEL@example.org".lower())
    answer = opened(link).post("/invitation/", ACCOUNT)
    assert (answer.status_code, Staff.objects.filter(username="nel").exists(), everything()[0]) == (200, False, 1)


def as_administrator(client: Client, email: str) -> tuple[object, ...]:
    """All that an administrator sees who invites this address and opens the link first: pages, statuses, work done."""
    page = client.post(at("invitation", "add"), {**NEW, "email": email})
    browser = opened(re.search(f"{HERE}(/invitation/[^<]+)", page.content.decode())[1])
    with CaptureQueriesContext(connection) as asked:
        answer = browser.post("/invitation/", ACCOUNT)
    signed = answer.wsgi_request.user
    listed = client.get(at("staff", "changelist")).content.decode()
    own = client.get(at("staff", "change", signed.pk)).content.decode()
    told = [
        re.findall(r">([^<]+)<", re.sub(r"<script.*?</script>", "", text, flags=re.DOTALL)) for text in (listed, own)
    ]
    with across_organisations():
        Membership.objects.filter(staff=signed).delete()
        signed.delete()
    return answer.status_code, answer.url, len(asked), signed.username, signed.email, told


def test_administrator_without_a_mail_server_learns_nothing_from_the_link(client, ours, settings):
    settings.EMAIL_BACKEND = NO_MAIL
    known = as_administrator(client, StaffFactory().email)
    assert known == as_administrator(client, "nobody@example.org")
    assert known[:2] + known[3:5] == (302, "/start/", "nel", "nel@no-address.invalid")


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"username": "TAKEN"}, "username"),
        ({"username": ""}, "username"),
        ({"password1": "kort", "password2": "kort"}, "password1"),
        ({"password2": "another long secret"}, "password2"),
    ],
)
def test_account_that_is_not_right_yet_keeps_the_invitation(link, given, field):
    StaffFactory(username="taken")
    answer = opened(link).post("/invitation/", {**ACCOUNT, **given})
    assert (list(answer.context["form"].errors), everything()[0]) == ([field], 1)


def test_administrator_gets_one_answer_whether_or_not_there_is_an_account(client, ours, done):
    pages = []
    for email in (StaffFactory().email, "nobody@example.org"):
        with done():
            answer = client.post(at("invitation", "add"), {**NEW, "email": email}, follow=True)
        pages.append([str(entry) for entry in answer.context["messages"]])
    assert pages[0] == pages[1]
    assert [letter.to[0] != "" for letter in mail.outbox] == [True, True]
    bodies = [letter.body.replace(link_in(letter), "") for letter in mail.outbox]
    assert bodies[0] == bodies[1]


def test_invitation_is_sent_again_and_withdrawn(client, ours, done):
    with done():
        client.post(at("invitation", "add"), NEW)
    with across_organisations():
        key = Invitation.objects.get().pk
    with done():
        client.post(at("invitation", "changelist"), {"action": "send_again", "_selected_action": [key]})
    old, new = map(link_in, mail.outbox)
    assert [Client().get(each).status_code for each in (old, new)] == [404, 302]
    client.post(at("invitation", "delete", key), {"post": "yes"})
    assert Client().get(new).status_code == 404


def test_second_invitation_to_one_address_replaces_the_first(client, done):
    for _twice in "ab":
        with done():
            client.post(at("invitation", "add"), NEW)
    assert everything()[0] == 1
    assert [Client().get(link_in(letter)).status_code for letter in mail.outbox] == [404, 302]


def test_lines_of_another_organisation_are_refused(client, ours, done):
    foreign = LineFactory()
    client.post(at("invitation", "add"), {**NEW, "lines": [foreign.pk]})
    assert everything()[0] == 0


def test_link_is_shown_once_where_no_mail_is_sent(client, settings):
    settings.EMAIL_BACKEND = NO_MAIL
    page = client.post(at("invitation", "add"), NEW).content.decode()
    listed = client.get(at("invitation", "changelist")).content.decode()
    assert [text.count(f"{HERE}/invitation/") for text in (page, listed)] == [1, 0]


def test_unanswered_invitation_is_let_go_after_a_month(clock):
    for age in (29, 31):
        with time_machine.travel(NOON - dt.timedelta(days=age), tick=False):
            invitation_links.new_link(InvitationFactory(email=f"{age}@example.org"))
    clock.shift(dt.timedelta(days=7))
    with across_organisations():
        organisations = list(Organisation.objects.values_list("pk", flat=True))
    for organisation in organisations:
        invitation_links.forget_old(organisation, timezone.now())
    with across_organisations():
        assert list(Invitation.objects.values_list("email", flat=True)) == ["29@example.org"]


def test_name_of_two_lines_adds_no_header(mailoutbox):
    organisation = OrganisationFactory(name="Help\r\nBcc: everybody@example.org")
    carriers.hand_over(letters.invitation_draft(InvitationFactory(organisation=organisation), HERE), None, "one")
    [letter] = mailoutbox
    assert letter.subject.startswith("Help Bcc: everybody@example.org")
    assert len(letter.recipients()) == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_who_accept_at_once_one_is_let_in(link):
    people, found = [StaffFactory(), StaffFactory()], invitation_links.fingerprint(link.split("/")[2])
    gone: list[Staff] = []

    def accept(staff: Staff) -> None:
        try:
            invitations.accept(found=found, staff=staff)
        except invitations.InvitationGone:
            gone.append(staff)
        finally:
            connections.close_all()

    threads = [Thread(target=accept, args=[staff]) for staff in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    with across_organisations():
        assert (len(gone), Membership.objects.filter(staff__in=people).count()) == (1, 1)


def test_who_looked_a_moment_before_another_accepted_is_too_late(link, monkeypatch):
    found = invitation_links.fingerprint(link.split("/")[2])
    seen = access.invitation(found)
    invitations.accept(found=found, staff=StaffFactory())
    monkeypatch.setattr(access, "invitation", lambda found: seen)
    late = StaffFactory()
    with pytest.raises(invitations.InvitationGone):
        invitations.accept(found=found, staff=late)
    with across_organisations():
        assert not Membership.objects.filter(staff=late).exists()


def test_administrator_of_two_organisations_does_not_mix_them(client, ours):
    second = house("Second")
    second.rows["invitation"].delete()
    MembershipFactory(organisation=second.organisation, staff=ours.admin, role="administrator")
    for line in (second.line, ours.line):
        given = {**NEW, "organisation": ours.organisation.pk, "lines": [line.pk]}
        client.post(at("invitation", "add"), given)
        with across_organisations():
            assert Invitation.objects.count() == (line == ours.line)


@pytest.mark.parametrize(
    "name",
    ["nel@example.org", "victim@example.org", "vi\u212btim", "mi\u212ae", "\uff56ictim", "nel\u200b", "VICTIM", "é"],
)
def test_user_name_looks_like_no_other_name_and_no_address(link, name):
    StaffFactory(username="victim", email="victim@example.org")
    StaffFactory(username="mike")
    answer = opened(link).post("/invitation/", {**ACCOUNT, "username": name})
    assert answer.status_code == 200
    assert answer.context["form"].errors["username"]


def test_user_name_is_kept_in_one_way_of_writing(link):
    opened(link).post("/invitation/", {**ACCOUNT, "username": "\uff2eel.De-Wit_2"})
    assert Staff.objects.get(email="nel@example.org").username == "nel.de-wit_2"


@pytest.mark.parametrize("name", ["Nel\n\nYour account", "Nel\u2028x", "Nel\x00x", "https://example.org", "\u202eleN"])
@pytest.mark.parametrize("field", ["first_name", "last_name"])
def test_name_in_a_letter_is_one_line_without_an_address(client, ours, name, field):
    answer = client.post(at("invitation", "add"), {**NEW, field: name, "lines": [ours.line.pk]})
    assert answer.context["adminform"].form.errors[field]


def test_letter_keeps_one_line_of_a_name(ours):
    invitation = InvitationFactory(organisation=ours.organisation, first_name="Nel,\n\nSign in at https://evil.example")
    assert "evil" not in letters.invitation_draft(invitation, "https://chat.example.org/").body


def test_link_is_for_ten_names_an_hour(link, clock):
    StaffFactory(username="taken")
    browser = opened(link)
    errors = [
        browser.post("/invitation/", {**ACCOUNT, "username": "taken"}).context["form"].errors["username"].as_data()
        for _try in range(11)
    ]
    assert [error[0].code for error in errors] == ["taken"] * 10 + ["many"]
    clock.shift(dt.timedelta(hours=1, seconds=1))
    assert browser.post("/invitation/", ACCOUNT).status_code == 302
