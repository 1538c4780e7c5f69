"""Why an entry, a correction or an assignment was refused, and what orders are called. Pure."""

from __future__ import annotations

from monitor.dashboard.words import Words
from monitor.wire.orders import OrderResult


def entry_refusal(words: Words, result: OrderResult) -> str | None:
    """The sentence; None for a refusal that is about something else."""
    _ = words.gettext
    if result.code == "same_operator" and result.field == "assignment":
        return _("You proposed this: somebody else must confirm it.")
    no_choice = _("This protocol has no such choice.")
    return {
        "note_wanted": _("Say in the note what it was."),
        "time_wanted": _("The session has ended: say when it was."),
        "too_late": _("This was after the session ended."),
        "no_severity": _("This is entered without how bad it is; say it in the note."),
        "unknown_score": no_choice,
        "unknown_event": no_choice,
        "unknown_route": no_choice,
        "unknown_intervention": no_choice,
        "unknown_limit": _("This protocol has no such limit."),
        "unknown_entry": _("There is no such entry."),
        "voided": _("This entry was voided or corrected before."),
        "other_kind": _("An entry is corrected by one of its kind."),
        "other_session": _("An entry is corrected within its session."),
        "assigned": _("Some of these readings were given to a session before."),
        "proposed": _("Some of these readings are in another proposal already."),
        "confirmed": _("This was confirmed before: it stands."),
        "unknown_assignment": _("There is no such proposal."),
        "alarm_ended": _("This alarm is over."),
        "unknown_alarm": _("There is no such alarm."),
        "too_long": _("Alarms can be paused for ten minutes at most."),
        "not_offered": _("The session was not offered to you."),
        "no_session": _("There is no open session in this room."),
    }.get(result.code)


def order_name(words: Words, order: str) -> str:
    """What was asked for, in words; the order's own name for one that is not given at a bedside."""
    _ = words.gettext
    names = {
        "start_session": _("start a session"),
        "enter_phase": _("next phase"),
        "cancel_session": _("cancel session"),
        "enter_vitals": _("vital signs"),
        "enter_score": _("score"),
        "enter_event": _("event"),
        "enter_medication": _("medication"),
        "enter_intervention": _("intervention"),
        "enter_note": _("note"),
        "void_entry": _("void an entry"),
        "correct_entry": _("correct an entry"),
        "plan_infusion": _("dose"),
        "check_dose": _("second check of the dose"),
        "answer_check": _("check"),
        "pause_infusion": _("pause infusion"),
        "resume_infusion": _("resume infusion"),
        "stop_infusion": _("stop infusion"),
        "move_session": _("another room"),
        "correct_patient": _("another reference"),
        "confirm_baseline": _("baseline"),
        "acknowledge_alarm": _("acknowledge an alarm"),
        "pause_alarms": _("alarm pause"),
        "resume_alarms": _("end of the alarm pause"),
        "pause_audio": _("audio pause"),
        "switch_alarms": _("alarms off"),
        "change_limit": _("alarm limit"),
        "offer_handover": _("hand over"),
        "accept_handover": _("take over"),
        "call_help": _("call for help"),
        "propose_assignment": _("assign readings"),
        "confirm_assignment": _("confirm readings"),
        "withdraw_assignment": _("withdraw a proposal"),
    }
    return names.get(order, order.replace("_", " "))
