"""The letter to somebody who was taken on."""

import pytest

from helplines import welcome
from helplines.tenancy import inside
from tests.factories.helplines import OrganisationFactory

pytestmark = pytest.mark.django_db


def test_name_of_two_lines_adds_no_header(mailoutbox, django_capture_on_commit_callbacks):
    organisation = OrganisationFactory(name="Help\r\nBcc: everybody@example.org")
    with inside(organisation), django_capture_on_commit_callbacks(execute=True):
        welcome.take_on(
            organisation=organisation,
            username="sam",
            email="sam@example.org",
            first_name="Sam",
            last_name="",
            roles=["counsellor"],
        )
    [letter] = mailoutbox
    assert letter.subject.endswith("Help Bcc: everybody@example.org")
    assert letter.recipients() == ["sam@example.org"]
