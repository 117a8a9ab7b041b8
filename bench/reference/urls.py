"""The usual pages: the status of a line in two queries, and the start of a conversation."""

from django.http import HttpRequest, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from bench.reference.models import Conversation, Line


def status(request: HttpRequest, slug: str) -> JsonResponse:
    line = get_object_or_404(Line, slug=slug)
    waiting = Conversation.objects.filter(line=line, state="waiting").count()
    return JsonResponse({"name": line.name, "state": "open" if line.is_open else "closed", "waiting": waiting})


@csrf_exempt
def start(request: HttpRequest, slug: str) -> JsonResponse:
    line = get_object_or_404(Line, slug=slug)
    return JsonResponse({"conversation": Conversation.objects.create(line=line, nickname="somebody").pk})


urlpatterns = [path("<slug:slug>/status/", status), path("<slug:slug>/start/", start)]
