"""Who is looking: one visit per request, set by the gate and read by layouts and callbacks.

Layouts and callbacks are registered once per process, because Dash keeps its pages in one registry for all apps. They
therefore take everything that belongs to one app, its records above all, from the visit and never from a closure.
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any
from typing import Protocol as Port
from zoneinfo import ZoneInfo

from monitor.dashboard.access_log import AccessLog
from monitor.dashboard.examining import Examiner
from monitor.dashboard.rehearsal.running import Rehearsals
from monitor.dashboard.returning import Returning
from monitor.dashboard.review.makings import Makings
from monitor.dashboard.review.opening import Shelf
from monitor.dashboard.review.proving import Prover
from monitor.dashboard.settings import DashboardSettings
from monitor.dashboard.sign_outs import SignOuts
from monitor.dashboard.throttle import Throttle
from monitor.dashboard.words import Words, words_for
from monitor.domain.permissions import may_do
from monitor.domain.registry import Operator
from monitor.locale import Translations
from monitor.service.phrases import Phrases
from monitor.service.ports import PasswordHasher, Records
from monitor.service.protocols import Protocol
from monitor.wire.orders import LOCKED, LOCKED_MESSAGE, Order, OrderResult

THEMES = ("dark", "light")
THEME_COOKIE = "infusion_monitor_theme"


class Orders(Port):
    """The way to the gateway for what staff decide."""

    async def send(self, order: Order, *, by: str) -> OrderResult:
        """What became of the order. Raises GatewayUnreachableError when that cannot be known."""


class Desk(Port):
    """The process that runs a simulated ward's patients."""

    async def ask(self, do: str, **given: Any) -> dict[str, Any]:
        """Its answer. Raises DeskUnreachableError and DeskRefusedError."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What one dashboard is made of."""

    records: Records
    settings: DashboardSettings
    orders: Orders
    hasher: PasswordHasher
    translations: dict[str, Translations]
    protocols: dict[str, Protocol]
    gateway_port: Callable[[], int]
    prover: Prover
    rehearsals: Rehearsals
    access_log: AccessLog = field(default_factory=AccessLog)
    returning: Returning = field(default_factory=Returning)
    throttle: Throttle = field(default_factory=Throttle)
    sign_outs: SignOuts = field(default_factory=SignOuts)
    desk: Desk | None = None
    """None in a real directory, which simulates nobody."""
    examiner: Examiner | None = None
    """None where the data directory is not known."""
    shelf: Shelf = field(default_factory=Shelf)
    makings: Makings = field(default_factory=Makings)

    def words(self, language: str) -> Words:
        """The words of a language in the clinic's time zone."""
        return words_for(language, self.translations, ZoneInfo(self.settings.clinic_time_zone))


NOBODY = Operator("", "", "")
"""Looks at a locked station."""


@dataclass(frozen=True, slots=True)
class Visit:
    """One request of one operator, or of a locked station. ``ends_at_s``: see SignIn."""

    parts: Parts
    operator: Operator
    words: Words
    theme: str
    ends_at_s: float = 0.0

    @property
    def is_locked(self) -> bool:
        """Whether nobody is signed in: what is live is shown, nothing can be changed."""
        return self.operator is NOBODY

    def may(self, action: str) -> bool:
        """Whether the table of permissions lets whoever looks do this; a locked station's links lead to the sign-in."""
        simulated = self.parts.settings.simulated
        return self.is_locked or may_do(self.operator.role, action, simulated=simulated)

    @property
    def phrases(self) -> Phrases:
        """The sentences about alarms in the visitor's language."""
        return Phrases(self.words.language, self.words.translations)

    async def send(self, order: Order) -> OrderResult:
        """Give an order in the operator's name. Raises GatewayUnreachableError."""
        if self.is_locked:
            return OrderResult(order_id=None, ok=False, code=LOCKED, message=LOCKED_MESSAGE)
        return await self.parts.orders.send(order, by=self.operator.name)


_VISIT: ContextVar[Visit] = ContextVar("visit")


def current_visit() -> Visit:
    """The visit of the request that is being answered. Raises LookupError outside a request."""
    return _VISIT.get()


def begin_visit(visit: Visit) -> Any:
    """Set the visit; give what this returns to ``end_visit``."""
    return _VISIT.set(visit)


def end_visit(token: Any) -> None:
    """Forget the visit."""
    _VISIT.reset(token)
