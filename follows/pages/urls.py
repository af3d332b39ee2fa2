"""Members' pages about people, the public profile page, and the addresses that lead to it."""

from django.urls import path

from accounts.pages.shell import count_in_navigation
from follows import queries
from follows.pages import acts, data, digest, gate, history, lists, profile, requests
from follows.pages.settings import notices, rules

count_in_navigation("requests", queries.pending_count)

urlpatterns = [
    path("requests", requests.requests, name="requests"),
    path("requests/newer", requests.newer, name="requests_newer"),
    path("requests/decide", requests.decide, name="requests_decide"),
    path("requests/all", requests.decide_all, name="requests_all"),
    path("requests/undo", requests.undo, name="undo"),
    path("requests/sent", lists.of(lists.Sent), name="sent"),
    path("approved", lists.of(gate.Approved), name="approved"),
    path("kept-out", lists.of(gate.KeptOut), name="kept_out"),
    path("followers", lists.of(lists.Followers), name="followers"),
    path("following", lists.of(lists.Following), name="following"),
    path("blocks", lists.of(lists.Blocks), name="blocks"),
    path("mutes", lists.of(lists.Mutes), name="mutes"),
    path("history", history.log, name="history"),
    path("people/<int:account>/<verb>", acts.act, name="act"),
    path("data", data.data, name="data"),
    path("data/archive", data.archive, name="archive"),
    path("data/archive.zip", data.archive_file, name="archive_file"),
    path("data/lists/<kind>.csv", data.csv, name="list_file"),
    path("data/imports", data.new_import, name="new_import"),
    path("data/imports/<int:pk>", data.one_import, name="import"),
    path("data/imports/<int:pk>/start", data.start_import, name="start_import"),
    path("data/imports/<int:pk>/stop", data.stop_import, name="stop_import"),
    path("data/imports/<int:pk>/results.csv", data.import_report, name="import_report"),
    path("@<name>", profile.profile, name="profile"),
    path("@<name>/ask", acts.ask, name="ask"),
    path("@<name>/report", acts.report, name="report"),
    path("users/<name>", profile.by_name),
    path("settings/followers", rules.edit, name="settings_gate"),
    path("settings/notices", notices.edit, name="settings_notices"),
    path("digest/stop/<link>", digest.stop, name="stop_digest"),
    path("ap/users/<int:account>", profile.by_id),
]
