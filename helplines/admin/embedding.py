"""The button on the organisation's own site: the tag, the sites, what their policy needs, and whether it is served."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from helplines import embedding, pinning, service, sightings, sitecheck
from helplines.admin import wall
from helplines.admin.lines import ORIGINS_HELP, OriginsField
from helplines.models import Line
from helplines.origins import as_browsers_send_it

PAUSE = 5  # seconds between two looks at a site by one person
REFUSALS = {
    "not_allowed": gettext_lazy("This page is not on one of the sites above. Add its site first."),
    "not_https": gettext_lazy("We look only at pages that begin with https://, without a port."),
    "not_public": gettext_lazy("This site has no public address, so we cannot look at it from here."),
    "unreachable": gettext_lazy(
        "We could not get this page within 5 seconds. Open it yourself, and see above whether the button was seen."
    ),
    "too_soon": gettext_lazy("Wait a few seconds and try again."),
}


class SitesForm(forms.Form):
    """The sites on which the button works."""

    origins = OriginsField(label=gettext_lazy("Sites with our button"), required=False, help_text=ORIGINS_HELP)


class PageForm(forms.Form):
    """One page to look at."""

    url = forms.URLField(
        label=gettext_lazy("Page with the button"),
        assume_scheme="https",
        max_length=500,
        help_text=gettext_lazy("The whole address of a page on one of the sites above."),
    )


def embedding_urls(site: admin.AdminSite) -> list[Any]:
    def lines(request: HttpRequest) -> HttpResponse:
        return lines_page(request, site)

    def one(request: HttpRequest, organisation: int, line: int) -> HttpResponse:
        mine = wall.own(request, Line.objects.chats().filter(organisation=organisation))
        found = get_object_or_404(mine.select_related("organisation"), pk=line)
        return Embedding(request, site, found).answer()

    return [
        path("embedding/", site.admin_view(lines), name="embedding_lines"),
        path("embedding/<int:organisation>/<int:line>/", site.admin_view(one), name="embedding"),
    ]


def lines_page(request: HttpRequest, site: admin.AdminSite) -> HttpResponse:
    lines = list(wall.own(request, Line.objects.chats().select_related("organisation")))
    context = {
        **site.each_context(request),
        "title": _("The button on your site"),
        "lines": [(line, newest(line)) for line in lines],
        "several": len({line.organisation_id for line in lines}) > 1,
    }
    return TemplateResponse(request, "helplines/admin/embedding_lines.html", context)


def newest(line: Line) -> Any:
    """When the button was last seen on any site of a line."""
    return max((entry.at for entry in sightings.sightings(line) if entry.at), default=None)


def about_pin(version: str) -> tuple[bool, str]:
    """Whether a tag that fixes this version still brings a button, and in words."""
    if version == pinning.version_of(pinning.button()):
        return True, _("The fixed tag is the newest one.")
    if pinning.content_of(version) is not None:
        return True, _("The fixed tag is an earlier one. It works; copy it anew for the newest button.")
    return False, _("The fixed tag is one that our server no longer has. Visitors see the plain link. Copy it anew.")


class Embedding:
    """One administrator with the button of one line."""

    def __init__(self, request: HttpRequest, site: admin.AdminSite, line: Line) -> None:
        self.request, self.site, self.line = request, site, line

    def answer(self) -> HttpResponse:
        step = self.request.POST.get("step") if self.request.method == "POST" else None
        return self.keep() if step == "sites" else self.look() if step == "look" else self.page()

    def keep(self) -> HttpResponse:
        form = SitesForm(self.request.POST)
        if form.is_valid():
            try:
                service.allow_sites(line=self.line, sites=form.cleaned_data["origins"])
            except ValidationError as error:
                form.add_error("origins", error)
            else:
                messages.success(self.request, _("The sites are kept. The button works there from now on."))
                return redirect(self.address)
        return self.page(sites=form)

    def look(self) -> HttpResponse:
        """Fetch the page and say what stands in it."""
        form = PageForm(self.request.POST)
        if not form.is_valid():
            return self.page(form=form)
        try:
            self.wait_a_little()
            found = sitecheck.page_of(form.cleaned_data["url"], self.line.origins)
        except sitecheck.NotFetched as refusal:
            form.add_error("url", str(REFUSALS[refusal.code]))
            return self.page(form=form)
        return self.page(form=form, findings=self.findings(form.cleaned_data["url"], found))

    def wait_a_little(self) -> None:
        """Nobody makes us ask a site again and again. Raises NotFetched."""
        if not cache.add(f"site-check:{self.line.organisation_id}:{self.request.user.pk}", 1, PAUSE):
            raise sitecheck.NotFetched("too_soon")

    def findings(self, url: str, found: sitecheck.Fetched) -> list[tuple[bool, str]]:
        """Each thing that we looked at: whether it is right, and in words."""
        if 300 <= found.status < 400:
            return [(False, _("This page sends browsers on to another address. Fill in that address."))]
        if found.status != 200:
            return [(False, _("The site answered with code %(status)s.") % {"status": found.status})]
        site = as_browsers_send_it(url).decode()
        seen = embedding.examine(found.body, found.policies, origin=settings.ORIGIN, name=self.name, site=site)
        said = [(seen.has_tag, _("The tag stands in the page.") if seen.has_tag else _("The tag is not in the page."))]
        said += [
            (False, _("The page has a tag for another line: %(line)s.") % {"line": one}) for one in seen.other_lines
        ]
        said += [about_pin(version) for version in embedding.pins(found.body, settings.ORIGIN)]
        said += [(False, _("The policy of the site must let this in: %(line)s") % {"line": f"{one} {settings.ORIGIN}"})
                 for one in seen.shut]  # fmt: skip
        return said if seen.shut else [*said, (True, _("The policy of the site lets the button and the talk in."))]

    @property
    def name(self) -> str:
        return f"{self.line.organisation.slug}/{self.line.slug}"

    @property
    def address(self) -> str:
        return reverse("admin:embedding", args=[self.line.organisation_id, self.line.pk])

    @property
    def fixed(self) -> str:
        """The tag with the bytes of the button of now."""
        button, line = pinning.button(), self.line
        return embedding.pinned_tag(
            settings.ORIGIN, self.name, line.spoken[0], self.label,
            version=pinning.version_of(button), integrity=pinning.integrity_of(button),
        )  # fmt: skip

    @property
    def label(self) -> str:
        return self.line.text("button", self.line.spoken[0]) or self.line.name

    def page(self, **more: Any) -> HttpResponse:
        line = self.line
        context = {
            **self.site.each_context(self.request),
            "title": _("The button of %(line)s") % {"line": line.name},
            "line": line,
            "tag": embedding.tag(settings.ORIGIN, self.name, line.spoken[0]),
            "with_link": embedding.tag_with_link(settings.ORIGIN, self.name, line.spoken[0], self.label),
            "fixed": self.fixed,
            "languages": line.spoken,
            "link": f"{settings.ORIGIN}/{self.name}/",
            "policy": embedding.policy_lines(settings.ORIGIN),
            "seen": sightings.sightings(line),
            "strangers": sightings.strangers(line),
            "sites": SitesForm(initial={"origins": line.origins}),
            "form": PageForm(),
        }
        return TemplateResponse(self.request, "helplines/admin/embedding.html", {**context, **more})
