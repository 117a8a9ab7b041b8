"""Every key of an installation is renewed at once while people talk: nothing is lost, nothing unreadable (security goal C6)."""

import base64
import threading
from io import StringIO
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.db import connections
from django.utils import timezone

from chat import service, writer
from chat.models import Contact, new_code
from chat.states import Party
from helplines.tenancy import across_organisations
from privacy import keys, rotation
from privacy.models import OrganisationKey, PseudonymKey
from tests.chat.talks import resume
from tests.factories.chat import ActiveConversationFactory, contents_of, say, staffed_line, texts_in
from tests.factories.helplines import MembershipFactory
from tests.helplines.admin_rooms import signed_in
from tests.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)
NEW = "new:" + base64.b64encode(bytes(range(1, 33))).decode()
TALKS, SPEAKERS, AT_LEAST = 9, 3, 4


@pytest.mark.promise("O06")
def test_master_organisation_marks_and_secret_key_are_renewed_while_people_talk(settings):
    line, [member] = staffed_line(capacity=8, queue=True, contact_limit=10)
    talks = [ActiveConversationFactory(line=line, counsellor=member) for _number in range(TALKS)]
    for one in talks:
        say(one, Party.VISITOR, "Eerste")
    said = dict.fromkeys((one.code for one in talks), 1)
    staff = signed_in(MembershipFactory(organisation=line.organisation).staff)
    started, over, begun = threading.Barrier(SPEAKERS + 1), threading.Event(), []
    old = settings.MASTER_KEYS

    def speak(number: int) -> int:
        """Say and read in each own talk, and begin one, round after round, until all keys are renewed."""
        started.wait(60)
        rounds = 0
        while not over.is_set() or rounds < AT_LEAST:
            for one in talks[number::SPEAKERS]:
                [outcome] = writer.store([writer.Saying(one.pk, contents_of(one), 0, None, uuid4(), f"Zin {rounds}")])
                assert isinstance(outcome, writer.Stored)
                said[one.code] += 1
                assert len(texts_in(one)) == said[one.code]
            held = service.start(
                line=line,
                code=new_code(),
                language="nl",
                answers={},
                socket="s",
                now=timezone.now(),
                token=f"tab-{number}",
            )
            begun.append(held.conversation.code)
            resume(held.conversation, secret=held.secret)
            service.leave(conversation=held.conversation, now=timezone.now())
            rounds += 1
        return rounds

    def renew() -> int:
        """New master, new keys of the organisation twice, new SECRET_KEY; each old one is taken away before the next comes."""
        started.wait(60)
        try:
            settings.MASTER_KEYS = f"{NEW},{old}"
            call_command("rotate_keys", "--master", stdout=StringIO())
            settings.MASTER_KEYS = NEW
            for _again in range(2):
                rotation.renew(line.organisation_id)
                list(rotation.rewrap_all(line.organisation_id))
                rotation.retire(line.organisation_id)
            settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
            settings.SECRET_KEY = "another-key-of-no-worth-0123456789-0123456789"
            return staff.get("/account/sessions/").status_code
        finally:
            over.set()

    work = [lambda number=number: speak(number) for number in range(SPEAKERS)]
    outcomes = at_once(lambda do: do(), [*work, renew], SPEAKERS + 1)
    assert [fault for fault in outcomes if isinstance(fault, Exception)] == []
    assert min(outcomes[:-1]) >= AT_LEAST
    keys.forget()
    keys.check_master_keys()
    assert {one.code: len(texts_in(one)) for one in talks} == said
    assert set(keys.conversation_keys(line.organisation_id, begun)) == set(begun)
    with across_organisations():
        assert {row.master for row in OrganisationKey.objects.all()} == {"new"}
        newest = OrganisationKey.objects.exclude(version=keys.MARKS).get().version
        # What tells who comes again was brought over, and still ties the visits of one together.
        assert set(PseudonymKey.objects.values_list("version", flat=True)) == {newest}
        assert Contact.objects.exists()
    settings.MASTER_KEYS = old
    keys.forget()
    with pytest.raises(keys.MasterKeyError):
        texts_in(talks[0])
    connections.close_all()
