"""The data of a member: the archive of everything, single lists, and imports of Mastodon's files."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import limits
from accounts.pages.shell import render_page
from accounts.validation import Invalid
from follows import export
from follows.data import archives, contents, imports, previews, reading
from follows.models import Archive, Import, ImportKind, ImportState
from follows.pages.caller import actor, is_htmx, me, members_page

BLOCK = 65_536  # bytes of the archive that are read at once
LISTS = {  # in the order of the page
    "following": _("People you follow"),
    "followers": _("Your followers"),
    "requests": _("Follow requests to you"),
    "sent": _("Your follow requests"),
    "blocks": _("People you block"),
    "mutes": _("People you mute"),
    "domain_blocks": _("Servers you block"),
    "lists": _("Your lists"),
    "decisions": _("Decisions"),
}


class ImportForm(forms.Form):
    """A file, its kind (empty to detect it), and if entries that it does not have are removed."""

    file = forms.FileField(error_messages={"required": _("Please choose a file."), "empty": _("The file is empty.")})
    kind = forms.ChoiceField(choices=[("", ""), *ImportKind.choices], required=False)
    mode = forms.ChoiceField(choices=[("merge", ""), ("overwrite", "")])


@members_page
@require_safe
def data(request: HttpRequest) -> HttpResponse:
    return _data(request)


@members_page
@require_http_methods(["GET", "HEAD", "POST"])
def archive(request: HttpRequest) -> HttpResponse:
    """Make one on POST; how far it is on GET, for the page's script alone."""
    if request.method != "POST":
        if not is_htmx(request):
            return redirect("data")
        return render_page(request, "follows/pages/archive", **_archive(request))
    archives.request(me(request))
    return redirect("data")


@members_page
@require_safe
def archive_file(request: HttpRequest) -> HttpResponseBase:
    found = archives.of(me(request))
    if found is None or found.ready_at is None:
        raise Http404
    try:
        file = found.file.open()
    except FileNotFoundError:  # replaced just now
        raise Http404 from None
    name = f"{request.user.get_username()}-{found.ready_at:%Y-%m-%d}.zip"
    response = FileResponse(file, as_attachment=True, filename=name, content_type="application/zip")
    response.block_size = BLOCK
    return response


@members_page
@require_safe
def csv(request: HttpRequest, kind: str) -> HttpResponseBase:
    """One list, as the archive has it."""
    if kind not in export.FILES:
        raise Http404
    return _csv(export.lines(kind, me(request)), contents.NAMES[kind])


@members_page
@require_POST
def new_import(request: HttpRequest) -> HttpResponse:
    """Take a file, and read it for a preview."""
    form = ImportForm(request.POST, request.FILES)
    if not form.is_valid():
        return _data(request, form)
    limits.charge((limits.IMPORTS, me(request)))
    file, kind = form.cleaned_data["file"], form.cleaned_data["kind"]
    file.seek(0)  # a request that waited for a lock starts again
    content = file.read(reading.MOST_BYTES + 1)
    try:
        job = previews.receive(
            me(request),
            content,
            file.name,
            ImportKind(kind) if kind else None,
            actor(request),
            overwrite=form.cleaned_data["mode"] == "overwrite",
        )
    except Invalid as invalid:
        for fault in invalid.faults:
            form.add_error(fault.field, fault.reason)
        return _data(request, form)
    seems = reading.kind_of(file.name, content)
    if seems and seems != job.kind:
        text = gettext("Check your choice: the file seems to be “%(kind)s”.")
        messages.warning(request, text % {"kind": seems.label})
    return redirect("import", job.pk)


@members_page
@require_safe
def one_import(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the preview, the progress or the result of an import. The script of the page requests only this part."""
    job = _import(request, pk)
    part = "follows/pages/import_state" if is_htmx(request) else "follows/pages/import"
    return render_page(request, part, section="data", **_state(job))


@members_page
@require_POST
def start_import(request: HttpRequest, pk: int) -> HttpResponse:
    job = _import(request, pk)
    try:
        imports.start(job.account_id, job.pk)
    except Invalid as invalid:
        messages.error(request, invalid.faults[0].reason)
    return redirect("import", pk)


@members_page
@require_POST
def stop_import(request: HttpRequest, pk: int) -> HttpResponse:
    """End it where it is, or throw the preview away."""
    job = imports.find(me(request), pk)
    if job is None or job.state in imports.BEGUN:
        imports.stop(me(request), pk)
        messages.success(request, gettext("Nothing was imported."))
        return redirect("data")
    imports.stop(me(request), pk)
    return redirect("import", pk)


@members_page
@require_safe
def import_report(request: HttpRequest, pk: int) -> HttpResponseBase:
    job = _import(request, pk)
    return _csv(imports.report(job), f"{contents.NAMES[job.kind].removesuffix('.csv')}_results.csv")


def _data(request: HttpRequest, form: ImportForm | None = None) -> HttpResponse:
    return render_page(
        request,
        "follows/pages/data",
        status=422 if form else 200,
        section="data",
        form=form or ImportForm(initial={"mode": "merge"}),
        kinds=ImportKind.choices,
        lists=LISTS,
        imports=imports.recent(me(request)),
        most_megabytes=reading.MOST_BYTES // 1_000_000,
        most_rows=reading.MOST_ROWS,
        **_archive(request),
    )


def _archive(request: HttpRequest) -> dict[str, Any]:
    found: Archive | None = archives.of(me(request))
    until = found.ready_at + archives.KEPT if found and found.ready_at else None
    return {"archive": found, "until": until}


def _state(job: Import) -> dict[str, Any]:
    foreseen, results = imports.foreseen(job), imports.results(job)
    waiting = results.pop(None, 0)
    return {
        "job": job,
        "lines": sum(foreseen.values()),
        "foreseen": [(outlook.label, count) for outlook, count in foreseen.items()],
        "removable": imports.removable(job) if job.state == ImportState.PREVIEW else 0,
        "problems": imports.problems(job) if job.state == ImportState.PREVIEW else [],
        "results": [(result.label, count) for result, count in results.items() if result],
        "waiting": waiting,
        "done": sum(foreseen.values()) - waiting,
        "waits": job.waits_until if job.waits_until and job.waits_until > timezone.now() else None,
        "reads": job.state == ImportState.READING,
        "runs": job.state == ImportState.RUNNING,
        "previewed": job.state == ImportState.PREVIEW,
    }


def _import(request: HttpRequest, pk: int) -> Import:
    job = imports.find(me(request), pk)
    if job is None:
        raise Http404
    return job


def _csv(chunks: Any, name: str) -> HttpResponseBase:
    response = StreamingHttpResponse(chunks, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
