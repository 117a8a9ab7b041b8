"""Addresses of the talk. Mounted last: an organisation's own address names come behind everything of ours."""

from django.urls import path

from chat.views import (
    agreements,
    check,
    copies,
    desk,
    embed,
    erase,
    hold,
    kept,
    opening,
    replies,
    safety,
    team,
    visitor,
)

urlpatterns = [
    path("embed.js", embed.embed, name="embed"),
    path("api/lines/<slug:line>/status", embed.status, name="line_status"),
    path("launcher.js", embed.launcher, name="launcher"),
    path("blank/", safety.blank, name="blank"),
    path("desk/", desk.desk, name="desk"),
    path("desk/<slug:organisation>/replies/", replies.own_replies, name="own_replies"),
    path("desk/<slug:organisation>/", desk.desk_of, name="desk_of"),
    path("team/<slug:organisation>/", team.lines, name="team"),
    path("team/<slug:organisation>/now/", team.lines_now, name="team_now"),
    path("team/<slug:organisation>/missed/", team.missed, name="missed"),
    path("team/<slug:organisation>/busy/", team.busy, name="busy"),
    path("team/<slug:organisation>/copies/", copies.team_copies, name="team_copies"),
    path("team/<slug:organisation>/copies/of/<str:talk>/", copies.make_copy, name="make_copy"),
    path("team/<slug:organisation>/copies/<str:copy>/", copies.team_copy, name="team_copy"),
    path("audit/<slug:organisation>/erase/", erase.erase, name="erase_talk"),
    path("audit/<slug:organisation>/hold/", hold.hold, name="hold_talk"),
    path("opening/<slug:organisation>/ask/", opening.ask, name="ask_opening"),
    path("<slug:organisation>/logo/", embed.logo, name="logo"),
    path("<slug:organisation>/accent.css", embed.accent, name="accent"),
    path("<slug:organisation>/<slug:line>/status.json", embed.status, name="status"),
    path("<slug:organisation>/<slug:line>/frame/", visitor.frame, name="frame"),
    path("<slug:organisation>/<slug:line>/safe/", safety.safe, name="safe"),
    path("<slug:organisation>/<slug:line>/kept/", kept.kept, name="kept"),
    path("<slug:organisation>/<slug:line>/privacy/", agreements.agreements, name="agreements"),
    path("<slug:organisation>/<slug:line>/leave/", safety.leave, name="leave"),
    path("<slug:organisation>/<slug:line>/check/", check.check, name="check"),
    path("<slug:organisation>/<slug:line>/", visitor.chat, name="chat"),
]
