"""What the dialogs about a session's alarms show when they open: what is durable now, and what is proposed."""

from __future__ import annotations

from monitor.dashboard import order_forms
from monitor.dashboard.alarm_words import limit_name, own_limit_rows, pause_reasons, rise_text
from monitor.dashboard.components.forms import Props
from monitor.dashboard.components.tables import plain_table
from monitor.dashboard.resting import NAMES, resting
from monitor.dashboard.standing import (
    KINDS,
    controls_of,
    own_limits,
    rise_limits,
)
from monitor.dashboard.visit import Visit
from monitor.dashboard.words import Words
from monitor.domain.controls import Controls
from monitor.domain.limits import AlarmSettings
from monitor.domain.readings import Metric
from monitor.domain.sessions import Session


def settings_of(visit: Visit, session: Session) -> AlarmSettings:
    """The alarm settings of the session's protocol; none for a protocol that is gone."""
    protocol = visit.parts.protocols.get(session.protocol)
    return protocol.alarms if protocol else AlarmSettings()


def controls_on(visit: Visit, session: Session) -> Controls:
    """What staff have set on the session, as far as it is durable."""
    return controls_of(visit.parts.records.facts(session.id, KINDS)) if session.id else Controls()


def fill_limits(visit: Visit, session: Session) -> Props:
    """The limits as they stand, to choose one from."""
    standing = own_limits(settings_of(visit, session), session, controls_on(visit, session))
    words, _ = visit.words, visit.words.gettext
    heads = [
        _("Alarm limit"),
        _("Protocol"),
        _("This patient"),
        _("Priority"),
        _("Now"),
        _("Source"),
    ]
    choices = [
        {"value": own.limit.id, "label": limit_name(words, visit.phrases, own.limit)}
        for own in standing
    ]
    return {
        "table": {"children": plain_table(heads, own_limit_rows(words, visit.phrases, standing))},
        "limit": {"data": choices},
    }


def fill_baseline(visit: Visit, session: Session) -> Props:
    """The confirmed baseline, or what the readings suggest, with those readings."""
    found = resting(visit, session)
    number = visit.words.number
    fields = {
        name: {"value": number(found.values[name]) if name in found.values else ""}
        for name in NAMES
    }
    return {"text": {"children": found.told}, **fields}


def fill_nothing(_visit: Visit, _session: Session) -> Props:
    """For a dialog that has all it shows from the start."""
    return {}


def pause_choices(words: Words) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    """The usual reasons and lengths of a pause."""
    reasons = [{"value": text, "label": text} for text in pause_reasons(words)]
    other = {"value": order_forms.OTHER, "label": words.gettext("Other, in words")}
    minutes = [
        {
            "value": str(n),
            "label": words.ngettext("{n} minute", "{n} minutes", n).format(n=n),
        }
        for n in order_forms.PAUSE_MINUTES
    ]
    return [*reasons, other], minutes


def fill_switch(visit: Visit, session: Session) -> Props:
    """The metrics that have limits, and whether they are off."""
    off = controls_on(visit, session).switched_off
    text_off = visit.words.gettext("{metric} (now off)")
    watched = {limit.metric for limit in settings_of(visit, session).limits}
    choices = []
    for metric in Metric:
        if metric in watched:
            name = visit.phrases.metric(metric)
            label = text_off.format(metric=name) if metric in off else name
            choices.append({"value": str(metric), "label": label})
    return {"metric": {"data": choices}}


def fill_handover(visit: Visit, session: Session) -> Props:
    """Everybody else to offer the session to."""
    holder = controls_on(visit, session).holder
    others = [
        operator.name
        for operator in visit.parts.records.operators()
        if not operator.disabled and operator.name != holder
    ]
    told = visit.words.gettext("{name} answers for this session.").format(name=holder or "–")
    return {
        "text": {"children": told},
        "to": {"data": [{"value": name, "label": name} for name in sorted(others)]},
    }


def rises_told(visit: Visit, session_id: str, systolic: str, diastolic: str) -> str:
    """What the limits of the rise become with what is typed; nothing while it is no baseline."""
    session = visit.parts.records.session(session_id)
    typed = {"systolic": systolic, "diastolic": diastolic}
    try:
        baseline = {name: float(text.replace(",", ".")) for name, text in typed.items()}
    except ValueError:
        return ""
    if session is None:
        return ""
    return rise_text(visit.words, rise_limits(settings_of(visit, session), baseline))
