"""The table of permissions in words: one row for all that the same people may do."""

from __future__ import annotations

from monitor.dashboard.presenters import role_name
from monitor.dashboard.signing_in import N_
from monitor.dashboard.words import Words
from monitor.domain.permissions import MAY_DO, MAY_ORDER, ROLES, may_do, may_order
from monitor.domain.registry import Operator

WORDS: dict[str, str] = {
    "see_ward": N_("see the ward and open sessions"),
    "see_settings": N_("see the settings"),
    "see_plan": N_("see the plan"),
    "open_record": N_("open a patient's record"),
    "export_record": N_("export a record"),
    "see_figures": N_("see the clinic's figures"),
    "rehearse": N_("rehearse alarm limits"),
    "simulate": N_("simulate patients"),
    "see_access_log": N_("read the access log"),
    "see_condition": N_("see the condition of the system"),
    "erase_patient": N_("erase a patient"),
    "confirm_erasure": N_("confirm that a patient is erased"),
    "add_room": N_("add a room"),
    "rename_room": N_("rename a room"),
    "retire_room": N_("retire a room"),
    "add_device": N_("add a device"),
    "move_device": N_("move a device"),
    "rotate_token": N_("give a device a new token"),
    "revoke_device": N_("revoke a device"),
    "add_operator": N_("add an operator"),
    "change_role": N_("change a role"),
    "change_password": N_("give an operator a new password"),
    "disable_operator": N_("disable an operator"),
    "set_pin": N_("set one's PIN"),
    "reset_pin": N_("reset a PIN"),
    "sign_out_everywhere": N_("sign oneself out everywhere"),
    "choose_language": N_("choose one's language"),
    "start_session": N_("start a session"),
    "enter_phase": N_("enter a phase"),
    "cancel_session": N_("cancel a session"),
    "enter_vitals": N_("enter vital signs"),
    "acknowledge_alarm": N_("acknowledge an alarm"),
    "pause_audio": N_("pause audio"),
    "resume_audio": N_("resume audio"),
    "pause_alarms": N_("pause alarms"),
    "resume_alarms": N_("resume alarms"),
    "switch_alarms": N_("switch alarms off or on"),
    "change_limit": N_("change an alarm limit"),
    "confirm_baseline": N_("confirm the baseline"),
    "enter_score": N_("enter a score"),
    "offer_handover": N_("offer a handover"),
    "accept_handover": N_("accept a handover"),
    "call_help": N_("call for help"),
    "test_alarms": N_("test the alarms"),
    "plan_series": N_("plan a series"),
    "plan_visit": N_("plan a visit"),
    "move_visit": N_("move a visit"),
    "cancel_visit": N_("cancel a visit"),
    "plan_infusion": N_("plan the dose"),
    "check_dose": N_("check the dose"),
    "answer_check": N_("answer a checklist"),
    "pause_infusion": N_("pause the infusion"),
    "resume_infusion": N_("resume the infusion"),
    "stop_infusion": N_("stop the infusion"),
    "move_session": N_("move a session"),
    "correct_patient": N_("correct the patient reference"),
    "enter_event": N_("enter an event"),
    "enter_medication": N_("enter a medication"),
    "enter_intervention": N_("enter an intervention"),
    "enter_note": N_("enter a note"),
    "void_entry": N_("void an entry"),
    "correct_entry": N_("correct an entry"),
    "propose_assignment": N_("propose whose readings they are"),
    "confirm_assignment": N_("confirm whose readings they are"),
    "withdraw_assignment": N_("withdraw such a proposal"),
    "comment_review": N_("comment on a review"),
    "sign_review": N_("sign a review"),
    "enter_outcome": N_("enter an outcome score"),
    "void_outcome": N_("void an outcome score"),
}
"""Every order, and every action that a person can come to."""


def permission_rows(words: Words, *, simulated: bool) -> list[tuple[list[str], list[str]]]:
    """What may be done, and yes or no for each role; the rows with most on them first."""
    _ = words.gettext
    told: dict[tuple[bool, ...], list[str]] = {}
    for action, text in WORDS.items():
        who = tuple(_may(role, action, simulated=simulated) for role in ROLES)
        told.setdefault(who, []).append(_(text))
    rows = sorted(told.items(), key=lambda row: -sum(row[0]))
    return [(texts, [_("yes") if yes else _("no") for yes in who]) for who, texts in rows]


def role_heads(words: Words) -> list[str]:
    """The heads of the columns."""
    return [role_name(words, Operator("", role, "")).capitalize() for role in ROLES]


def _may(role: str, action: str, *, simulated: bool) -> bool:
    if action in MAY_ORDER:
        return may_order(role, action, simulated=simulated)
    return action in MAY_DO and may_do(role, action, simulated=simulated)
