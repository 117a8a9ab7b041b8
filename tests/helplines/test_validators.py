import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.urls import URLResolver, get_resolver
from django.utils.translation import override

from helplines import validators
from helplines.colours import contrast


def problem(check, value):
    with pytest.raises(ValidationError) as found:
        check(value)
    return found.value


@pytest.mark.parametrize("slug", ["admin", "desk", "static", "start", "agreement", "promises", "ws", "poll", "account"])
def test_address_name_of_the_program_is_refused_for_an_organisation(slug):
    assert problem(validators.free_slug, slug).code == "reserved"
    assert validators.free_slug(f"{slug}-huis") is None


@pytest.mark.parametrize("slug", ["logo", "frame"])
def test_address_name_of_the_program_is_refused_for_a_line(slug):
    assert problem(validators.own_line_slug, slug).code == "reserved"
    assert validators.own_line_slug("praten") is None


def test_reserved_names_cover_every_first_part_of_our_addresses():
    firsts = {str(pattern.pattern).split("/")[0].lstrip("^") for pattern in every_pattern(get_resolver())}
    ours = {first for first in firsts if first and first.isidentifier()}
    assert ours - validators.RESERVED == set()


def every_pattern(resolver):
    """The patterns of the first part of an address, also of lists that are mounted at the root."""
    for entry in resolver.url_patterns:
        mounted_at_root = isinstance(entry, URLResolver) and not str(entry.pattern)
        yield from every_pattern(entry) if mounted_at_root else [entry]


def test_time_zone_must_be_one_that_exists():
    assert validators.known_time_zone("Europe/Brussels") is None
    assert problem(validators.known_time_zone, "Europe/Gent").code == "time_zone"


@pytest.mark.parametrize("value", [[], ["xx"], "nl", ["nl", "xx"], None, [["nl"]]])
def test_languages_must_be_a_list_of_known_ones(value):
    assert problem(validators.known_languages, value).code == "languages"


def test_known_languages_are_taken():
    assert validators.known_languages(["fr", "nl"]) is None


@pytest.mark.parametrize(
    "origin",
    [
        "https://www.example.org/",
        "https://www.example.org/page",
        "https://*.example.org",
        "https://user@example.org",
        "https://example.org;script-src *",
        "https://example.org https://evil.example",
        "https://example.org\n",
        "//example.org",
        "example.org",
        "javascript:alert(1)",
        "null",
        "*",
        7,
    ],
)
def test_site_that_is_no_bare_origin_is_refused(origin):
    found = problem(validators.embedding_origins, ["https://www.example.org", origin])
    assert found.params == {"site": origin}


def test_site_without_encryption_is_taken_in_the_embedded_default_only(settings):
    assert validators.embedding_origins(["http://localhost:8000", "https://www.example.org:8443"]) is None
    settings.EMBEDDED = False
    assert problem(validators.embedding_origins, ["http://localhost:8000"]).code == "origins"


@pytest.mark.parametrize("colour", ["blue", "#fff", "#12345g", "#1234567"])
def test_colour_must_be_written_in_full(colour):
    assert problem(validators.accent_colour, colour).code == "colour"


def test_colour_that_cannot_be_read_comes_with_one_that_can():
    found = problem(validators.accent_colour, "#ffcc00")
    assert found.code == "contrast"
    assert contrast(found.params["better"], "#ffffff") >= validators.READABLE
    assert validators.accent_colour(found.params["better"]) is None


def test_password_that_is_too_short_is_refused_with_the_length_it_needs():
    validate_password("kort-en-vrij")

    with override("en"), pytest.raises(ValidationError) as found:
        validate_password("kort-en-vri")

    assert found.value.messages == ["This password is too short. Use at least 12 characters."]


@pytest.mark.parametrize("address", ["https://weer.example.org/", "https://example.org/a?b=c"])
def test_exit_leads_to_an_encrypted_page(address):
    validators.safe_exit(address)


@pytest.mark.parametrize(
    "address",
    ["http://example.org/", "javascript:alert(1)", "//example.org", "https:", "https://a:b@example.org/", "data:,"],
)
def test_exit_that_is_no_encrypted_page_is_refused(address):
    with pytest.raises(ValidationError):
        validators.safe_exit(address)
