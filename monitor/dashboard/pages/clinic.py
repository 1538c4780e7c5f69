"""The clinic: adverse-event rates, alarm load and response times of the sessions of a time, with their intervals."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from dash import Dash, Input, Output, dcc, html

from monitor.dashboard import ids
from monitor.dashboard.clinic import parts, rows
from monitor.dashboard.components.filters import day_filter
from monitor.dashboard.day import day_of
from monitor.dashboard.pages.plan import probable_now
from monitor.dashboard.paging import midnight
from monitor.dashboard.visit import Visit, current_visit
from monitor.dashboard.words import Words
from monitor.domain.permissions import may_rehearse
from monitor.domain.review.clinic import ClinicCounts

USUAL_DAYS = 90


def title(**_variables: str) -> str:
    """The words in the browser's tab."""
    return current_visit().words.gettext("Clinic - Infusion monitor")


def layout(**_query: str) -> Any:
    """The last days, until others are chosen."""
    visit = current_visit()
    words, _ = visit.words, visit.words.gettext
    until = day_of(words, probable_now(visit))
    since = until - timedelta(days=USUAL_DAYS - 1)
    days = [
        (ids.CLINIC_SINCE, _("From"), since.isoformat()),
        (ids.CLINIC_UNTIL, _("To"), until.isoformat()),
    ]
    fields = []
    for place, label, day in days:
        field = day_filter(words, place, label)
        field.value = day
        fields.append(field)
    return html.Div(
        [
            html.Div(
                [
                    html.H1(_("Clinic"), className="page-title"),
                    html.Span(_lead(visit), className="page-lead"),
                    *_rehearsal_link(visit),
                    html.Div(fields, className="clinic-days"),
                ],
                className="page-head clinic-head",
            ),
            html.Div(
                told(visit, since.isoformat(), until.isoformat()),
                id=ids.CLINIC_RATES,
                className="clinic-rates",
            ),
        ],
        className="plain-page clinic-page",
    )


def register_callbacks(app: Dash) -> None:
    """Other days."""

    @app.callback(
        Output(ids.CLINIC_RATES, "children"),
        Input(ids.CLINIC_SINCE, "value"),
        Input(ids.CLINIC_UNTIL, "value"),
        prevent_initial_call=True,
    )
    def tell(since: str | None, until: str | None) -> list[Any]:
        return told(current_visit(), since or "", until or "")


def told(visit: Visit, since: str, until: str) -> list[Any]:
    """The rates of the sessions that began on these days; an empty day leaves its end open."""
    now = probable_now(visit)
    first, last = midnight(visit.words, since), midnight(visit.words, until, days=1)
    first, last = first or 0, now + 1 if last is None else last
    if first >= last:
        text = visit.words.gettext("The first day is after the last one.")
        return [html.P(text, className="panel series-none", role="alert")]
    counts = visit.parts.records.clinic_counts(first, last, now)
    if not counts.sessions:
        text = visit.words.gettext("No session began on these days.")
        return [html.P(text, className="panel series-none", role="status")]
    return _rates(visit, counts)


def _rates(visit: Visit, counts: ClinicCounts) -> list[Any]:
    words = visit.words
    return [
        html.Div(parts.card_boxes(rows.cards(words, counts)), className="clinic-cards"),
        _events(visit, counts),
        html.Div([_load(words, counts), _responses(words, counts)], className="clinic-pair"),
    ]


def _events(visit: Visit, counts: ClinicCounts) -> Any:
    words, _ = visit.words, visit.words.gettext
    choices = rows.choices_of(one.course.events for one in visit.parts.protocols.values())
    found = rows.event_rows(words, counts, choices)
    note = _(
        "Sessions with the event, each counted once with its worst severity, "
        "of those with an infusion; 95 % Wilson interval."
    )
    few = rows.few_text(words, counts.infusions)
    warning = [html.P(few, className="clinic-warning")] if few else []
    table = parts.event_table(words, rows.severity_heads(words), found)
    return _panel(_("Adverse events"), note, [*warning, table])


def _load(words: Words, counts: ClinicCounts) -> Any:
    _ = words.gettext
    note = _(
        "Raised alarms per hour with a patient in the room; one that became worse counts for each priority. "
        "95 % Poisson interval."
    )
    return _panel(_("Alarm load"), note, [parts.load_table(words, rows.load_rows(words, counts))])


def _responses(words: Words, counts: ClinicCounts) -> Any:
    _ = words.gettext
    note = _(
        "From the moment a priority was reached, of those that came so far, in tenths of a second; "
        "an answer to a worse one also answers the milder one before it."
    )
    table = parts.response_table(words, rows.response_rows(words, counts))
    return _panel(_("Response times"), note, [table])


def _panel(heading: str, note: str, body: list[Any]) -> Any:
    head = [html.H2(heading, className="panel-title"), html.P(note, className="clinic-note")]
    return html.Section([*head, *body], className="panel")


def _rehearsal_link(visit: Visit) -> list[Any]:
    if not may_rehearse(visit.operator.role, simulated=visit.parts.settings.simulated):
        return []
    text = visit.words.gettext("Alarm rehearsal")
    return [dcc.Link(text, href="/rehearsal", className="course-link")]


def _lead(visit: Visit) -> str:
    _ = visit.words.gettext
    if visit.parts.settings.simulated:
        return _("Simulated sessions: these rates are of no patient.")
    return _("Sessions that began on these days")
