"""Publishing a policy in the admin: nothing gets lost, nothing goes out without a reason, no version changes."""

import datetime as dt
import json

import pytest
from django.test import Client
from django.utils import timezone

from helplines import policies, queries
from helplines.models import Policy
from helplines.tenancy import across_organisations, inside
from tests.factories.helplines import OpeningHoursFactory, PolicyFactory
from tests.helplines.admin_rooms import House, at, house, signed_in
from tests.helplines.policy_room import AGE, filled, page_of, promising_house, publish, review

pytestmark = pytest.mark.django_db


@pytest.fixture
def ours() -> House:
    return promising_house()


@pytest.fixture
def client(ours: House) -> Client:
    return signed_in(ours.admin)


def in_force(ours: House) -> policies.PolicyValues:
    with inside(ours.organisation):
        return queries.organisation_policy(ours.organisation)


def versions() -> int:
    with across_organisations():
        return Policy.objects.count()


@pytest.mark.promise("F01", "N04")
def test_publishing_makes_the_next_version_with_author_and_reason(client, ours):
    reviewed = review(client, page_of(ours), block_hours="12")
    publish(client, page_of(ours), reviewed, reason="The board wants so")
    with across_organisations():
        newest = Policy.objects.filter(organisation=ours.organisation, line=None).first()
    assert (newest.number, newest.reason, newest.author) == (3, "The board wants so", ours.admin)
    assert in_force(ours) == policies.parse({"block_hours": 12, "questions": [AGE]})


def test_review_shows_only_what_differs_as_sentences(client, ours):
    changes = review(client, page_of(ours), block_hours="12").context["changes"]
    assert [(change.before, change.after) for change in changes] == [
        (
            ["A visitor who is blocked can come back after 8 hours."],
            ["A visitor who is blocked can come back after 12 hours."],
        )
    ]


def test_review_shows_the_texts_as_visitors_will_read_them(client, ours):
    OpeningHoursFactory(line=ours.line, weekday=1)
    changed = {"retention_months": "12", "disclaimer_en": "Gone after {{ retention }}. {{ hours }}."}
    previews = review(client, page_of(ours), **changed).context["previews"]
    english = next(entry for entry in previews if entry.language == "en")
    assert english.disclaimer == "Gone after 12 months. Monday–Tuesday 13:00–17:00."


def test_nothing_is_published_before_the_last_step(client, ours):
    before = versions()
    review(client, page_of(ours), block_hours="12")
    assert versions() == before


@pytest.mark.promise("N04")
@pytest.mark.parametrize("reason", ["", "   "])
def test_publishing_needs_a_reason_and_keeps_the_values(client, ours, reason):
    before = versions()
    reviewed = review(client, page_of(ours), block_hours="12")
    answer = publish(client, page_of(ours), reviewed, reason=reason)
    assert (versions(), list(answer.context["confirm"].errors)) == (before, ["reason"])
    assert json.loads(answer.context["values"])["block_hours"] == 12


@pytest.mark.parametrize("value", ["0", "", "-3", "121", "six", "1.5"])
def test_number_out_of_its_limits_is_refused_with_one_clear_answer(client, ours, value):
    answer = review(client, page_of(ours), retention_months=value, greeting_nl="Dag, fijn dat je er bent.")
    form = answer.context["form"]
    assert form.errors == {"retention_months": ["Give a whole number from 1 to 120."]}
    page = answer.content.decode()
    assert (f'value="{value}"' in page or not value, "Dag, fijn dat je er bent." in page) == (True, True)


@pytest.mark.promise("C07")
@pytest.mark.parametrize("value", ["0", "", "-1"])
def test_contact_limit_that_is_none_is_refused_when_there_is_a_limit(client, ours, value):
    answer = review(client, page_of(ours), limited="on", contact_limit=value)
    assert answer.context["form"].errors == {"contact_limit": ["Give a whole number from 1 to 100."]}


@pytest.mark.promise("C07")
def test_contact_limit_is_kept(client, ours):
    publish(client, page_of(ours), review(client, page_of(ours), limited="on", contact_limit="4"), reason="So it is")
    assert in_force(ours).contact_limit == 4


def test_unknown_placeholder_is_named_beside_its_text(client, ours):
    errors = review(client, page_of(ours), greeting_nl="Dag {{ naam }}").context["form"].errors
    assert errors == {"greeting": ["NL: We do not know {{ naam }}. Choose a name from the list."]}


@pytest.mark.promise("B03")
def test_question_for_a_name_is_refused_where_none_is_promised(client, ours):
    given = filled(client, page_of(ours))
    del given["may_ask_name"]
    answer = client.post(page_of(ours), {**given, "questions-0-label_nl": "Wat is je naam?"})
    assert answer.context["questions"].forms[0].non_field_errors() == [
        "This asks for a name or an address, and you promise not to."
    ]


@pytest.mark.promise("B04")
def test_new_question_is_asked_and_known_answers_keep_their_keys(client, ours):
    new = {
        "key": "region", "kind": "choice", "ORDER": "1", "label_nl": "Waar leef je?", "why_nl": "Dan weten we wie dichtbij is.",
        "choices_nl": "Noord\nZuid",
    }  # fmt: skip
    changed = {f"questions-1-{name}": value for name, value in new.items()}
    reviewed = review(client, page_of(ours), **{**changed, "questions-0-ORDER": "2"})
    publish(client, page_of(ours), reviewed, reason="To refer better")
    region, age = in_force(ours).questions
    assert [choice.key for choice in region.choices] == ["noord", "zuid"]
    assert (age.key, [choice.key for choice in age.choices]) == ("age", ["young", "old"])


def test_answers_that_do_not_match_between_languages_are_refused(client, ours):
    answer = review(client, page_of(ours), **{"questions-0-choices_en": "under 18"})
    assert list(answer.context["questions"].forms[0].errors) == ["choices"]


def test_question_is_left_out(client, ours):
    reviewed = review(client, page_of(ours), **{"questions-0-DELETE": "on"})
    publish(client, page_of(ours), reviewed, reason="We do not use it")
    assert in_force(ours).questions == ()


def test_room_for_one_question_more_keeps_what_was_filled_in(client, ours):
    answer = client.post(page_of(ours), {**filled(client, page_of(ours), greeting_nl="Blijf"), "step": "more"})
    assert (len(answer.context["questions"].forms), "Blijf" in answer.content.decode()) == (3, True)


def test_back_to_the_form_keeps_the_values(client, ours):
    reviewed = review(client, page_of(ours), block_hours="12")
    answer = client.post(page_of(ours), {"step": "edit", "values": reviewed.context["values"]})
    assert answer.context["form"]["block_hours"].value() == 12


@pytest.mark.promise("A01")
def test_line_keeps_only_what_it_does_otherwise(client, ours):
    page = page_of(ours, line=True)
    publish(client, page, review(client, page, capacity="3"), reason="More room here")
    with across_organisations():
        version = Policy.objects.get(line=ours.line)
        overall = queries.policy_for(ours.line)
    assert (version.values, overall.capacity, overall.retention_months) == ({"capacity": 3}, 3, 6)


def test_version_from_later_on_does_not_count_yet(client, ours):
    later = timezone.localtime(timezone.now() + dt.timedelta(days=40), dt.UTC)
    when = {"valid_from_0": later.strftime("%Y-%m-%d"), "valid_from_1": "12:00"}
    publish(client, page_of(ours), review(client, page_of(ours), block_hours="12"), reason="Later", **when)
    assert (in_force(ours).block_hours, versions()) == (8, 3)


def test_version_cannot_count_from_the_past(client, ours):
    when = {"valid_from_0": "2020-01-01", "valid_from_1": "12:00"}
    reviewed = review(client, page_of(ours), block_hours="12")
    answer = publish(client, page_of(ours), reviewed, reason="Too late", **when)
    assert list(answer.context["confirm"].errors) == ["valid_from"]


def test_version_that_came_between_is_shown_first(client, ours):
    reviewed = review(client, page_of(ours), block_hours="12")
    PolicyFactory(organisation=ours.organisation, values={"block_hours": 3, "questions": [AGE]})
    before = versions()
    answer = publish(client, page_of(ours), reviewed, reason="I was first")
    changes = answer.context["changes"]
    assert (versions(), changes[0].before) == (before, ["A visitor who is blocked can come back after 3 hours."])


def test_values_that_somebody_tampered_with_are_not_published(client, ours):
    reviewed = review(client, page_of(ours), block_hours="12")
    before = versions()
    client.post(
        page_of(ours),
        {"step": "publish", "values": '{"retention_months": 0}', "against": reviewed.context["against"], "reason": "x"},
    )
    assert versions() == before


@pytest.mark.parametrize(
    "sent",
    [
        {"step": "more", "questions-TOTAL_FORMS": "many", "questions-INITIAL_FORMS": "0"},
        {"step": "more", "questions-TOTAL_FORMS": "9" * 5000, "questions-INITIAL_FORMS": "0"},
        {"step": "edit", "values": "[" * 100_000},
        {"step": "publish", "values": "[" * 100_000},
    ],
)
def test_page_that_somebody_tampered_with_gets_a_form_back(client, ours, sent):
    assert client.post(page_of(ours), sent).status_code == 200


def test_text_in_a_language_that_is_not_ours_is_not_published(client, ours):
    before = versions()
    review(client, page_of(ours), greeting_fr="Bonjour")
    assert review(client, page_of(ours), greeting_fr="Bonjour").context["form"].errors == {
        "greeting": ["FR: Your organisation does not write in this language."]
    }
    assert versions() == before


@pytest.mark.promise("N04", "O10")
def test_policy_of_a_foreign_organisation_cannot_be_published(client, ours):
    theirs = house("Theirs")
    before = versions()
    pages = [
        at("policy", "publish", theirs.organisation.pk),
        at("policy", "publish_line", theirs.organisation.pk, theirs.line.pk),
        at("policy", "publish_line", ours.organisation.pk, theirs.line.pk),
    ]
    assert [client.post(page, {"step": "publish"}).status_code for page in pages] == [404, 404, 404]
    assert versions() == before


@pytest.mark.promise("N04")
def test_version_is_read_as_sentences_and_never_changed(client, ours):
    with across_organisations():
        version = Policy.objects.filter(organisation=ours.organisation).first()
    page = at("policy", "change", version.pk)
    assert "A talk is gone 6 months after it ends." in client.get(page).content.decode()
    assert [client.post(page, {"reason": "Other"}).status_code, client.post(at("policy", "add")).status_code] == [
        404,
        403,
    ]


def test_list_tells_which_version_counts(client, ours):
    PolicyFactory(organisation=ours.organisation, valid_from=timezone.now() + dt.timedelta(days=9))
    PolicyFactory(organisation=ours.organisation, line=ours.line, values={"capacity": 2})
    listed = client.get(at("policy", "changelist")).context["cl"].result_list
    states = [(version.line_id, version.number, version.state) for version in listed]
    assert states == [(None, 3, "later"), (None, 2, "force"), (None, 1, "past"), (ours.line.pk, 1, "force")]


def test_list_of_versions_calls_the_organisation_by_its_name_in_the_filter(client, ours):
    PolicyFactory(organisation=ours.organisation, line=ours.line, values={"capacity": 2})
    changelist = client.get(at("policy", "changelist")).context["cl"]
    [by_line] = [each for each in changelist.filter_specs if each.field.name == "line"]
    offered = [str(choice["display"]) for choice in by_line.choices(changelist)]
    assert (offered[0], offered[-1], "-" in offered) == ("All", "the organisation", False)


def test_lines_that_end_as_a_browser_ends_them_are_no_change(client, ours):
    PolicyFactory(organisation=ours.organisation, values={"greeting": {"nl": "Dag,\n\nwelkom."}, "questions": [AGE]})
    changes = review(client, page_of(ours), greeting_nl="Dag,\r\n\r\nwelkom.", block_hours="12").context["changes"]
    assert [change.after for change in changes] == [["A visitor who is blocked can come back after 12 hours."]]


def test_of_a_long_text_only_what_differs_is_shown(client, ours):
    text = "One.\n\nTwo.\n\nThree."
    PolicyFactory(organisation=ours.organisation, values={"disclaimer": {"en": text, "nl": "Nul."}, "questions": [AGE]})
    (change,) = review(client, page_of(ours), disclaimer_en=text.replace("Two", "Zwei")).context["changes"]
    assert (change.before, change.after) == (["…", "EN: Two.", "…"], ["…", "EN: Zwei.", "…"])
