"""What Dash draws of a rehearsal's answer: the totals, what was left out, and the alarms of one session."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dash import dcc, html

from monitor.dashboard.components.attributes import attributes
from monitor.dashboard.components.tables import plain_table
from monitor.dashboard.rehearsal import rows
from monitor.dashboard.rehearsal.asking import Chosen
from monitor.dashboard.rehearsal.names import change_lines, verdict_name
from monitor.dashboard.rehearsal.running import Job, State
from monitor.dashboard.visit import Visit
from monitor.dashboard.words import Words
from monitor.service.rehearsal import rules_of
from monitor.service.rehearsal.telling import ToldRehearsal


def summary(visit: Visit, job: Job) -> list[Any]:
    """The sentence, what was changed, the totals, and who is not among them."""
    words, wanted = visit.words, job.wanted
    results = {one.session_id: one for one in job.results}
    headline = rows.headline(words, job.results, is_running=job.is_running)
    told = [
        html.P(headline, className="rehearsal-headline"),
        html.P(" ".join(notes(words, job)), className="page-lead"),
        html.P(_changes_text(visit, job), className="page-lead"),
    ]
    if any(not one.problem for one in job.results):
        # Zeros of nothing would look like a quiet ward.
        told.append(totals_table(words, rows.totals(words, job.results)))
    left = rows.left_out(words, wanted.sessions, results)
    return [*told, _left_out(words, left)] if left else told


def notes(words: Words, job: Job) -> list[str]:
    """What a reader must know beside the numbers."""
    _ = words.gettext
    n, of = words.number(len(job.results)), words.number(len(job.wanted.sessions))
    ends = {
        State.RUNNING: _("Still running: {n} of {of} sessions so far."),
        State.STOPPED: _("Stopped: {n} of {of} sessions were reached."),
        State.TOO_LONG: _("It took too long and was ended: {n} of {of} sessions were reached."),
        State.FAILED: _("It broke: {n} of {of} sessions were reached; the log says why."),
    }
    found = [ends[job.state].format(n=n, of=of)] if job.state in ends else []
    if not job.wanted.is_all:
        found.append(_("Older sessions were not asked for."))
    return [*found, _("Nothing of this is in force.")]


def columns(words: Words) -> list[dict[str, Any]]:
    """The columns of the sessions' table."""
    _ = words.gettext
    tones = {f"rehearsal-{tone}": f"params.data.tone == '{tone}'" for tone in _TONES}
    result = {"cellClassRules": tones, "cellClass": "two-lines", "wrapText": True, "flex": 1}
    figure = {"type": "rightAligned"}
    named: list[tuple[str, str, int, dict[str, Any]]] = [
        ("session", _("Session"), 192, {"cellRenderer": "markdown"}),
        ("patient", _("Patient"), 84, {"sortable": True}),
        ("outcome", _("Result"), 160, result),
        ("high", _("!!! high"), 82, figure),
        ("medium", _("!! medium"), 96, figure),
        ("low", _("! low"), 74, figure),
        *(
            (str(v), verdict_name(words, v).capitalize(), width, {})
            for v, width in zip(rows.TOLD_ALONE, (74, 74, 136), strict=True)
        ),
        ("otherwise", _("Otherwise"), 130, {}),
        ("hours", _("Hours"), 76, figure),
    ]
    return [
        {"field": name, "headerName": head, "minWidth": width, "sortable": False} | more
        for name, head, width, more in named
    ]


_TONES = ("same", "changed", "problem")


def totals_table(words: Words, found: Sequence[rows.Total]) -> Any:
    """All sessions together, by priority."""
    _ = words.gettext
    verdicts = [verdict_name(words, v).capitalize() for v in (*rows.TOLD_ALONE, *rows.OTHERWISE)]
    top = [
        html.Th(_("Priority"), rowSpan=2, **attributes(scope="col")),
        html.Th(_("Alarms"), colSpan=2, **attributes(scope="colgroup")),
        html.Th(_("Per room-hour"), colSpan=2, **attributes(scope="colgroup")),
        *(html.Th(name, rowSpan=2, **attributes(scope="col")) for name in verdicts),
    ]
    halves = [_("recorded"), _("rehearsed")] * 2
    below = [html.Th(text, **attributes(scope="col")) for text in halves]
    lines = [
        html.Tr(
            [
                html.Th(one.name, className=f"tone-{one.tone}", **attributes(scope="row")),
                *(html.Td(told) for told in (one.recorded, html.B(one.rehearsed))),
                *(html.Td(told) for told in (one.rate_before, html.B(one.rate_after))),
                *(html.Td(told) for told in one.verdicts),
            ]
        )
        for one in found
    ]
    head = html.Thead([html.Tr(top), html.Tr(below)])
    return html.Table([head, html.Tbody(lines)], className="plain-table rehearsal-totals")


def alarms_of(visit: Visit, session: Chosen, known: ToldRehearsal) -> list[Any]:
    """The alarms of one session that would have been otherwise, and the way to its review."""
    words, _ = visit.words, visit.words.gettext
    when = words.day_and_clock(session.started_at)
    title = _("Alarms of {patient}, {when}").format(patient=session.patient, when=when)
    link = dcc.Link(_("Review"), href=f"/review/{session.id}", className="course-link")
    head = html.Div([html.H2(title, className="panel-title"), link], className="page-head")
    if known.problem:
        return [head, html.P(_("not rehearsed: {why}").format(why=_(known.problem)))]
    if not known.changed:
        return [head, html.P(_("Every alarm exactly as recorded."))]
    heads = [_("What became of it"), _("Recorded"), _("Rehearsed"), _("Priority"), _("Alarm")]
    table = plain_table(heads, rows.alarm_rows(words, visit.phrases, known))
    more = known.changed - len(known.differences)
    text = _("{n} more are counted, but not listed here.").format(n=words.number(more))
    return [head, table, *([html.P(text, className="page-lead")] if more else [])]


def _changes_text(visit: Visit, job: Job) -> str:
    words, wanted = visit.words, job.wanted
    rules = {rule.id: rule for rule in rules_of(wanted.protocol)}
    lines = change_lines(words, visit.phrases, rules, wanted.changes)
    name = words.gettext(wanted.protocol.title)
    unchanged = words.gettext("the limits of the protocol, unchanged")
    return " · ".join([name, *(lines or [unchanged])])


def _left_out(words: Words, left: Sequence[rows.Left]) -> Any:
    text = words.ngettext(
        "{n} session was not rehearsed and is in no number above:",
        "{n} sessions were not rehearsed and are in no number above:",
        len(left),
    )
    lines = [
        html.Li(
            [
                dcc.Link(
                    f"{one.session.patient}, {words.day_and_clock(one.session.started_at)}",
                    href=f"/review/{one.session.id}",
                    className="course-link",
                ),
                f": {one.why}",
            ]
        )
        for one in left
    ]
    head = html.P(text.format(n=words.number(len(left))))
    return html.Div([head, html.Ul(lines)], className="rehearsal-left")
