"""Who may do what: one table of orders, and one of everything else that can be reached.

The gateway asks it for every socket and every order, the dashboard's gate for every page and route; Settings shows it.
"""

from __future__ import annotations

ADMINISTRATOR = "administrator"
CLINICIAN = "clinician"
NURSE = "nurse"
TESTER = "tester"
ROLES = (NURSE, CLINICIAN, ADMINISTRATOR, TESTER)

STATION = "station"
"""A browser of the ward at which nobody is signed in."""
STRANGER = "stranger"
DEVICE = "device"
PROGRAM = "program"
"""A process of this machine that has the gateway's local credential: the dashboard, a command."""
PEERS = (*ROLES, STATION, STRANGER, DEVICE, PROGRAM)

_BEDSIDE = frozenset({NURSE, CLINICIAN, ADMINISTRATOR})
PRESCRIBERS = frozenset({CLINICIAN, ADMINISTRATOR})
REVIEWERS = frozenset({CLINICIAN})
_OFFICE = frozenset({ADMINISTRATOR})
_EVERYBODY = frozenset({NURSE, CLINICIAN, TESTER, ADMINISTRATOR})

MAY_ORDER: dict[str, frozenset[str]] = {
    "add_room": _OFFICE,
    "rename_room": _OFFICE,
    "retire_room": _OFFICE,
    "add_device": _OFFICE,
    "move_device": _BEDSIDE,
    "rotate_token": _OFFICE,
    "revoke_device": _OFFICE,
    "add_operator": _OFFICE,
    "change_role": _OFFICE,
    "change_password": _OFFICE,
    "disable_operator": _OFFICE,
    "set_pin": _EVERYBODY,
    "reset_pin": _OFFICE,
    "sign_out_everywhere": _EVERYBODY,
    "choose_language": _EVERYBODY,
    "note_access": frozenset({PROGRAM}),
    "start_session": _BEDSIDE,
    "enter_phase": _BEDSIDE,
    "cancel_session": _BEDSIDE,
    "enter_vitals": _BEDSIDE,
    "acknowledge_alarm": _BEDSIDE,
    "pause_audio": _BEDSIDE,
    "resume_audio": _BEDSIDE,
    "pause_alarms": _BEDSIDE,
    "resume_alarms": _BEDSIDE,
    "switch_alarms": PRESCRIBERS,
    "change_limit": _BEDSIDE,
    "confirm_baseline": _BEDSIDE,
    "enter_score": _BEDSIDE,
    "offer_handover": _BEDSIDE,
    "accept_handover": _BEDSIDE,
    "call_help": _EVERYBODY,
    "test_alarms": _EVERYBODY,
    "plan_series": _BEDSIDE,
    "plan_visit": _BEDSIDE,
    "move_visit": _BEDSIDE,
    "cancel_visit": _BEDSIDE,
    "plan_infusion": _BEDSIDE,
    "check_dose": _BEDSIDE,
    "answer_check": _BEDSIDE,
    "pause_infusion": _BEDSIDE,
    "resume_infusion": _BEDSIDE,
    "stop_infusion": _BEDSIDE,
    "move_session": _BEDSIDE,
    "correct_patient": _BEDSIDE,
    "enter_event": _BEDSIDE,
    "enter_medication": _BEDSIDE,
    "enter_intervention": _BEDSIDE,
    "enter_note": _BEDSIDE,
    "void_entry": _BEDSIDE,
    "correct_entry": _BEDSIDE,
    "propose_assignment": _BEDSIDE,
    "confirm_assignment": _BEDSIDE,
    "withdraw_assignment": _BEDSIDE,
    "comment_review": PRESCRIBERS,
    "sign_review": REVIEWERS,
    "enter_outcome": _BEDSIDE,
    "void_outcome": _BEDSIDE,
}

SIGN_IN = "sign_in"
SEE_HEALTH = "see_health"
SEE_METRICS = "see_metrics"
FEED_READINGS = "feed_readings"
SPEAK_FOR_OPERATORS = "speak_for_operators"
STEP_CLOCK = "step_clock"
SEE_WARD = "see_ward"
SEE_SETTINGS = "see_settings"
SEE_PLAN = "see_plan"
OPEN_RECORD = "open_record"
EXPORT_RECORD = "export_record"
SEE_FIGURES = "see_figures"
REHEARSE = "rehearse"
SIMULATE = "simulate"
SEE_ACCESS_LOG = "see_access_log"
SEE_CONDITION = "see_condition"
ERASE_PATIENT = "erase_patient"
CONFIRM_ERASURE = "confirm_erasure"

MAY_DO: dict[str, frozenset[str]] = {
    SIGN_IN: frozenset(PEERS),
    SEE_HEALTH: frozenset(PEERS),
    SEE_METRICS: frozenset({PROGRAM}),
    FEED_READINGS: frozenset({DEVICE}),
    SPEAK_FOR_OPERATORS: frozenset({PROGRAM}),
    STEP_CLOCK: frozenset({PROGRAM}),
    SEE_WARD: _EVERYBODY | {STATION, PROGRAM},
    SEE_SETTINGS: _EVERYBODY,
    SEE_PLAN: _BEDSIDE,
    OPEN_RECORD: _BEDSIDE,
    EXPORT_RECORD: _BEDSIDE,
    SEE_FIGURES: _BEDSIDE,
    REHEARSE: PRESCRIBERS,
    SIMULATE: frozenset({ADMINISTRATOR, TESTER}),
    SEE_ACCESS_LOG: _OFFICE,
    SEE_CONDITION: _OFFICE,
    ERASE_PATIENT: _OFFICE,
    CONFIRM_ERASURE: PRESCRIBERS,
}
"""An open session is part of the ward; one that is over is a record."""

_SIMULATED_ONLY = frozenset({SIMULATE, STEP_CLOCK})


def may_do(peer: str, action: str, *, simulated: bool) -> bool:
    """Whether a role, or another peer, may do something that is no order. Raises KeyError for an unknown action."""
    allowed = MAY_DO[action]
    if action in _SIMULATED_ONLY and not simulated:
        return False
    if peer in allowed:
        return True
    return simulated and peer == TESTER and (NURSE in allowed or action == REHEARSE)


def may_rehearse(role: str, *, simulated: bool) -> bool:
    """Whether a role may replay stored sessions under other limits: it changes nothing, but asks much of a machine."""
    return may_do(role, REHEARSE, simulated=simulated)


TESTERS_SET_UP = frozenset(
    {"add_room", "rename_room", "retire_room", "add_device", "rotate_token", "revoke_device"}
)
"""What testers need for a ward of simulated patients, beside all that is done at their bedside."""


def may_order(role: str, order: str, *, simulated: bool) -> bool:
    """Whether a role may give an order. Testers do as they like, with simulated patients only."""
    allowed = MAY_ORDER[order]
    if role in allowed:
        return True
    return simulated and role == TESTER and (NURSE in allowed or order in TESTERS_SET_UP)
