"""Every id of the screens. Those marked JS belong to the script in ``assets``: Dash renders them empty."""

from __future__ import annotations

LOCATION = "_pages_location"
"""Dash's own, for the path that is shown."""

SCREEN = "screen"
APPBAR = "appbar"
NAV = "nav"
ALARM_COUNTS = "alarm-counts"  # JS
CONNECTION = "connection"  # JS
SOUND_STATE = "sound-state"  # JS
CLOCK = "clock"  # JS
CONNECTION_COVER = "connection-cover"  # JS
NOTICE = "notice"
GO_TO = "go-to"
PAGE = "page"

OPERATOR_NAME = "operator-name"  # JS
LOCKED = "locked"
SIGN_OUT = "sign-out"
LANGUAGE_EN = "language-en"
LANGUAGE_NB = "language-nb"
LANGUAGE_CHOSEN = "language-chosen"
THEME_DARK = "theme-dark"
THEME_LIGHT = "theme-light"
THEME_CHOSEN = "theme-chosen"

WARD_GRID = "ward-grid"  # JS
WARD_SIDE = "ward-side"
WARD_ORDER = "ward-order"  # JS
ALARM_LIST = "alarm-list"  # JS
DUE_LIST = "due-list"  # JS
ACKNOWLEDGED_LIST = "acknowledged-list"  # JS
NOT_WATCHED_LIST = "not-watched-list"  # JS
UNASSIGNED_NOTE = "unassigned-note"  # JS

START_REQUEST = "start-session-request"
START_OPENING = "start-opening"
START_OFFERED = "start-offered"
START_SENT = "start-sent"
START_TOLD = "start-told"
START_DIALOG = "start-dialog"
START_TITLE = "start-title"
START_PATIENT = "start-patient"
START_WEIGHT = "start-weight"
START_PROTOCOL = "start-protocol"
START_SUBMIT = "start-submit"
START_PLANNED = "start-planned"
START_PLANNED_TEXT = "start-planned-text"
START_DESPITE = "start-despite"
START_DESPITE_PLACE = "start-despite-place"
START_PAPER_DATE = "start-paper-date"
START_PAPER_TIME = "start-paper-time"

ACCESS_TABLE = "access-table"
ACCESS_KIND = "access-kind"
ACCESS_BY = "access-by"
ACCESS_SINCE = "access-since"
ACCESS_UNTIL = "access-until"

SESSION_PAGE = "session-page"
SESSION_ID = "session-id"
SESSION_CHANGED = "session-changed"
SESSION_DRAWN = "session-drawn"
COURSE_DRAWN = "course-drawn"
SESSION_BANNER = "session-banner"  # JS
SESSION_HEAD = "session-head"
SESSION_TRACE = "session-trace"
SESSION_MARKS = "session-marks"
SESSION_MARKED = "session-marked"
SESSION_NUMERICS = "session-numerics"  # JS
SESSION_LOG = "session-log"
SESSION_ACTIONS = "session-actions"

VITALS_OPEN = "vitals-open"
VITALS_DIALOG = "vitals-dialog"
VITALS_PULSE = "vitals-pulse"
VITALS_SYSTOLIC = "vitals-systolic"
VITALS_DIASTOLIC = "vitals-diastolic"
VITALS_MEAN = "vitals-mean"
VITALS_SPO2 = "vitals-spo2"
VITALS_RESP = "vitals-resp"
VITALS_REASON = "vitals-reason"
VITALS_TIME = "vitals-time"
VITALS_SUBMIT = "vitals-submit"
VITALS_CONFIRM = "vitals-confirm"
VITALS_SENT = "vitals-sent"
VITALS_TOLD = "vitals-told"

SESSION_NEXT = "session-next"
CHECKS_OPEN = "checks-open"
CHECKS_DIALOG = "checks-dialog"
CHECKS_BODY = "checks-body"
CHECKS_SENT = "checks-sent"
CHECKS_TOLD = "checks-told"
DOSE_OPEN = "dose-open"
SECOND_CHECK_OPEN = "second-check-open"
INFUSION_PAUSE_OPEN = "infusion-pause-open"
INFUSION_STOP_OPEN = "infusion-stop-open"
MOVE_SESSION_OPEN = "move-session-open"
CORRECT_PATIENT_OPEN = "correct-patient-open"
TAKE_DEVICE_OPEN = "take-device-open"

NEXT_PHASE = "next-phase"
CANCEL_SESSION = "cancel-session"
DECISION = "decision"
DECISION_OPENING = "decision-opening"
DECISION_SENT = "decision-sent"
DECISION_TOLD = "decision-told"
DECISION_DIALOG = "decision-dialog"
DECISION_TITLE = "decision-title"
DECISION_TEXT = "decision-text"
DECISION_REASON = "decision-reason"
DECISION_REASON_PLACE = "decision-reason-place"
DECISION_SUBMIT = "decision-submit"
DECISION_BLOCKS = "decision-blocks"
DECISION_PAPER = "decision-paper"
DECISION_DATE = "decision-date"
DECISION_TIME = "decision-time"

LIMITS_OPEN = "limits-open"
BASELINE_OPEN = "baseline-open"
BASELINE_OPEN_MENU = "baseline-open-menu"
SCORE_OPEN = "score-open"
EVENT_OPEN = "event-open"
INTERVENTION_OPEN = "intervention-open"
MEDICATION_OPEN = "medication-open"
NOTE_OPEN = "note-open"
PAUSE_OPEN = "pause-open"
SWITCH_OPEN = "switch-open"
HANDOVER_OPEN = "handover-open"


def of_form(form: str, part: str) -> str:
    """A part of an order's form: its dialog, its fields, its buttons."""
    return f"{form}-form-{part}"


SESSIONS_TABLE = "sessions-table"
SESSIONS_COUNT = "sessions-count"
SESSIONS_PATIENT = "sessions-patient"
SESSIONS_ROOM = "sessions-room"
SESSIONS_STATE = "sessions-state"
SESSIONS_PROTOCOL = "sessions-protocol"
SESSIONS_ALARMS = "sessions-alarms"
SESSIONS_PEAK = "sessions-peak"
SESSIONS_SINCE = "sessions-since"
SESSIONS_UNTIL = "sessions-until"
UNASSIGNED_LISTS = "unassigned-lists"
UNASSIGNED_TABLE = "unassigned-table"

CLINIC_SINCE = "clinic-since"
CLINIC_UNTIL = "clinic-until"
CLINIC_RATES = "clinic-rates"

ALARMS_TABLE = "alarms-table"
ALARMS_SINCE = "alarms-since"
ALARMS_UNTIL = "alarms-until"
ALARMS_ROOM = "alarms-room"
ALARMS_PRIORITY = "alarms-priority"
ALARMS_TYPE = "alarms-type"
ALARMS_STATE = "alarms-state"
ALARMS_COUNT = "alarms-count"
ALARM_COURSE = "alarm-course"

PIN = "pin"
PIN_OWNER = "pin-owner"
PIN_SET = "pin-set"
PIN_TOLD = "pin-told"
SIGN_OUT_EVERYWHERE = "sign-out-everywhere"
ALARM_TEST = "alarm-test"
ALARM_TEST_TOLD = "alarm-test-told"

DOCTOR_FINDINGS = "doctor-findings"
DOCTOR_AGAIN = "doctor-again"

PLAN_PAGE = "plan-page"
PLAN_CHANGED = "plan-changed"
PLAN_DAY = "plan-day"
PLAN_DAY_BACK = "plan-day-back"
PLAN_DAY_TODAY = "plan-day-today"
PLAN_DAY_NEXT = "plan-day-next"
PLAN_TIMELINE = "plan-timeline"
PLAN_LIST = "plan-list"
PLAN_TOLD = "plan-told"
PLAN_VISIT = "plan-visit"

EXPECTED_TOGGLE = "expected-toggle"
EXPECTED_ASKED = "expected-asked"
EXPECTED_TRACES = "expected-traces"
EXPECTED_DRAWN = "expected-drawn"
EXPECTED_NOTES = "expected-notes"

SIMULATOR_PAGE = "simulator-page"
SIMULATOR_DESK = "simulator-desk"  # JS
SIMULATOR_START = "simulator-start"  # JS
SIMULATOR_ROOMS = "simulator-rooms"  # JS
SIMULATOR_ENDS = "simulator-ends"  # JS
SIMULATOR_DRIVE = "simulator-drive"
SIMULATOR_NOBODY = "simulator-nobody"  # JS
SIMULATOR_HEAD = "simulator-head"  # JS
SIMULATOR_SEEN = "simulator-seen"  # JS
SIMULATOR_VITALS = "simulator-vitals"  # JS
SIMULATOR_CUFF = "simulator-cuff"  # JS
SIMULATOR_TOLD = "simulator-told"  # JS
SIMULATOR_LOG = "simulator-log"  # JS
