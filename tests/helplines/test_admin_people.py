"""Taking people on without telling an administrator what they do elsewhere, and without opening their accounts."""

from typing import Any

import pytest
from django.core import mail
from django.test import Client

from helplines.models import Assignment, ConfidentialityAgreement, Membership, Role, Staff
from helplines.tenancy import across_organisations
from helplines.welcome import free_username
from tests.factories.helplines import PASSWORD, MembershipFactory, StaffFactory
from tests.helplines.admin_rooms import House, at, house, signed_in

pytestmark = pytest.mark.django_db
NO_MAIL = "django.core.mail.backends.console.EmailBackend"
NEW = {
    "email": "New@Example.org",
    "username": "newcomer",
    "first_name": "Nel",
    "last_name": "",
    "roles": ["counsellor", "mentor"],
}


@pytest.fixture
def ours() -> House:
    return house("Ours")


@pytest.fixture
def theirs() -> House:
    return house("Theirs")


@pytest.fixture
def client(ours: House) -> Client:
    return signed_in(ours.admin)


def roles_of(staff: Staff) -> list[tuple[int, str]]:
    with across_organisations():
        return list(Membership.objects.filter(staff=staff).order_by("pk").values_list("organisation", "role"))


def take_on(client: Client, django_capture_on_commit_callbacks: Any, **given: Any) -> Any:
    with django_capture_on_commit_callbacks(execute=True):
        return client.post(at("staff", "add"), {**NEW, **given})


@pytest.mark.promise("J02")
def test_new_person_gets_the_roles_and_an_account_without_password(client, ours, django_capture_on_commit_callbacks):
    take_on(client, django_capture_on_commit_callbacks)
    person = Staff.objects.get(username="newcomer")
    assert (person.email, person.has_usable_password()) == ("new@example.org", False)
    assert (person.is_staff, person.is_superuser) == (False, False)
    assert roles_of(person) == [(ours.organisation.pk, "counsellor"), (ours.organisation.pk, "mentor")]


def test_new_person_chooses_a_password_by_a_link_that_works_once(client, django_capture_on_commit_callbacks):
    take_on(client, django_capture_on_commit_callbacks)
    link = next(line for line in mail.outbox[0].body.splitlines() if "/password/reset/key/" in line)
    browser = Client()
    form = browser.get(link.removeprefix("http://127.0.0.1:8000"), follow=True)
    browser.post(form.redirect_chain[-1][0], {"password1": PASSWORD, "password2": PASSWORD})
    assert Staff.objects.get(username="newcomer").check_password(PASSWORD)
    assert b"password1" not in Client().get(link.removeprefix("http://127.0.0.1:8000"), follow=True).content


def test_known_person_is_linked_and_the_answer_is_the_same(client, ours, theirs, django_capture_on_commit_callbacks):
    known = theirs.counsellor.staff
    answer = take_on(client, django_capture_on_commit_callbacks, email=known.email.upper(), username=known.username)
    other = take_on(client, django_capture_on_commit_callbacks)
    assert roles_of(known)[1:] == [(ours.organisation.pk, "counsellor"), (ours.organisation.pk, "mentor")]
    words = answer.content.decode().replace(known.username, "newcomer").replace(f"/{known.pk}/", "/x/")
    new = other.content.decode().replace(f"/{Staff.objects.get(username='newcomer').pk}/", "/x/")
    assert words.split("<main")[1] == new.split("<main")[1]


def test_known_person_gets_no_link_into_the_account(client, theirs, django_capture_on_commit_callbacks):
    take_on(client, django_capture_on_commit_callbacks, email=theirs.counsellor.staff.email)
    assert "/password/reset/key/" not in mail.outbox[0].body


def test_link_is_shown_once_where_no_mail_is_sent(client, settings, django_capture_on_commit_callbacks):
    settings.EMAIL_BACKEND = NO_MAIL
    shown = [
        take_on(client, django_capture_on_commit_callbacks).content.count(b"/password/reset/key/") for _twice in "ab"
    ]
    assert shown == [1, 0]


def test_link_into_an_account_that_others_rely_on_is_never_shown(client, ours, theirs, settings):
    settings.EMAIL_BACKEND = NO_MAIL
    shared = StaffFactory(password="!")
    for organisation in (ours.organisation, theirs.organisation):
        MembershipFactory(staff=shared, organisation=organisation)
    alone = MembershipFactory(organisation=ours.organisation, staff=StaffFactory(password="!")).staff

    def shown(staff: Staff) -> int:
        given = {"action": "send_new_link", "_selected_action": [staff.pk]}
        return int(client.post(at("staff", "changelist"), given, follow=True).content.count(b"/password/reset/key/"))

    assert [shown(alone), shown(shared)] == [1, 0]


def test_new_link_for_a_foreign_person_is_not_sent(client, theirs):
    client.post(at("staff", "changelist"), {"action": "send_new_link", "_selected_action": [theirs.admin.pk]})
    assert mail.outbox == []


@pytest.mark.parametrize(("wanted", "given"), [("free", "free"), ("taken", "taken3"), ("TAKEN", "TAKEN3")])
def test_taken_user_name_gets_a_number(wanted, given):
    StaffFactory(username="taken")
    StaffFactory(username="taken2")
    assert free_username(wanted) == given


@pytest.mark.parametrize("missing", ["email", "username", "first_name", "roles"])
def test_person_without_what_is_needed_is_not_taken_on_and_nothing_is_lost(client, missing):
    answer = client.post(at("staff", "add"), {name: value for name, value in NEW.items() if name != missing})
    kept = NEW["email" if missing != "email" else "username"]
    assert (list(answer.context["form"].errors), str(kept) in answer.content.decode()) == ([missing], True)
    assert not Staff.objects.filter(username="newcomer").exists()


def roles_form(staff: Staff, membership: Membership, **given: Any) -> dict[str, Any]:
    prefix = "memberships"
    return {
        f"{prefix}-TOTAL_FORMS": "1", f"{prefix}-INITIAL_FORMS": "1", f"{prefix}-0-id": membership.pk,
        f"{prefix}-0-staff": staff.pk, f"{prefix}-0-role": membership.role, f"{prefix}-0-is_active": "on",
        **{f"{prefix}-0-{name}": value for name, value in given.items()},
    }  # fmt: skip


def test_person_shows_no_role_elsewhere(client, ours, theirs):
    shared = ours.counsellor.staff
    MembershipFactory(staff=shared, organisation=theirs.organisation, role=Role.DPO, public_name="Elsewhere")
    page = client.get(at("staff", "change", shared.pk)).content.decode()
    assert (ours.counsellor.public_name in page, "Elsewhere" in page) == (True, False)


def test_role_elsewhere_cannot_be_changed_through_a_shared_person(client, ours, theirs):
    shared = ours.counsellor.staff
    elsewhere = MembershipFactory(staff=shared, organisation=theirs.organisation, role=Role.DPO)
    client.post(at("staff", "change", shared.pk), roles_form(shared, elsewhere, role="administrator"))
    with across_organisations():
        assert Membership.objects.get(pk=elsewhere.pk).role == Role.DPO


@pytest.mark.parametrize("field", ["is_superuser", "is_staff", "email", "username", "password", "is_active"])
def test_account_is_not_an_administrators_to_change(client, ours, field):
    staff = ours.counsellor.staff
    before = Staff.objects.values().get(pk=staff.pk)
    client.post(at("staff", "change", staff.pk), {**roles_form(staff, ours.counsellor), field: "on@example.org"})
    assert Staff.objects.values().get(pk=staff.pk) == before


def test_role_is_changed_beside_the_person(client, ours):
    staff = ours.counsellor.staff
    client.post(at("staff", "change", staff.pk), roles_form(staff, ours.counsellor, public_name="Sam"))
    with across_organisations():
        assert Membership.objects.get(pk=ours.counsellor.pk).public_name == "Sam"


def test_administrator_cannot_lock_themselves_out(client, ours):
    with across_organisations():
        mine = Membership.objects.get(staff=ours.admin)
    client.post(at("staff", "change", ours.admin.pk), roles_form(ours.admin, mine, role="counsellor"))
    with across_organisations():
        assert Membership.objects.get(pk=mine.pk).role == Role.ADMINISTRATOR


@pytest.mark.promise("A01", "C04")
def test_member_is_put_on_own_lines_only(client, ours, theirs):
    def put_on(line: Any) -> None:
        member = ours.counsellor
        client.post(
            at("membership", "change", member.pk),
            {
                "role": member.role, "is_active": "on", "public_name": "Sam",
                "assignments-TOTAL_FORMS": "1", "assignments-INITIAL_FORMS": "0",
                "assignments-0-membership": member.pk, "assignments-0-line": line.pk, "assignments-0-alias": "Robin",
            },
        )  # fmt: skip

    with across_organisations():
        Assignment.objects.all().delete()
    put_on(theirs.line)
    put_on(ours.line)
    with across_organisations():
        assert list(Assignment.objects.values_list("line", "alias")) == [(ours.line.pk, "Robin")]


@pytest.mark.promise("J01")
def test_agreement_is_followed_by_the_next_version(client, ours):
    client.post(at("confidentialityagreement", "add"), {"text_nl": "Ik zwijg.", "text_en": ""})
    with across_organisations():
        numbers = list(
            ConfidentialityAgreement.objects.filter(organisation=ours.organisation).values_list("number", "text")
        )
    assert numbers[0] == (2, {"nl": "Ik zwijg."})
    assert client.get("/admin/").status_code == 302


@pytest.mark.promise("J01")
def test_agreement_is_never_edited(client, ours):
    agreement = ours.rows["confidentialityagreement"]
    answer = client.post(at("confidentialityagreement", "change", agreement.pk), {"text_nl": "Anders"})
    assert answer.status_code == 403
