"""Canned replies: texts that a counsellor puts in the composer and changes before sending them."""

from collections.abc import Collection, Iterable, Iterator
from typing import ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from helplines import personal_data, wording
from helplines.fields import LocalisedField, in_language
from helplines.models.organisation import Branch, EmergencyNumber, Line, Organisation
from helplines.models.people import Membership
from helplines.tenancy import tenant_manager

REPLY_LENGTH = 2000


class CannedReplyQuerySet(models.QuerySet["CannedReply"]):
    def shared(self) -> "CannedReplyQuerySet":
        """Those of the organisation and of its lines: its administrators' to write."""
        return self.filter(membership=None)

    def own_of(self, membership: Membership) -> "CannedReplyQuerySet":
        """The personal ones of one counsellor: nobody else reads or changes them."""
        return self.filter(membership=membership, organisation_id=membership.organisation_id)

    def usable_by(self, membership: Membership, line: Line) -> "CannedReplyQuerySet":
        """What this counsellor can use in a talk on this line."""
        wanted = Q(membership=membership) | Q(membership=None, line=None) | Q(membership=None, line=line)
        return self.filter(wanted, organisation_id=line.organisation_id)


class CannedReply(models.Model):
    """A text with a short name, of the organisation, of one line, or of one counsellor. No personal data stands in it."""

    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="canned_replies", verbose_name=_("organisation")
    )
    line = models.ForeignKey(Line, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("line"))
    membership = models.ForeignKey(
        Membership, models.CASCADE, null=True, blank=True, editable=False, related_name="canned_replies"
    )
    name = models.CharField(_("short name"), max_length=40)
    texts = LocalisedField(_("text of the reply"), long=True, text_length=REPLY_LENGTH)

    objects: ClassVar = tenant_manager(CannedReplyQuerySet)

    class Meta:
        verbose_name = _("canned reply")
        verbose_name_plural = _("canned replies")
        ordering = ["organisation", "name"]
        constraints = [
            models.CheckConstraint(condition=Q(line=None) | Q(membership=None), name="reply_of_line_or_member"),
            models.UniqueConstraint(
                fields=["organisation", "name"], name="reply_once", condition=Q(line=None, membership=None)
            ),
            models.UniqueConstraint(
                fields=["line", "name"], name="reply_once_on_a_line", condition=Q(line__isnull=False)
            ),
            models.UniqueConstraint(
                fields=["membership", "name"], name="reply_once_of_a_member", condition=Q(membership__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def level(self) -> str:
        """Whose it is: `personal`, `line` or `organisation`."""
        return "personal" if self.membership_id else "line" if self.line_id else "organisation"

    def text(self, language: str) -> str:
        return in_language(self.texts, language, self.organisation.first_language)

    def validate_constraints(self, exclude: Collection[str] | None = None) -> None:
        """Say in plain words which rule it is; a check of ours rather than three names of the database's."""
        same = CannedReply.objects.filter(
            organisation=self.organisation_id, line=self.line_id, membership=self.membership_id, name=self.name
        )
        if same.exclude(pk=self.pk).exists():
            raise ValidationError({"name": _("There is a reply with this name already. Choose another name.")})
        super().validate_constraints(exclude=exclude)

    def clean(self) -> None:
        """Only words that everybody may read: known placeholders, and no address or number of a person."""
        super().clean()
        if self.line_id and self.line and self.line.organisation_id != self.organisation_id:
            raise ValidationError({"line": _("This line belongs to another organisation.")})
        if self.organisation_id:
            known = contacts_of(self.organisation)
            problems = [*problems_of(self.name, "name", known)]
            for language, text in (self.texts or {}).items():
                problems += problems_of(str(text), language, known)
            if problems:
                raise ValidationError(problems)


def problems_of(text: str, language: str, known: personal_data.Known) -> Iterator[ValidationError]:
    """What must not stand in one text of a reply."""
    where = dict(settings.CONTENT_LANGUAGES).get(language, _("short name"))
    if len(text) > REPLY_LENGTH:
        message = _("%(where)s: at most %(most)s characters.")
        yield ValidationError(message, code="too_long", params={"where": where, "most": REPLY_LENGTH})
    for name in wording.unknown(text, wording.IN_REPLIES):
        message = _("%(where)s: {{ %(name)s }} cannot be filled in here.")
        yield ValidationError(message, code="placeholder", params={"where": where, "name": name})
    for part in personal_data.found(text, known):
        message = _(
            "%(where)s: %(part)s looks like an address or number of a person. Only those of your organisation may stand "
            "in a reply: its own addresses, centres, lines and emergency numbers."
        )
        yield ValidationError(message, code="personal", params={"where": where, "part": part})


def contacts_of(organisation: Organisation) -> personal_data.Known:
    """Every address and number that the organisation itself makes known."""
    branches = Branch.objects.filter(organisation=organisation).values_list("email", "telephone")
    lines = Line.objects.filter(organisation=organisation).values_list("contact", flat=True)
    numbers = EmergencyNumber.objects.filter(organisation=organisation).values_list("number", flat=True)
    own: Iterable[str] = (
        organisation.privacy_email,
        organisation.complaints_email,
        organisation.support_email,
        organisation.dpo_email,
    )
    emails = [*own, *(email for email, _telephone in branches), *lines]
    return personal_data.Known.of(emails, [*numbers, *lines, *(telephone for _email, telephone in branches)])
