"""What is not watched now, or not as the protocol says, so that staff can see it. An empty list: fully watched."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from monitor.domain.controls import Controls
from monitor.domain.feeds import CONTINUOUS, Feed
from monitor.domain.limits import AlarmSettings, Limit, MissingLadder, Side
from monitor.domain.readings import SECOND, Instant, Metric
from monitor.domain.session_state import SessionState

Values = tuple[tuple[str, float | int | str | None], ...]


class Gap(NamedTuple):
    """One thing that is not watched: a word for it, since when, until when where that is known, and what to say."""

    kind: str
    since: Instant
    until: Instant | None = None
    values: Values = ()


def gaps(state: SessionState, settings: AlarmSettings, now: Instant) -> list[Gap]:
    """Everything of one session: feeds that are missing, and whatever staff have set that keeps a signal away."""
    found = _of_feeds(list(state.feeds.values()), settings.ladder, state.started_at, now)
    return [*found, *_of_staff(state.controls, state.started_at), *_of_limits(state, settings)]


def _of_feeds(
    feeds: Sequence[Feed], ladder: MissingLadder, began_at: Instant, now: Instant
) -> list[Gap]:
    gaps_of_feeds = (_gap(metric, feeds, ladder, began_at, now) for metric in CONTINUOUS)
    return [gap for gap in gaps_of_feeds if gap is not None]


def _gap(
    metric: Metric, feeds: Iterable[Feed], ladder: MissingLadder, began_at: Instant, now: Instant
) -> Gap | None:
    vitals = [vital for feed in feeds if (vital := feed.vitals.get(str(metric))) is not None]
    named = ("metric", str(metric))
    if not vitals:
        return Gap("no_source", began_at, values=(named,))
    losses = [vital.lost_since(now, ladder) for vital in vitals]
    if all(loss is not None for loss in losses):
        since = max(loss for loss in losses if loss is not None)
        return Gap("no_value", since, values=(named,))
    interval_ms = min(vital.interval_ms or 0 for vital in vitals)
    if interval_ms > ladder.stale_ms:
        return Gap("seldom", began_at, values=(named, ("interval_s", interval_ms // SECOND)))
    return None


def _of_staff(controls: Controls, began_at: Instant) -> list[Gap]:
    found = []
    if (audio := controls.audio_pause) is not None:
        kind = "audio_paused" if audio.in_a_row == 1 else "audio_paused_again"
        found.append(
            Gap(kind, audio.since, audio.until, (("by", audio.by), ("times", audio.in_a_row)))
        )
    if (pause := controls.alarm_pause) is not None:
        kind = "alarms_paused" if pause.in_a_row == 1 else "alarms_paused_again"
        values: Values = (("by", pause.by), ("why", pause.reason), ("times", pause.in_a_row))
        found.append(Gap(kind, pause.since, pause.until, values))
    for metric, off in sorted(controls.switched_off.items()):
        found.append(
            Gap(
                "alarms_off",
                off.since,
                values=(("metric", metric), ("by", off.by), ("why", off.reason)),
            )
        )
    if not controls.holder:
        found.append(Gap("no_holder", began_at))
    return found


def _of_limits(state: SessionState, settings: AlarmSettings) -> list[Gap]:
    found = []
    if settings.rises and not state.controls.baseline:
        found.append(Gap("no_baseline", state.started_at))
    for known in settings.limits:
        if known.id not in state.controls.own_limits:
            continue
        own = state.controls.own_limits[known.id]
        if own is None or _is_wider(known, own):
            name = str(known.metric) if known.component == "value" else known.component
            values: Values = (("metric", name), ("limit", known.limit), ("own", own))
            kind = "limit_taken_out" if own is None else "limit_widened"
            found.append(Gap(kind, state.started_at, values=values))
    return found


def _is_wider(limit: Limit, own: float) -> bool:
    return own < limit.limit if limit.side is Side.BELOW else own > limit.limit
