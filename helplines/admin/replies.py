"""The canned replies of an organisation and of its lines; those of a person are that person's alone."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from helplines.admin.base import TenantAdmin
from helplines.models import CannedReply


@admin.register(CannedReply)
class CannedReplyAdmin(TenantAdmin):
    """What counsellors put in a talk with `/`."""

    list_display = ("name", "line", "organisation")
    list_filter = ("organisation", "line")
    list_select_related = ("organisation", "line")
    search_fields = ("name",)
    fields = ("organisation", "line", "name", "texts")
    HELP = {
        "organisation": _("The organisation whose counsellors can use this reply."),
        "line": _("The line on which it can be used. Leave it empty for all lines."),
        "name": _("A few words by which counsellors find this reply. Visitors do not read them."),
        "texts": _(
            "What comes in the composer. The counsellor can change it before sending. These are filled in: {{ name }} "
            "(the counsellor's name for visitors), {{ line }}, {{ hours }}, {{ emergency }}, {{ organisation }}, "
            "{{ soft_minutes }}, {{ rejoin_minutes }}, {{ retention }}, {{ website }}, {{ support_email }}, "
            "{{ privacy_email }} and {{ complaints_email }}."
        ),
    }

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).filter(membership=None)
