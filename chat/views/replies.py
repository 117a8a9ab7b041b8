"""A counsellor's own canned replies: a page of forms, opened beside the desk."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from chat.queries import DESK_ROLES
from helplines import access, replies, wording
from helplines.gate import members
from helplines.models import CannedReply, Membership
from helplines.models.replies import REPLY_LENGTH


class ReplyForm(forms.Form):
    """One reply: its short name, and a text for each language of the organisation."""

    name = forms.CharField(
        label=gettext_lazy("Short name"),
        max_length=40,
        help_text=gettext_lazy("You find the reply by these words. Visitors do not read them."),
    )

    def __init__(self, data: Any = None, *, membership: Membership, reply: CannedReply | None = None) -> None:
        prefix = f"id_{reply.pk if reply else 'new'}_%s"
        initial = {"name": reply.name, **{f"text_{code}": text for code, text in reply.texts.items()}} if reply else {}
        super().__init__(data, auto_id=prefix, initial=initial)
        self.membership, self.reply = membership, reply
        names = dict(settings.CONTENT_LANGUAGES)
        for code in membership.organisation.languages:
            widget = forms.Textarea(attrs={"rows": 3, "lang": code, "maxlength": REPLY_LENGTH})
            label = _("Text in %(language)s") % {"language": names[code]}
            self.fields[f"text_{code}"] = forms.CharField(label=label, required=False, widget=widget)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not self.texts:
            raise ValidationError(_("Write the text in at least one language."))
        return cleaned

    @property
    def texts(self) -> dict[str, str]:
        kept = self.reply.texts if self.reply else {}
        given = {name.removeprefix("text_"): text for name, text in self.cleaned_data.items() if name != "name"}
        return {code: text for code, text in {**kept, **given}.items() if text}

    def keep(self) -> bool:
        """Store it; what is wrong stands in the form afterwards."""
        if not self.is_valid():
            return False
        try:
            replies.keep_personal(
                membership=self.membership, name=self.cleaned_data["name"], texts=self.texts, reply=self.reply
            )
        except ValidationError as error:
            self.add_error(None, error.messages)
            return False
        return True


@require_http_methods(["GET", "HEAD", "POST"])
@members(*DESK_ROLES)
def own_replies(request: HttpRequest, membership: Membership) -> HttpResponse:
    """What this counsellor wrote for themselves, to change, to delete and to add to."""
    tried: ReplyForm | None = None
    if request.method == "POST":
        key = request.POST.get("reply", "")
        reply = access.own_reply(membership, key) if key else None
        if reply is not None and "delete" in request.POST:
            replies.forget_personal(membership=membership, reply=reply)
            messages.success(request, _("The reply is deleted."))
            return redirect("own_replies", membership.organisation.slug)
        tried = ReplyForm(request.POST, membership=membership, reply=reply)
        if tried.keep():
            messages.success(request, _("The reply is saved. You find it in the next talk, or after typing / again."))
            return redirect("own_replies", membership.organisation.slug)
    return render(request, "chat/own_replies.html", page(membership, tried))


def page(membership: Membership, tried: ReplyForm | None) -> dict[str, Any]:
    """Each reply with its form; the one that was just tried keeps what was filled in."""
    rows = CannedReply.objects.own_of(membership)
    written = [
        tried if tried and tried.reply == row else ReplyForm(membership=membership, reply=row)
        for row in rows.select_related("organisation").order_by("name")
    ]
    return {
        "membership": membership,
        "organisation": membership.organisation,
        "written": written,
        "tried": tried,
        "fresh": tried if tried and tried.reply is None else ReplyForm(membership=membership),
        "placeholders": [f"{{{{ {name} }}}}" for name in wording.IN_REPLIES],
    }
