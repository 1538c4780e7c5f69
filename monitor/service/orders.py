"""Orders of staff: who may give them, whether they can be carried out, and the facts they make.

Every order is answered; a refused one is journalled too. Carrying the same order out again is harmless where a
person may press twice (acknowledge, manual entry).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from monitor.domain import facts, permissions
from monitor.service import (
    access_orders,
    assignment_orders,
    bedside_orders,
    charts,
    control_orders,
    course_orders,
    entry_orders,
    office_orders,
    plan_orders,
    review_orders,
)
from monitor.service.given import Given, Outcome
from monitor.service.refusals import OrderRefusedError
from monitor.service.ward import Ward
from monitor.wire import orders as wire
from monitor.wire.base import Message

_HANDLERS: dict[type[Message], Callable[[Ward, Given], dict[str, Any]]] = {
    wire.AddRoom: office_orders.add_room,
    wire.RenameRoom: office_orders.rename_room,
    wire.RetireRoom: office_orders.retire_room,
    wire.AddDevice: office_orders.add_device,
    wire.MoveDevice: office_orders.move_device,
    wire.RotateToken: office_orders.rotate_token,
    wire.RevokeDevice: office_orders.revoke_device,
    wire.AddOperator: office_orders.add_operator,
    wire.ChangeRole: office_orders.change_role,
    wire.ChangePassword: office_orders.change_password,
    wire.DisableOperator: office_orders.disable_operator,
    wire.SetPin: office_orders.set_pin,
    wire.ResetPin: office_orders.reset_pin,
    wire.SignOutEverywhere: office_orders.sign_out_everywhere,
    wire.ChooseLanguage: office_orders.choose_language,
    wire.NoteAccess: access_orders.note_access,
    wire.StartSession: bedside_orders.start_session,
    wire.EnterPhase: bedside_orders.enter_phase,
    wire.CancelSession: bedside_orders.cancel_session,
    wire.AcknowledgeAlarm: bedside_orders.acknowledge_alarm,
    wire.PauseAudio: control_orders.pause_audio,
    wire.ResumeAudio: control_orders.resume_audio,
    wire.PauseAlarms: control_orders.pause_alarms,
    wire.ResumeAlarms: control_orders.resume_alarms,
    wire.SwitchAlarms: control_orders.switch_alarms,
    wire.ChangeLimit: control_orders.change_limit,
    wire.ConfirmBaseline: course_orders.confirm_baseline,
    wire.OfferHandover: control_orders.offer_handover,
    wire.AcceptHandover: control_orders.accept_handover,
    wire.CallHelp: control_orders.call_help,
    wire.TestAlarms: control_orders.test_alarms,
    wire.PlanSeries: plan_orders.plan_series,
    wire.PlanVisit: plan_orders.plan_visit,
    wire.MoveVisit: plan_orders.move_visit,
    wire.CancelVisit: plan_orders.cancel_visit,
    wire.PlanInfusion: course_orders.plan_infusion,
    wire.CheckDose: course_orders.check_dose,
    wire.AnswerCheck: course_orders.answer_check,
    wire.PauseInfusion: course_orders.pause_infusion,
    wire.ResumeInfusion: course_orders.resume_infusion,
    wire.StopInfusion: bedside_orders.stop_infusion,
    wire.MoveSession: course_orders.move_session,
    wire.CorrectPatient: course_orders.correct_patient,
    wire.EnterVitals: entry_orders.enter,
    wire.EnterScore: entry_orders.enter,
    wire.EnterEvent: entry_orders.enter,
    wire.EnterMedication: entry_orders.enter,
    wire.EnterIntervention: entry_orders.enter,
    wire.EnterNote: entry_orders.enter,
    wire.VoidEntry: entry_orders.void_entry,
    wire.CorrectEntry: entry_orders.correct_entry,
    wire.ProposeAssignment: assignment_orders.propose_assignment,
    wire.ConfirmAssignment: assignment_orders.confirm_assignment,
    wire.WithdrawAssignment: assignment_orders.withdraw_assignment,
    wire.CommentReview: review_orders.comment_review,
    wire.SignReview: review_orders.sign_review,
    wire.EnterOutcome: review_orders.enter_outcome,
    wire.VoidOutcome: review_orders.void_outcome,
}


_UNRECORDED = frozenset({"unusual", "signed"})
"""What is asked rather than refused, whose answer is on record; and a second press, which must not add to a record
that has just been signed."""


def execute(ward: Ward, given: Given, role: str) -> Outcome:
    """Carry an order out, or say in one sentence why not."""
    kind: str = given.order.kind
    try:
        _refuse_other_roles(ward, kind, role)
        result = _HANDLERS[type(given.order)](ward, given)
    except OrderRefusedError as refusal:
        if refusal.code not in _UNRECORDED:
            ward.note(
                facts.OrderRefused(kind, refusal.code, refusal.message),
                at=given.at,
                by=given.by,
                session_id=getattr(given.order, "session", None),
            )
        return Outcome(False, refusal.code, refusal.message, refusal.field, refusal.result)
    charts.settle(ward, given.at)
    return Outcome(True, result=result)


def _refuse_other_roles(ward: Ward, kind: str, role: str) -> None:
    if permissions.may_order(role, kind, simulated=ward.simulated):
        return
    what = kind.replace("_", " ")
    if permissions.may_order(role, kind, simulated=True):
        reason = f"the role {role} may {what} in a simulated data directory only"
    else:
        reason = f"the role {role} may not {what}"
    raise OrderRefusedError("not_allowed", reason)
