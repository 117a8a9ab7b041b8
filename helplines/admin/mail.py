"""By which server an organisation sends its mail: to fill in, to try, and how SPF, DKIM and DMARC of the sender stand (O02)."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from helplines import carriers, mail_servers, name_servers
from helplines.admin import wall
from helplines.mail_records import Found, Kind, Mark
from helplines.models import MailServer, Organisation

NAMES = {Kind.SPF: "SPF", Kind.DKIM: "DKIM", Kind.DMARC: "DMARC"}
SAID = {
    ("spf", "refuses"): gettext_lazy("The domain says which servers may send its mail, and refuses others."),
    ("spf", "lets_everybody"): gettext_lazy("The record refuses nobody: let it end with -all."),
    ("spf", "two_records"): gettext_lazy("There are two records, and then none counts. Make one of them."),
    ("spf", "no_record"): gettext_lazy("The domain does not say which servers may send its mail."),
    ("dkim", "key"): gettext_lazy("The key with which letters are signed can be found."),
    ("dkim", "revoked"): gettext_lazy("The key under this selector was taken back."),
    ("dkim", "no_record"): gettext_lazy("There is no key under this selector."),
    ("dkim", "no_selector"): gettext_lazy("Fill in the DKIM selector, then we look for the key."),
    ("dmarc", "strict"): gettext_lazy("Receivers put false mail aside or refuse it."),
    ("dmarc", "watches"): gettext_lazy("Receivers let false mail through: set p to quarantine or reject."),
    ("dmarc", "two_records"): gettext_lazy("There are two records, and then none counts. Make one of them."),
    ("dmarc", "no_record"): gettext_lazy("The domain does not say what to do with false mail."),
}
NO_ANSWER = gettext_lazy("No name server answered, so we cannot tell. Try again later.")


class ServerForm(forms.ModelForm):  # type: ignore[type-arg]
    """A password that was kept is not shown; left empty it stays."""

    password = forms.CharField(
        label=gettext_lazy("Password"),
        required=False,
        max_length=200,
        strip=False,
        help_text=gettext_lazy("Leave it empty to keep the one there is."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    class Meta:
        model = MailServer
        fields = ("is_used", "host", "port", "security", "user", "password", "sender", "selector")
        help_texts = {
            "is_used": gettext_lazy("Without this the server of this installation sends your mail."),
            "host": gettext_lazy("Such as mail.example.org. It must be on the internet."),
            "port": gettext_lazy("587 or 465, mostly."),
            "security": gettext_lazy("We never send mail over a line that others can read."),
            "user": gettext_lazy("Leave it empty for a server that asks for none."),
            "sender": gettext_lazy("Letters come from this address."),
            "selector": gettext_lazy("The name under which your DKIM key stands; who looks after the server knows it."),
        }

    def clean_password(self) -> str:
        return self.cleaned_data["password"] or (self.instance.password if self.instance.pk else "")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for name in ("host", "sender") if cleaned.get("is_used") else ():
            if not cleaned.get(name):
                self.add_error(name, _("Fill this in to send your mail by this server."))
        return cleaned


def mail_urls(site: admin.AdminSite) -> list[Any]:
    def organisations(request: HttpRequest) -> HttpResponse:
        return organisations_page(request, site)

    def one(request: HttpRequest, organisation: int) -> HttpResponse:
        found = get_object_or_404(wall.own(request, Organisation.objects.all()), pk=organisation)
        return Mail(request, site, found).answer()

    return [
        path("mail/", site.admin_view(organisations), name="mail_servers"),
        path("mail/<int:organisation>/", site.admin_view(one), name="mail_server"),
    ]


def organisations_page(request: HttpRequest, site: admin.AdminSite) -> HttpResponse:
    rows = list(wall.own(request, Organisation.objects.all()))
    if len(rows) == 1:
        return redirect("admin:mail_server", rows[0].pk)
    context = {"title": _("Outgoing mail"), "organisations": rows}
    return TemplateResponse(request, "helplines/admin/mail_servers.html", {**site.each_context(request), **context})


class Mail:
    """The page of one organisation."""

    def __init__(self, request: HttpRequest, site: admin.AdminSite, organisation: Organisation) -> None:
        self.request, self.site, self.organisation = request, site, organisation
        self.server = mail_servers.server_of(organisation)

    def answer(self) -> HttpResponse:
        if self.request.method != "POST":
            return self.page(ServerForm(instance=self.server))
        if self.request.POST.get("step") == "trial":
            mail_servers.try_out(organisation=self.organisation, staff=self.request.user)
            messages.success(
                self.request, _("A letter to your own address is on its way. Load this page again to see how it went.")
            )
            return redirect(self.address)
        form = ServerForm(self.request.POST, instance=self.server)
        if not form.is_valid():
            return self.page(form)
        mail_servers.keep(server=form.instance, staff=self.request.user)
        messages.success(self.request, _("The mail server is saved. Send yourself a letter to try it."))
        return redirect(self.address)

    @property
    def address(self) -> str:
        return reverse("admin:mail_server", args=[self.organisation.pk])

    def page(self, form: ServerForm) -> HttpResponse:
        sender = carriers.sender_of(self.organisation)
        domain = sender.rpartition("@")[2]
        selector = self.server.selector if self.server.can_send else ""
        context = {
            "title": _("Outgoing mail of %(name)s") % {"name": self.organisation.name},
            "organisation": self.organisation,
            "form": form,
            "sender": sender,
            "domain": domain,
            "is_own": self.server.can_send,
            "found": [self.said(one) for one in name_servers.look(domain, selector)],
            "trial": mail_servers.last_trial(self.organisation),
        }
        return TemplateResponse(
            self.request, "helplines/admin/mail_server.html", {**self.site.each_context(self.request), **context}
        )

    def said(self, found: Found) -> dict[str, Any]:
        words = SAID.get((found.kind.value, found.why), NO_ANSWER)
        return {"name": NAMES[found.kind], "words": words, "record": found.record, "is_good": found.mark == Mark.GOOD}
