"""People and their roles without telling an administrator what they do elsewhere, and without opening their accounts."""

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.admin.models import LogEntry
from django.core import mail
from django.test import Client

from helplines.models import Assignment, ConfidentialityAgreement, Membership, Role, Staff
from helplines.tenancy import across_organisations
from tests.factories.helplines import MembershipFactory, PolicyFactory, StaffFactory
from tests.helplines.admin_rooms import House, at, house, signed_in
from tests.helplines.factors import sign_in as factors_sign_in
from tests.helplines.factors import with_app

pytestmark = pytest.mark.django_db
NO_MAIL = "django.core.mail.backends.console.EmailBackend"


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


def test_people_come_by_invitation(client):
    assert client.get(at("staff", "add")).url == at("invitation", "add")


def test_new_link_goes_to_the_person_alone_where_mail_is_sent(client, ours, done):
    with done():
        page = client.post(
            at("staff", "changelist"),
            {"action": "send_new_link", "_selected_action": [ours.counsellor.staff.pk]},
            follow=True,
        )
    assert [letter.to for letter in mail.outbox] == [[ours.counsellor.staff.email]]
    assert b"/password/reset/key/" not in page.content


def lose(client, *people):
    given = {"action": "reset_second_step", "_selected_action": [staff.pk for staff in people]}
    return client.post(at("staff", "changelist"), given, follow=True)


def factors():
    return set(Authenticator.objects.values_list("user", flat=True))


def test_second_step_of_a_colleague_is_taken_away_and_told(client, ours, done):
    staff = ours.counsellor.staff
    with_app(staff)
    with done():
        lose(client, staff)
    assert factors() == set()
    assert [letter.to for letter in mail.outbox] == [[staff.email]]
    assert LogEntry.objects.filter(user=ours.admin, object_id=str(staff.pk)).count() == 1


def test_own_second_step_is_taken_away_by_somebody_else_only(client, ours):
    """Not even among others: then nobody's is."""
    secret = with_app(ours.admin)
    with_app(ours.counsellor.staff)
    client = factors_sign_in(ours.admin, secret)
    lose(client, ours.admin, ours.counsellor.staff)
    assert factors() == {ours.admin.pk, ours.counsellor.staff.pk}


def test_second_step_that_others_rely_on_stays_and_the_answer_does_not_tell(client, ours, theirs):
    shared, alone = StaffFactory(), ours.counsellor.staff
    for organisation in (ours.organisation, theirs.organisation):
        MembershipFactory(staff=shared, organisation=organisation)
    for staff in (shared, alone, theirs.admin):
        with_app(staff)
    told = [[str(entry) for entry in lose(client, staff).context["messages"]] for staff in (shared, alone)]
    lose(client, theirs.admin)
    assert told[0] == told[1]
    assert factors() == {shared.pk, theirs.admin.pk}


def test_new_link_for_a_foreign_person_is_not_sent(client, theirs):
    client.post(at("staff", "changelist"), {"action": "send_new_link", "_selected_action": [theirs.admin.pk]})
    assert mail.outbox == []


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


@pytest.mark.parametrize(
    ("given", "kept", "told"), [("2", 2, False), ("", None, False), ("3", 1, True), ("0", 1, True)]
)
def test_nobody_is_given_more_talks_at_once_than_is_promised(client, ours, given, kept, told):
    PolicyFactory(organisation=ours.organisation, values={"capacity": 2})
    member = ours.counsellor
    with across_organisations():
        Membership.objects.filter(pk=member.pk).update(talks_at_once=1)
    form = roles_form(member.staff, member, public_name="Robin", talks_at_once=given)
    page = client.post(at("staff", "change", member.staff.pk), form)
    with across_organisations():
        assert Membership.objects.get(pk=member.pk).talks_at_once == kept
    assert (page.status_code == 200) == told
    if told:
        assert page.content.decode().count('value="Robin"') == 1


def test_number_from_before_a_smaller_promise_is_no_obstacle(client, ours):
    member = ours.counsellor
    with across_organisations():
        Membership.objects.filter(pk=member.pk).update(talks_at_once=5)
    form = roles_form(member.staff, member, public_name="Robin", talks_at_once="5")
    client.post(at("staff", "change", member.staff.pk), form)
    with across_organisations():
        row = Membership.objects.get(pk=member.pk)
    assert (row.public_name, row.talks_at_once) == ("Robin", 5)
