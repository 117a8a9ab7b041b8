import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpResponse
from django_scopes import get_scope

from helplines.middleware import PrivateAnswers, StaffScope
from helplines.models import Line, Role
from tests.factories.helplines import AgreementFactory, LineFactory, MembershipFactory, StaffFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def seen(rf):
    """The lines that a person sees on an address of the admin."""

    def seen(staff, path="/admin/"):
        request = rf.get(path)
        request.user = staff
        lines = []
        StaffScope(lambda _request: lines.extend(Line.objects.all()) or HttpResponse())(request)
        assert get_scope() == {}
        return lines

    return seen


@pytest.fixture
def lines():
    return LineFactory.create_batch(3)


@pytest.mark.promise("O10")
def test_administrator_sees_only_what_they_administer(seen, lines):
    member = MembershipFactory(organisation=lines[0].organisation, role=Role.ADMINISTRATOR)
    assert seen(member.staff) == [lines[0]]
    MembershipFactory(organisation=lines[1].organisation, role=Role.ADMINISTRATOR, staff=member.staff)
    MembershipFactory(organisation=lines[2].organisation, role=Role.MANAGER, staff=member.staff)
    assert seen(member.staff) == lines[:2]


@pytest.mark.promise("J01", "J02", "O10")
@pytest.mark.parametrize("role", [role for role in Role if role != Role.ADMINISTRATOR])
def test_another_role_sees_nothing(seen, lines, role):
    assert seen(MembershipFactory(organisation=lines[0].organisation, role=role).staff) == []


@pytest.mark.promise("J01")
def test_administrator_sees_nothing_before_the_newest_agreement(seen, lines):
    member = MembershipFactory(organisation=lines[0].organisation, role=Role.ADMINISTRATOR)
    AgreementFactory(organisation=lines[0].organisation)
    assert seen(member.staff) == []


def test_stranger_sees_nothing(seen, lines):
    assert seen(AnonymousUser()) == []


def test_operator_sees_everything(seen, lines):
    assert seen(StaffFactory(is_superuser=True)) == lines
    assert seen(StaffFactory(is_superuser=True, is_active=False)) == []


@pytest.mark.promise("O10")
def test_elsewhere_no_scope_is_given(rf):
    request = rf.get("/start/")
    request.user = StaffFactory(is_superuser=True)
    scopes = []
    StaffScope(lambda _request: scopes.append(get_scope()) or HttpResponse())(request)
    assert scopes == [{}]


@pytest.mark.promise("A15")
def test_answer_is_not_kept_unless_its_view_says_so(rf):
    plain = PrivateAnswers(lambda _request: HttpResponse())(rf.get("/"))
    kept = PrivateAnswers(lambda _request: HttpResponse(headers={"Cache-Control": "max-age=15"}))(rf.get("/"))
    assert [plain["Cache-Control"], plain["Referrer-Policy"]] == ["no-store", "same-origin"]
    assert [kept["Cache-Control"], kept["Referrer-Policy"]] == ["max-age=15", "same-origin"]
