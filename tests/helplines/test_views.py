import datetime as dt
import re

import pytest
from django.test import Client
from django.utils import timezone, translation
from django.utils.html import escape

from helplines import policy_words, service
from helplines.models import AgreementAcceptance, Role
from helplines.tenancy import across_organisations
from tests.factories.helplines import (
    AgreementFactory,
    LineFactory,
    MembershipFactory,
    OpeningHoursFactory,
    OrganisationFactory,
    PolicyFactory,
    StaffFactory,
)

pytestmark = pytest.mark.django_db


def signed_in(staff, **headers):
    client = Client(headers={"accept-language": "en", **headers})
    client.force_login(staff, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def page(answer):
    assert answer.status_code == 200
    return answer.content.decode()


def said(field, value):
    with translation.override("en"):
        return escape(policy_words.say(field, value)[0])


def acceptances():
    with across_organisations():
        return list(AgreementAcceptance.objects.values_list("staff__username", "agreement__number"))


@pytest.mark.parametrize("path", ["/start/", "/agreement/{}/", "/promises/{}/"])
def test_page_asks_a_stranger_to_sign_in(client, path):
    path = path.format(OrganisationFactory().slug)
    assert client.get(path).url == f"/account/login/?next={path}"


@pytest.mark.promise("O10")
@pytest.mark.parametrize("path", ["/agreement/{}/", "/promises/{}/"])
def test_page_of_another_organisation_looks_like_one_that_is_not_there(path):
    member = MembershipFactory()
    theirs = OrganisationFactory(name="Geheim huis")
    client = signed_in(member.staff)
    answers = [client.get(path.format(slug)) for slug in (theirs.slug, "nowhere")]
    assert [answer.status_code for answer in answers] == [404, 404]
    bodies = [re.sub(r'(csrfmiddlewaretoken" value=")\w+', r"\1", answer.content.decode()) for answer in answers]
    assert bodies[0] == bodies[1]


@pytest.mark.parametrize(
    ("role", "place"),
    [
        (Role.COUNSELLOR, "/desk/{}/"),
        (Role.MENTOR, "/desk/{}/"),
        (Role.MANAGER, "/team/{}/"),
        (Role.ADMINISTRATOR, "/admin/"),
        (Role.DPO, "/promises/{}/"),
        (Role.AUDITOR, "/reports/{}/"),
    ],
)
def test_start_leads_straight_to_the_one_place_of_a_role(role, place):
    member = MembershipFactory(role=role)
    assert signed_in(member.staff).get("/start/").url == place.format(member.organisation.slug)


@pytest.mark.parametrize("role", [Role.DPO, Role.AUDITOR])
def test_start_offers_who_looks_along_the_log_the_ledger_and_the_promises(role):
    member = MembershipFactory(role=role)
    shown = page(signed_in(member.staff).get("/start/?stay"))
    places = [f"/{name}/{member.organisation.slug}/" for name in ("audit", "ledger", "promises")]
    assert [place for place in places if f'<a href="{place}"' in shown] == places


@pytest.mark.parametrize(
    ("role", "pages"),
    [
        (Role.MANAGER, ["team/{}/busy/", "team/{}/missed/"]),
        (Role.MENTOR, ["team/{}/busy/", "team/{}/missed/"]),
        (Role.ADMINISTRATOR, ["audit/{}/week/"]),
        (Role.DPO, ["audit/{}/week/"]),
        (Role.AUDITOR, ["audit/{}/week/"]),
        (Role.COUNSELLOR, []),
    ],
)
def test_start_offers_the_work_and_the_reads_of_a_week_to_who_looks_at_them(role, pages):
    member = MembershipFactory(role=role)
    shown = page(signed_in(member.staff).get("/start/?stay"))
    every = ["team/{}/busy/", "team/{}/missed/", "audit/{}/week/"]
    found = [one for one in every if f'<a href="/{one.format(member.organisation.slug)}"' in shown]
    assert found == pages


@pytest.mark.parametrize("role", [Role.COUNSELLOR, Role.MENTOR, Role.MANAGER])
def test_start_offers_the_log_to_nobody_else(role):
    member = MembershipFactory(role=role)
    assert "/audit/" not in page(signed_in(member.staff).get("/start/?stay"))


@pytest.mark.parametrize("role", list(Role))
def test_start_page_stays_for_who_asked_for_it(role):
    member = MembershipFactory(role=role)
    client = signed_in(member.staff)
    work = client.get("/start/").url
    shown = page(client.get("/start/?stay"))
    for place in (work, "/account/password/change/", "/account/second-step/", "/account/logout/"):
        assert f'{place}"' in shown
    assert '/start/?stay"' in page(client.get(work, follow=True))


@pytest.mark.parametrize(
    ("role", "further"),
    [
        (Role.COUNSELLOR, ["/desk/{}/registrations/"]),
        (Role.MENTOR, ["/desk/{}/registrations/"]),
        (Role.MANAGER, ["/handling/{}/", "/opening/{}/"]),
        (Role.ADMINISTRATOR, ["/handling/{}/", "/opening/{}/"]),
        (Role.DPO, ["/opening/{}/"]),
        (Role.AUDITOR, []),
    ],
)
def test_start_page_leads_to_what_else_waits_for_a_role(role, further):
    member = MembershipFactory(role=role)
    shown = page(signed_in(member.staff).get("/start/?stay"))
    doors = [f"/{place}/{member.organisation.slug}/" for place in ("handling", "opening")]
    doors.append(f"/desk/{member.organisation.slug}/registrations/")
    expected = [place.format(member.organisation.slug) for place in further]
    assert [door for door in doors if f'href="{door}"' in shown] == expected


@pytest.mark.promise("J01")
def test_start_leads_to_the_agreement_first():
    member = MembershipFactory(accepted=False)
    assert signed_in(member.staff).get("/start/").url == f"/agreement/{member.organisation.slug}/"


def test_start_lets_choose_between_several_places():
    member = MembershipFactory(organisation__name="Eerste huis")
    other = MembershipFactory(staff=member.staff, role=Role.AUDITOR, organisation__name="Tweede huis")
    MembershipFactory(organisation__name="Vreemd huis")
    shown = page(signed_in(member.staff).get("/start/"))
    assert f'href="/desk/{member.organisation.slug}/"' in shown
    assert f'href="/promises/{other.organisation.slug}/"' in shown
    assert [name in shown for name in ("Eerste huis", "Tweede huis", "Vreemd huis")] == [True, True, False]


def test_start_tells_all_roles_in_one_organisation_together():
    member = MembershipFactory(role=Role.COUNSELLOR, organisation__name="Eerste huis")
    MembershipFactory(staff=member.staff, organisation=member.organisation, role=Role.MANAGER)
    shown = page(signed_in(member.staff).get("/start/"))
    assert "Eerste huis: counsellor, manager." in shown
    assert shown.count("What Eerste huis promises") == 1


def test_promises_tell_times_by_the_clock_of_the_organisation():
    member = MembershipFactory(organisation__time_zone="Pacific/Auckland")
    PolicyFactory(organisation=member.organisation, valid_from=dt.datetime(2026, 7, 1, 21, 5, tzinfo=dt.UTC))
    assert "2 July 2026, 09:05" in page(signed_in(member.staff).get(f"/promises/{member.organisation.slug}/"))


def test_start_tells_who_has_no_role_whom_to_ask():
    assert "You have no role in an organisation yet" in page(signed_in(StaffFactory()).get("/start/"))


def test_start_leads_the_operator_to_the_administration():
    assert signed_in(StaffFactory(is_superuser=True, is_staff=True)).get("/start/").url == "/admin/"


def test_start_changes_nothing_by_post():
    assert signed_in(StaffFactory()).post("/start/").status_code == 405


@pytest.fixture
def newcomer():
    return MembershipFactory(accepted=False, role=Role.MANAGER, staff__username="newcomer")


@pytest.mark.promise("J01", "M05")
def test_agreement_is_read_accepted_and_then_opens_the_page_that_was_asked_for(newcomer):
    client, slug = signed_in(newcomer.staff), newcomer.organisation.slug
    asked = client.get(f"/promises/{slug}/")
    assert asked.url == f"/agreement/{slug}/?next=%2Fpromises%2F{slug}%2F"
    shown = page(client.get(asked.url))
    assert "I keep to myself what I hear." in shown
    assert f'name="next" value="/promises/{slug}/"' in shown
    done = client.post(f"/agreement/{slug}/", {"accept": "yes", "number": "1", "next": f"/promises/{slug}/"})
    assert done.url == f"/promises/{slug}/"
    assert acceptances() == [("newcomer", 1)]
    page(client.get(done.url))


@pytest.mark.promise("J01")
def test_newer_agreement_closes_every_page_again(newcomer):
    client, slug = signed_in(newcomer.staff), newcomer.organisation.slug
    client.post(f"/agreement/{slug}/", {"accept": "yes", "number": "1"})
    service.publish_agreement(organisation=newcomer.organisation, text={"en": "Second version of the words"})
    assert client.get(f"/promises/{slug}/").url.startswith(f"/agreement/{slug}/")
    assert "Second version of the words" in page(client.get(f"/agreement/{slug}/"))
    client.post(f"/agreement/{slug}/", {"accept": "yes", "number": "2"})
    page(client.get(f"/promises/{slug}/"))


@pytest.mark.promise("J01")
@pytest.mark.parametrize(
    "given",
    [{}, {"number": "1"}, {"accept": "yes"}, {"accept": "yes", "number": "0"}, {"accept": "yes", "number": "x" * 99}],
)
def test_agreement_is_not_accepted_without_its_box_and_its_number(newcomer, given):
    answer = signed_in(newcomer.staff).post(f"/agreement/{newcomer.organisation.slug}/", given)
    assert 'name="accept"' in page(answer)
    assert acceptances() == []


@pytest.mark.promise("J01")
def test_agreement_that_changed_meanwhile_is_shown_anew(newcomer):
    AgreementFactory(organisation=newcomer.organisation, text={"en": "The words of version two"})
    given = {"accept": "yes", "number": "1"}
    shown = page(signed_in(newcomer.staff).post(f"/agreement/{newcomer.organisation.slug}/", given))
    assert "There is a newer version" in shown
    assert "The words of version two" in shown
    assert acceptances() == []


@pytest.mark.parametrize("wanted", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", ""])
def test_agreement_leads_to_no_other_site(newcomer, wanted):
    given = {"accept": "yes", "number": "1", "next": wanted}
    answer = signed_in(newcomer.staff).post(f"/agreement/{newcomer.organisation.slug}/", given)
    assert answer.url == "/start/"


@pytest.mark.promise("J01", "O10")
def test_agreement_of_another_organisation_cannot_be_accepted(newcomer):
    theirs = OrganisationFactory()
    answer = signed_in(newcomer.staff).post(f"/agreement/{theirs.slug}/", {"accept": "yes", "number": "1"})
    assert answer.status_code == 404
    assert acceptances() == []


def test_agreement_once_accepted_is_only_read():
    member = MembershipFactory()
    shown = page(signed_in(member.staff).get(f"/agreement/{member.organisation.slug}/"))
    assert "You accepted this version" in shown
    assert "<form" not in shown.split("<main", 1)[1]


@pytest.mark.promise("J01")
def test_organisation_without_an_agreement_says_that_nobody_gets_in():
    member = MembershipFactory(organisation=OrganisationFactory(agreement=False), accepted=False)
    shown = page(signed_in(member.staff).get(f"/agreement/{member.organisation.slug}/"))
    assert "without one nobody gets access" in shown


def test_agreement_is_shown_as_text_and_never_as_markup(newcomer):
    AgreementFactory(organisation=newcomer.organisation, text={"en": "<script>alert(1)</script>"})
    shown = page(signed_in(newcomer.staff).get(f"/agreement/{newcomer.organisation.slug}/"))
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in shown


@pytest.mark.promise("N04")
@pytest.mark.parametrize("role", Role)
def test_promises_are_told_to_every_role(role):
    member = MembershipFactory(role=role)
    organisation = member.organisation
    line = LineFactory(organisation=organisation, name="Praatlijn")
    OpeningHoursFactory(line=line)
    PolicyFactory(organisation=organisation, values={"retention_months": 7}, reason="Omdat het zo hoort")
    PolicyFactory(
        organisation=organisation,
        values={"retention_months": 9},
        reason="Wat nog komt",
        valid_from=timezone.now() + dt.timedelta(days=3),
    )
    PolicyFactory(organisation=organisation, line=line, values={"capacity": 4}, reason="Drukke lijn")
    shown = page(signed_in(member.staff).get(f"/promises/{organisation.slug}/"))
    for told in (
        said("retention_months", 7),
        said("capacity", 4),
        "Open: Monday 13:00–17:00",
        "Omdat het zo hoort",
        "Wat nog komt",
        "Drukke lijn",
    ):
        assert told in shown
    assert said("retention_months", 9) not in shown


@pytest.mark.promise("N04")
def test_promises_show_the_text_as_visitors_read_it():
    member = MembershipFactory(role=Role.DPO)
    LineFactory(organisation=member.organisation, name="Praatlijn")
    PolicyFactory(
        organisation=member.organisation,
        values={"retention_months": 7, "disclaimer": {"en": "{{ line }}: gone after {{ retention }}."}},
    )
    shown = page(signed_in(member.staff).get(f"/promises/{member.organisation.slug}/"))
    assert "Praatlijn: gone after 7 months." in shown


@pytest.mark.promise("O10")
def test_promises_tell_nothing_of_another_organisation():
    member = MembershipFactory(role=Role.MANAGER)
    PolicyFactory(reason="Hun geheime reden", organisation=LineFactory(name="Hun lijn").organisation)
    shown = page(signed_in(member.staff).get(f"/promises/{member.organisation.slug}/"))
    assert [name in shown for name in ("Hun geheime reden", "Hun lijn")] == [False, False]


def test_promises_change_nothing_by_post():
    member = MembershipFactory()
    assert signed_in(member.staff).post(f"/promises/{member.organisation.slug}/", {"looked": "yes"}).status_code == 404


@pytest.mark.promise("A15")
def test_pages_are_not_kept_by_the_browser():
    member = MembershipFactory()
    answer = signed_in(member.staff).get(f"/promises/{member.organisation.slug}/")
    assert answer.headers["Cache-Control"] == "no-store"
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
