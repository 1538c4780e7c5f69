"""Who may order what: one table."""

from __future__ import annotations

ADMINISTRATOR = "administrator"
CLINICIAN = "clinician"
NURSE = "nurse"
TESTER = "tester"

_BEDSIDE = frozenset({NURSE, CLINICIAN, ADMINISTRATOR})
_PRESCRIBER = frozenset({CLINICIAN, ADMINISTRATOR})
_OFFICE = frozenset({ADMINISTRATOR})
_EVERYBODY = frozenset({NURSE, CLINICIAN, TESTER, ADMINISTRATOR})

MAY_ORDER: dict[str, frozenset[str]] = {
    "add_room": _OFFICE,
    "rename_room": _OFFICE,
    "retire_room": _OFFICE,
    "add_device": _OFFICE,
    "move_device": _OFFICE,
    "rotate_token": _OFFICE,
    "revoke_device": _OFFICE,
    "add_operator": _OFFICE,
    "change_role": _OFFICE,
    "change_password": _OFFICE,
    "disable_operator": _OFFICE,
    "choose_language": _EVERYBODY,
    "start_session": _BEDSIDE,
    "enter_phase": _BEDSIDE,
    "cancel_session": _BEDSIDE,
    "enter_vitals": _BEDSIDE,
    "acknowledge_alarm": _BEDSIDE,
    "pause_audio": _BEDSIDE,
    "resume_audio": _BEDSIDE,
    "pause_alarms": _BEDSIDE,
    "resume_alarms": _BEDSIDE,
    "switch_alarms": _PRESCRIBER,
    "change_limit": _BEDSIDE,
    "confirm_baseline": _BEDSIDE,
    "enter_score": _BEDSIDE,
    "offer_handover": _BEDSIDE,
    "accept_handover": _BEDSIDE,
    "call_help": _EVERYBODY,
    "test_alarms": _EVERYBODY,
}


def may_order(role: str, order: str, *, simulated: bool) -> bool:
    """Whether a role may give an order. Testers may do everything at the bedside of simulated patients."""
    allowed = MAY_ORDER[order]
    return role in allowed or (simulated and role == TESTER and allowed is _BEDSIDE)
