"""Words of a query that are kept: the same rows as the ordinary way, for every value, and nothing else kept with them."""

from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django_scopes.exceptions import ScopeError

from helplines import worded
from helplines.models import Line, Policy
from helplines.tenancy import across_organisations, inside, inside_all
from helplines.worded import ChangedValueError, Worded, WordedUpdate
from tests.factories.helplines import LineFactory, PolicyFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_words():
    worded.forget()
    yield
    worded.forget()


@pytest.fixture
def lines():
    """Two lines of one organisation and one of another."""
    one = LineFactory(slug="one")
    return one, LineFactory(organisation=one.organisation, slug="two"), LineFactory(slug="three")


def test_rows_are_those_of_the_ordinary_way_for_every_value_and_organisation(lines):
    def make(slug):
        return Line.objects.filter(slug=slug).select_related("organisation")

    kept = Worded(make)
    for line in (*lines, *lines):
        with inside(line.organisation):
            for slug in ("one", "two", "three", "none"):
                assert kept(slug=slug) == list(make(slug))
            [found] = kept(slug=line.slug)
            with CaptureQueriesContext(connection) as asked:
                assert found.organisation.name == line.organisation.name
            assert len(asked) == 0
    assert len(kept.words) == 1


def test_another_organisation_s_rows_are_never_among_them(lines):
    one, _two, three = lines
    kept = Worded(lambda slugs: Line.objects.filter(slug__in=slugs).order_by("slug"))
    with inside(one.organisation):
        assert [line.slug for line in kept(slugs=("one", "three"))] == ["one"]
    with inside(three.organisation):
        assert [line.slug for line in kept(slugs=("one", "three"))] == ["three"]
    with pytest.raises(ScopeError):
        kept(slugs=("one", "three"))
    with inside_all([one.organisation, three.organisation]):
        assert [line.slug for line in kept(slugs=("one", "three"))] == ["one", "three"]
    with across_organisations():
        assert [line.slug for line in kept(slugs=("one", "three"))] == ["one", "three"]
    with inside(one.organisation), across_organisations():
        assert [line.slug for line in kept(slugs=("one", "three"))] == ["one", "three"]


def test_values_of_rows_come_as_tuples_and_flat(lines):
    one, two, _three = lines
    with inside(one.organisation):
        pairs = Worded(lambda pk: Line.objects.filter(pk=pk).values_list("slug", "pk"))
        assert pairs(pk=two.pk) == [("two", two.pk)]
        flat = Worded(lambda pk: Line.objects.filter(pk__gte=pk).order_by("pk").values_list("slug", flat=True))
        assert flat(pk=one.pk) == ["one", "two"]
        assert (flat.first(pk=two.pk), flat.first(pk=two.pk + 1)) == ("two", None)


def test_instant_may_be_moved_by_so_much(lines):
    """As a rule does that asks for a sign of life of the last 20 seconds."""
    now = timezone.now()
    policy = PolicyFactory(organisation=lines[0].organisation, valid_from=now)
    kept = Worded(
        lambda at: Policy.objects.filter(valid_from__gt=at - timedelta(seconds=20)).values_list("pk", flat=True)
    )
    with inside(lines[0].organisation):
        assert [kept(at=now + timedelta(seconds=after)) for after in (0, 19, 20, 21, 3)] == [
            [policy.pk],
            [policy.pk],
            [],
            [],
            [policy.pk],
        ]


def test_lists_have_words_for_few_lengths_and_too_long_ones_none(lines):
    one, two, _three = lines
    kept = Worded(lambda pks: Line.objects.filter(pk__in=pks).order_by("pk"))
    with inside(one.organisation):
        assert kept(pks=(two.pk, one.pk)) == [one, two]
        assert kept(pks=(one.pk,)) == [one]
        assert len(kept.words) == 2
        for length in range(17, 33):
            assert kept(pks=(one.pk, *range(10_000, 10_000 + length - 2), two.pk)) == [one, two]
        assert len(kept.words) == 3
        assert kept(pks=(one.pk, *range(10_000, 12_000))) == [one]
        assert kept(pks=()) == []
        assert len(kept.words) == 3


def test_words_are_kept_by_the_names_of_the_values_too(lines):
    one, two, _three = lines
    kept = Worded(lambda slug="one", name=None: Line.objects.filter(slug=slug).exclude(name=name or ""))
    with inside(one.organisation):
        assert kept(slug="two") == [two]
        assert kept(name="two") == [one]
        assert kept(name=one.name) == []


def test_none_says_something_else_and_is_asked_the_ordinary_way(lines):
    kept = Worded(lambda line: Policy.objects.filter(line=line).order_by("pk").values_list("pk", flat=True))
    policy = PolicyFactory(organisation=lines[0].organisation)
    with inside(lines[0].organisation):
        assert kept(line=None) == [policy.pk]
        assert kept(line=lines[0].pk) == []
    assert len(kept.words) == 1


def test_change_counts_what_it_changed_and_reaches_no_other_organisation(lines):
    one, two, three = lines
    rename = WordedUpdate(lambda pks, slug: (Line.objects.filter(pk__in=pks), {"slug": slug, "name": F("slug")}))
    with inside(one.organisation):
        assert rename(pks=(one.pk, three.pk), slug="new") == 1
        assert rename(pks=(two.pk, three.pk), slug="newer") == 1
        assert rename(pks=(three.pk, three.pk + 1), slug="newest") == 0
        assert rename(pks=(), slug="newest") == 0
    assert len(rename.words) == 1
    with across_organisations():
        found = dict(Line.objects.filter(pk__in=[line.pk for line in lines]).values_list("slug", "name"))
    assert found == {"new": "one", "newer": "two", "three": three.name}


def test_change_that_looks_at_the_clock_is_refused(lines):
    renew = WordedUpdate(lambda pk: (Policy.objects.filter(pk=pk), {"valid_from": timezone.now()}))
    with inside(lines[0].organisation), pytest.raises(ChangedValueError):
        renew(pk=1)


@pytest.mark.parametrize(
    ("make", "given"),
    [
        (lambda slug: Line.objects.filter(slug=slug.upper()), {"slug": "one"}),
        (lambda slug: Line.objects.filter(slug__startswith=slug), {"slug": "one"}),
        (lambda pk: Line.objects.filter(pk=pk + 1), {"pk": 1}),
        (lambda pk: Line.objects.order_by("pk")[: pk % 7], {"pk": 1}),
        (lambda pk: Line.objects.all(), {"pk": 1}),
        (lambda pk: Line.objects.filter(pk=pk) if pk % 2 else Line.objects.filter(pk=pk, slug="one"), {"pk": 1}),
        (lambda: Policy.objects.in_force(timezone.now()), {}),
        (lambda at: Policy.objects.in_force(at - (at - timezone.now()) / 2), {"at": timezone.now()}),
    ],
    ids=["upper", "starts with", "added to", "slice", "not used", "one of two", "clock", "clock in between"],
)
def test_what_is_done_with_a_value_but_to_hand_it_on_is_refused(lines, make, given):
    kept = Worded(make)
    with inside(lines[0].organisation), pytest.raises(ChangedValueError):
        # That one and the same is done for two made-up values is chance; that it is five times is not.
        for _again in range(20):
            kept(**given)
            worded.forget()
