"""What must be written in the audit log, told from wherever it happens, without knowing who writes it (D08, O09).

`privacy` signs itself in here when it starts, as everybody does at `privacy.registry`: so nothing points upward. Whoever
tells does so before the thing is shown, or inside the transaction that does it. When nobody can write it, AuditUnavailable
is raised and the thing does not happen.
"""

from collections.abc import Callable
from typing import Protocol

from django.db import models
from django.utils.translation import gettext_lazy as _


class Event(models.TextChoices):
    """The kinds of things that are logged."""

    TRANSCRIPT_READ = "transcript-read", _("read a talk")
    NOTE_READ = "note-read", _("read a note")
    READ_ALONG = "read-along", _("read along with a talk")
    COPY_MADE = "copy-made", _("made a copy of a talk for the team")
    COPY_READ = "copy-read", _("read a copy for the team")
    TAKEN_OVER = "taken-over", _("took a talk over")
    IDENTITY_ASKED = "identity-asked", _("asked to open an identity")
    IDENTITY_APPROVED = "identity-approved", _("agreed to open an identity")
    IDENTITY_OPENED = "identity-opened", _("opened an identity")
    IDENTITY_SHOWN = "identity-shown", _("saw an opened identity")
    IDENTITY_REFUSED = "identity-refused", _("refused to open an identity")
    CONSENT_ASKED = "consent-asked", _("asked the visitor for consent")
    CONSENT_GIVEN = "consent-given", _("consent of the visitor: yes")
    CONSENT_REFUSED = "consent-refused", _("consent of the visitor: no")
    CONSENT_WITHDRAWN = "consent-withdrawn", _("consent of the visitor: taken back")
    CONSENT_LAPSED = "consent-lapsed", _("consent of the visitor: lapsed")
    EXPORTED = "exported", _("exported data")
    REPORT_READ = "report-read", _("read a report")
    SIGNED_IN = "signed-in", _("signed in")
    SIGNED_OUT = "signed-out", _("signed out")
    SIGN_IN_LOCKED = "sign-in-locked", _("sign-in locked after wrong passwords")
    SESSION_ENDED = "session-ended", _("ended a session")
    PASSWORD_CHANGED = "password-changed", _("changed a password")
    SECOND_STEP_CHANGED = "second-step-changed", _("changed a second step")
    INVITED = "invited", _("invited somebody")
    INVITATION_WITHDRAWN = "invitation-withdrawn", _("withdrew an invitation")
    ROLE_CHANGED = "role-changed", _("changed a role")
    POLICY_PROPOSED = "policy-proposed", _("proposed a policy")
    POLICY_DECIDED = "policy-decided", _("decided on a proposal")
    POLICY_PUBLISHED = "policy-published", _("published a policy")
    POLICY_REVIEWED = "policy-reviewed", _("looked at the promises again")
    COMPLAINT_READ = "complaint-read", _("read a complaint, a suggestion or remarks")
    REPORT_MOVED = "report-moved", _("handled a complaint or suggestion")
    RIGHTS_READ = "rights-read", _("read a request about somebody's data")
    RIGHTS_MOVED = "rights-moved", _("handled a request about somebody's data")
    SETTINGS_CHANGED = "settings-changed", _("changed a setting")
    KEY_MADE = "key-made", _("made a key")
    KEY_RETIRED = "key-retired", _("retired a key")
    KEY_ROTATED = "key-rotated", _("renewed a key")
    LEGAL_HOLD = "legal-hold", _("kept or released by order")
    ERASED = "erased", _("erased data")
    RESTORED = "restored", _("restored a backup")
    BLOCKED = "blocked", _("blocked a visitor")
    LOG_READ = "log-read", _("read the audit log")
    LOG_REVIEWED = "log-reviewed", _("signed a week off")


class AuditUnavailable(Exception):
    """The audit log cannot be written, so what must be logged does not happen (security goal M5)."""


class Listener(Protocol):
    """Writes an event of one organisation, by its key; raises AuditUnavailable. See `privacy.audit.record`."""

    def __call__(
        self,
        *,
        organisation: int,
        event: Event,
        who: int | None,
        role: str,
        on_behalf_of: str,
        what: str,
        why: str,
        emergency: bool,
    ) -> None: ...


_listeners: list[Listener] = []


def listen(listener: Listener) -> Callable[[], None]:
    """Sign in to be told everything; gives a way to sign out. Signing in twice changes nothing."""
    if listener not in _listeners:
        _listeners.append(listener)
    return lambda: _listeners.remove(listener)


def told(
    event: Event,
    *,
    organisation: int,
    who: int | None,
    role: str = "",
    on_behalf_of: str = "",
    what: str = "",
    why: str = "",
    emergency: bool = False,
) -> None:
    """Tell everybody who signed in. `who` is the key of a person, None where nobody was signed in.

    Raises AuditUnavailable, also when nobody listens at all.
    """
    if not _listeners:
        raise AuditUnavailable("Nobody writes the audit log.")
    for listener in list(_listeners):
        listener(
            organisation=organisation,
            event=event,
            who=who,
            role=role,
            on_behalf_of=on_behalf_of,
            what=what,
            why=why,
            emergency=emergency,
        )
