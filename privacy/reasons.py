"""The keywords that the audit log keeps as reasons, in words for who reads it. Pure."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from privacy.models.vault import Office

WORDS: dict[str, str | Promise] = {
    "closed-talk": _("a talk of their own that is over"),
    "of-a-colleague": _("of a colleague"),
    "training": _("to train the counsellor"),
    "quality": _("to keep watch over the quality"),
    "threats": _("threats"),
    "abuse": _("abuse"),
    "sexual": _("sexual behaviour"),
    "pestering": _("pestering"),
    "lifted": _("the block was lifted"),
    "operator": _("by the operator"),
    "replayed": _("erased again after the backup"),
    "account": _("the account"),
    "reset": _("set up anew for them"),
    "one": _("one session"),
    "others": _("all other sessions"),
    "everywhere": _("all sessions"),
    "asked-by-sender": _("the sender asked for it"),
    "court-order": _("a court or an authority ordered it"),
    "legal-claim": _("for a legal claim"),
    "inquiry": _("an official inquiry"),
    **dict(Office.choices),
}
# What stands before a colon, with what follows it filled in.
FORMS: dict[str, str | Promise] = {
    "added": _("added: {rest}"),
    "removed": _("removed: {rest}"),
    "renewed": _("renewed: {rest}"),
    "odd": _("odd reads: {rest}"),
}
KINDS: dict[str, str | Promise] = {
    "totp": _("app with codes"),
    "webauthn": _("passkey"),
    "recovery_codes": _("recovery codes"),
}


def in_words(why: str) -> str:
    """A reason of the log as people say it; what is no keyword of ours stays as it was noted."""
    kind, colon, rest = why.partition(":")
    if colon and kind in FORMS:
        return str(FORMS[kind]).format(rest=KINDS.get(rest, rest))
    return str(WORDS.get(why, why))
