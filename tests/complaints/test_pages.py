"""The pages: what a visitor can do without a cookie or an account, and what only who handles reports can (I01-I08)."""

import re
from datetime import UTC, datetime

import pytest
import time_machine
from django.conf import settings
from django.test import Client
from django.utils import timezone

from complaints import feedback, service
from complaints.models import Fault, Report, Tally
from helplines.models import Role
from helplines.tenancy import across_organisations, inside
from privacy import shuffled
from privacy.models import AuditEntry, Waiting
from tests.factories.complaints import ProcedureFactory, faulty, received
from tests.factories.helplines import LineFactory, MembershipFactory, OrganisationFactory, PolicyFactory
from tests.helplines.admin_rooms import signed_in

pytestmark = pytest.mark.django_db
CODE = re.compile(r"<code>([0-9A-Z-]{23})</code>")
HERE = settings.ORIGIN
GIVEN = {"kind": "complaint", "text": "It went wrong.", "answer": "no"}


@pytest.fixture
def organisation():
    organisation = OrganisationFactory(slug="haven")
    LineFactory(organisation=organisation, slug="chat")
    return organisation


@pytest.fixture
def visitor(organisation):
    return Client(headers={"origin": HERE, "accept-language": "en"})


def report_of(organisation):
    with inside(organisation):
        return Report.objects.get()


def sent(visitor, **given):
    answer = visitor.post("/haven/complaints/", {**GIVEN, **given})
    found = CODE.search(answer.content.decode())
    return found[1] if found else ""


@pytest.mark.promise("I02")
def test_public_page_says_how_it_goes_and_how_long_it_takes(visitor, organisation):
    ProcedureFactory(organisation=organisation)
    PolicyFactory(organisation=organisation, values={"complaint_read_days": 3, "complaint_answer_days": 21})
    page = visitor.get("/haven/complaints/").content.decode()
    assert ["This is how it goes." in page, "At the ombudsman." in page] == [True, True]
    assert re.findall(r"[Ww]ithin (\d+) days", page)[:2] == ["3", "21"]
    assert organisation.complaints_email in page


@pytest.mark.promise("I03")
def test_sender_chooses_and_nothing_is_chosen_beforehand(visitor, organisation):
    page = visitor.get("/haven/complaints/").content.decode()
    assert ('value="yes"' in page, 'value="no"' in page, "checked" in page) == (True, True, False)
    assert sent(visitor, answer="") == ""
    assert sent(visitor, answer="yes", contact="") == ""
    with inside(organisation):
        assert Report.objects.count() == 0


@pytest.mark.promise("I03")
def test_address_of_who_chose_no_is_not_kept(visitor, organisation):
    sent(visitor, contact="somebody@example.org")
    assert report_of(organisation).contact is None


@pytest.mark.promise("I03", "I04", "I05")
def test_receipt_opens_the_report_and_does_what_its_sender_wants(visitor, organisation):
    code = sent(visitor, answer="yes", contact="somebody@example.org")
    receipt = lambda **more: visitor.post("/haven/complaints/receipt/", {"code": code, **more})  # noqa: E731
    first = receipt()
    assert "It went wrong." in first.content.decode()
    assert "somebody@example.org" not in first.content.decode()
    receipt(do="add", text="And again.")
    assert "And again." in receipt().content.decode()
    receipt(do="withdraw")
    assert report_of(organisation).contact is None
    asked = receipt(do="delete")
    assert (asked.context["asks_sure"], report_of(organisation).state) == (True, "received")
    receipt(do="delete", sure="1")
    with inside(organisation):
        assert Report.objects.count() == 0


@pytest.mark.promise("I03")
def test_receipt_code_is_shown_once_and_stands_in_no_address(visitor, organisation):
    code = sent(visitor)
    assert len(code) == 23
    opened = visitor.post("/haven/complaints/receipt/", {"code": code})
    links = re.findall(r'(?:href|action)="([^"]*)"', opened.content.decode())
    assert [link for link in links if code in link] == []
    assert visitor.get(f"/haven/complaints/receipt/?code={code}").context["form"].is_bound is False


def test_wrong_code_and_one_of_elsewhere_get_one_answer(visitor, organisation):
    _report, theirs = received(OrganisationFactory())
    pages = [
        visitor.post("/haven/complaints/receipt/", {"code": code}).content.decode().replace(code, "·")
        for code in (theirs, "00000-00000-00000-00000")
    ]
    assert pages[0] == pages[1]
    assert "We know no report with this code." in pages[0]


@pytest.mark.parametrize("page", ["", "receipt/", "fault/", "feedback/"])
def test_form_of_another_site_is_refused_and_no_page_sets_a_cookie(organisation, page):
    for origin in ("https://evil.example", "null", ""):
        answer = Client(headers={"origin": origin}).post(f"/haven/complaints/{page}", GIVEN)
        assert answer.status_code == 403
    opened = Client().get(f"/haven/complaints/{page}")
    assert (opened.status_code, dict(opened.cookies)) == (200, {})
    assert opened.headers["Cache-Control"] == "no-store"


def test_address_that_sends_very_often_is_asked_to_wait_and_another_is_not(visitor, organisation):
    for _number in range(10):
        assert sent(visitor)
    assert sent(visitor) == ""
    other = Client(REMOTE_ADDR="198.51.100.7", headers={"origin": HERE})
    assert sent(other)


@pytest.mark.promise("D06")
def test_pace_keeps_no_address(visitor, organisation, monkeypatch):
    kept = []

    def add(name, value, timeout):
        kept.append(f"{name} {value}")
        return True

    monkeypatch.setattr("privacy.paces.cache.add", add)
    sent(visitor)
    assert (len(kept), "127.0.0.1" in str(kept), str(kept).startswith("['pace:")) == (1, False, True)


@pytest.mark.promise("I01")
def test_feedback_is_optional_and_waits_without_a_trace_of_the_talk(visitor, organisation):
    assert "You answered nothing" in visitor.post("/haven/complaints/feedback/", {"version": "0"}).content.decode()
    answer = visitor.post("/haven/complaints/feedback/?part=1", {"version": "0", "q0": "c0", "talk": "a-code"})
    assert "Nobody can see who you are." in answer.content.decode()
    assert "<html" not in answer.content.decode()
    with inside(organisation):
        assert Waiting.objects.count() == 1


@pytest.mark.promise("I01")
def test_last_screen_of_a_talk_offers_feedback_only_where_the_organisation_asks_for_it(visitor, organisation):
    page = visitor.get("/haven/chat/").content.decode()
    assert "/haven/complaints/feedback/?line=chat&amp;lang=en" in page
    ProcedureFactory(organisation=organisation, asks_feedback=False)
    page = visitor.get("/haven/chat/").content.decode()
    assert ("/complaints/feedback/" in page, "/haven/complaints/?lang=en" in page) == (False, True)


@pytest.mark.promise("I06", "I07")
def test_fault_goes_to_the_organisation_with_its_words_and_to_the_operator_without(
    visitor, organisation, done, mailoutbox
):
    now = timezone.localtime(timezone.now(), timezone.get_default_timezone())
    page = visitor.get("/haven/complaints/fault/")
    assert [page.context["form"].initial[name] is not None for name in ("day", "hour")] == [True, True]
    given = {"day": page.context["form"].initial["day"].isoformat(), "hour": page.context["form"].initial["hour"]}
    checks = {"check_socket": "bad", "check_pages": "good", "check_evil": "good", "check_poll": "my name"}
    agent = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
    with done():
        visitor.post(
            "/haven/complaints/fault/", {**given, "text": "I am Nele.", **checks}, headers={"user-agent": agent}
        )
    with inside(organisation):
        fault = Fault.objects.get()
    assert (fault.checks, fault.browser, fault.happened_at.minute) == (
        {"socket": "bad", "pages": "good"}, "Firefox 128", 0,
    )  # fmt: skip
    assert abs((fault.happened_at - now).total_seconds()) <= 3600
    [letter] = mailoutbox
    assert (letter.to, "Nele" in letter.body) == ([organisation.support_email], False)
    manager = MembershipFactory(organisation=organisation, role=Role.MANAGER).staff
    operator = MembershipFactory(staff__is_superuser=True).staff
    theirs = signed_in(manager).get("/handling/haven/faults/").content.decode()
    seen = signed_in(operator).get("/admin/faults/").content.decode()
    with inside(organisation):
        logged = list(AuditEntry.objects.filter(event="complaint-read").values_list("who", "what"))
    assert logged == [(manager.pk, "faults")]
    assert ("I am Nele." in theirs, "Nele" in seen, "Firefox 128" in seen) == (True, False, True)
    found = ("Our pages: works", "The fast connection (WebSocket): does not work")
    assert [[one in page for one in found] for page in (theirs, seen)] == [[True, True], [True, True]]


def test_browser_is_told_only_by_who_asked_for_the_check(organisation):
    fault = faulty(organisation, agent="Mozilla/5.0 Firefox/128.0")
    assert fault.browser == ""


@pytest.mark.promise("I08")
def test_security_txt_is_as_the_standard_says(client):
    answer = client.get("/.well-known/security.txt")
    fields = dict(line.split(": ", 1) for line in answer.content.decode().splitlines())
    assert (answer.headers["Content-Type"], set(fields)) == (
        "text/plain; charset=utf-8",
        {"Contact", "Expires", "Preferred-Languages", "Canonical", "Policy"},
    )
    until = timezone.datetime.fromisoformat(fields["Expires"])
    assert 0 < (until - timezone.now()).days < 365
    assert fields["Canonical"] == f"{HERE}/.well-known/security.txt"
    assert settings.SECURITY_CONTACT in client.get("/security/").content.decode()


@pytest.fixture
def handler(organisation):
    return MembershipFactory(organisation=organisation, role=Role.MANAGER, staff__language="en")


@pytest.fixture
def staff(handler):
    client = signed_in(handler.staff)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


def address(report):
    return f"/handling/haven/report/{report.code}/"


@pytest.mark.promise("I02")
def test_handler_takes_answers_and_closes(staff, handler, organisation):
    report, _receipt = received(organisation, contact="somebody@example.org")
    do = lambda **given: staff.post(address(report), given, follow=True)  # noqa: E731
    do(do="acknowledge")
    do(do="take", handler=handler.pk)
    do(do="note", text="I look.")
    do(do="answer", text="We are sorry.")
    page = staff.get(address(report)).content.decode()
    assert ["I look." in page, "We are sorry." in page, "somebody@example.org" in page] == [True, True, False]
    assert do(do="close", outcome="founded", summary="Call me at 0470 12 34 56.").context["close"].errors != {}
    do(do="close", outcome="founded", summary="A talk broke off.")
    page = staff.get(address(report)).content.decode()
    assert ["A talk broke off." in page, "We are sorry." in page] == [True, False]
    with inside(organisation):
        told = list(AuditEntry.objects.filter(event="report-moved").order_by("number").values_list("why", flat=True))
    assert told == ["acknowledged", f"handler:{handler.pk}", "note", "answered", "closed:founded"]


def test_move_that_somebody_else_made_first_is_told(staff, organisation, handler):
    report, _receipt = received(organisation)
    service.acknowledge(report=report, membership=handler, now=timezone.now())
    answer = staff.post(address(report), {"do": "acknowledge"}, follow=True)
    assert "Somebody was first" in answer.content.decode()


def test_report_is_given_to_who_may_handle_it_alone(staff, organisation):
    report, _receipt = received(organisation)
    counsellor = MembershipFactory(organisation=organisation)
    stranger = MembershipFactory(role=Role.MANAGER)
    for one in (counsellor, stranger):
        assert staff.post(address(report), {"do": "take", "handler": one.pk}).status_code == 404
    assert report_of(organisation).state == "received"


@pytest.mark.parametrize("role", [Role.COUNSELLOR, Role.MENTOR, Role.DPO, Role.AUDITOR])
def test_reports_are_not_there_for_other_roles(organisation, role):
    report, _receipt = received(organisation)
    client = signed_in(MembershipFactory(organisation=organisation, role=role).staff)
    for page in ("/handling/haven/", address(report), "/handling/haven/faults/"):
        assert client.get(page).status_code == 404


def test_list_asks_as_many_questions_for_three_reports_as_for_one(staff, organisation, django_assert_max_num_queries):
    received(organisation)
    staff.get("/handling/haven/")
    with django_assert_max_num_queries(40) as one:
        staff.get("/handling/haven/")
    for _number in range(2):
        received(organisation)
    with django_assert_max_num_queries(len(one.captured_queries)):
        answer = staff.get("/handling/haven/")
    assert len(answer.context["rows"]) == 3


def test_list_alone_comes_back_where_only_it_changes(staff, organisation):
    received(organisation, kind="compliment")
    part = staff.get("/handling/haven/?kind=complaint", headers={"hx-request": "true"}).content.decode()
    assert ("<html" in part, "There is nothing in this list." in part) == (False, True)


@pytest.mark.promise("F14")
def test_page_says_from_when_the_numbers_of_this_month_are_there_and_why(organisation):
    """Of the running month it tells no number, and no empty page either."""
    member = MembershipFactory(organisation=organisation, role=Role.MANAGER)
    with time_machine.travel(datetime(2026, 12, 31, 22, 30, tzinfo=UTC), tick=False):
        for _visitor in range(10):
            feedback.put(organisation=organisation, version=0, given={"q0": "c0"}, now=timezone.now())
        shuffled.move(organisation_id=organisation.pk, store=feedback.STORE)
        page = signed_in(member.staff).get("/handling/haven/feedback/").content.decode()
    assert "The numbers of December 2026 come later" in page
    assert "They stand here from 1 January 2027, when the month is over" in page
    assert "An answer waits until 10 are together" in page
    assert "Did the talk help?" not in page


def test_reading_remarks_is_told_and_others_read_none(staff, organisation):

    for number in range(10):
        feedback.put(organisation=organisation, version=0, given={"q3": f"Fine {number}"}, now=timezone.now())
    shuffled.move(organisation_id=organisation.pk, store=feedback.STORE)
    assert "Fine 3" in staff.get("/handling/haven/feedback/").content.decode()
    officer = signed_in(MembershipFactory(organisation=organisation, role=Role.DPO).staff)
    assert "Fine" not in officer.get("/handling/haven/feedback/").content.decode()
    with inside(organisation):
        told = list(AuditEntry.objects.filter(event="complaint-read").values_list("what", flat=True))
    assert told == ["remarks"]


@pytest.fixture
def administrator(organisation):
    return signed_in(MembershipFactory(organisation=organisation, role=Role.ADMINISTRATOR).staff)


def test_administrator_sets_words_and_questions_and_sees_the_terms_that_are_promised(
    administrator, organisation, visitor
):
    page = f"/admin/handling/{organisation.pk}/"
    administrator.get(page)
    PolicyFactory(organisation=organisation, values={"complaint_read_days": 2})
    assert "2 days" in administrator.get(page).content.decode()
    administrator.post(
        page, {"step": "procedure", "words_nl": "Zo doen wij het.", "asks_feedback": "on", "threshold": 10}
    )
    shown = visitor.get("/haven/complaints/").content.decode()
    assert ["Within 2 days" in shown, "Zo doen wij het." in shown] == [True, True]
    form = {"step": "questions", "form-TOTAL_FORMS": "1", "form-INITIAL_FORMS": "1", "form-0-kind": "choice"}
    form |= {"form-0-label_nl": "Goed?", "form-0-label_en": "Good?"}
    uneven = administrator.post(page, {**form, "form-0-choices_nl": "Ja\nNee", "form-0-choices_en": "Yes"})
    assert (
        "Question 1" in str(uneven.context["formset"].non_form_errors()) or uneven.context["formset"].non_form_errors()
    )
    administrator.post(page, {**form, "form-0-choices_nl": "Ja\nNee", "form-0-choices_en": "Yes\nNo"})
    asked = visitor.get("/haven/complaints/feedback/").content.decode()
    assert ("Good?" in asked, "Did the talk help?" in asked) == (True, False)


def test_page_of_another_organisation_is_not_there_for_an_administrator(administrator):
    theirs = OrganisationFactory()
    pages = [f"/admin/{name}/{theirs.pk}/" for name in ("handling", "mail")]
    assert [administrator.get(page).status_code for page in pages] == [404, 404]
    with across_organisations():
        assert Report.objects.count() == 0


@pytest.mark.promise("F14")
def test_auditor_has_the_report_of_feedback_and_not_the_page_that_goes_along(organisation):
    auditor = signed_in(MembershipFactory(organisation=organisation, role=Role.AUDITOR).staff)
    assert auditor.get("/handling/haven/feedback/").status_code == 404
    assert "/handling/haven/feedback/" not in auditor.get("/promises/haven/").content.decode()


@pytest.mark.promise("F14")
def test_page_of_feedback_stays_as_it_is_while_the_month_goes_on(organisation):
    """What is not published yet is nowhere: who looks each day learns nothing of one visitor."""

    mentor = signed_in(MembershipFactory(organisation=organisation, role=Role.MENTOR).staff)
    seen = [results_page(mentor)]
    for count in (10, 11):
        for _number in range(count):
            feedback.put(organisation=organisation, version=0, given={"q0": "c2"}, now=timezone.now())
        shuffled.move(organisation_id=organisation.pk, store=feedback.STORE)
        seen.append(results_page(mentor))
    with inside(organisation):
        assert Tally.objects.get().count == 21
    assert seen == [seen[0]] * 3


def results_page(client):
    page = client.get("/handling/haven/feedback/", headers={"accept-language": "en"}).content.decode()
    return page[page.index("<main") : page.index("</main>")]
