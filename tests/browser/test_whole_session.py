"""A whole session, from its plan to the signed discharge, at sixty times the speed: by keys alone, and by touch."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from monitor.service.protocols import load_protocols
from tests.browser.stack import OPERATOR, PASSWORD, Stack
from tests.browser.walking import SLOW_MS, Fingers, Hands, Keys

pytestmark = pytest.mark.browser

SPEED = 60.0
DOCTOR = "dina"
REASON = "seen by the doctor"
COURSE = load_protocols()["ketamine_iv"].course
LONG_MS = 60_000


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """One product for both walks: each has a room, a device and a patient of its own."""
    stack = Stack(tmp_path_factory.mktemp("whole"), speed=SPEED, is_empty=True)
    stack.run("operator", "add", DOCTOR, "--role", "clinician", given=PASSWORD)
    yield stack
    stack.close()


class Walk:
    """One patient's way, step by step. Each step waits for what it brought about, never for the clock."""

    def __init__(self, hands: Hands, stack: Stack, room: str, token: str) -> None:
        self.hands, self.page, self.stack = hands, hands.page, stack
        self.room, self.token, self.patient = room, token, f"P-041{room}"
        self.visit = f"tr[data-visit]:has-text('{self.patient}')"
        self.feed = stack.feed(token=token)

    def sees(self, selector: str, text: str, timeout: float = LONG_MS) -> None:
        expect(self.page.locator(selector).first).to_contain_text(text, timeout=timeout)

    def sign_in(self, path: str) -> None:
        self.page.goto(f"{self.stack.url}/sign-in?next={path}")
        self.hands.fill('[name="operator"]', OPERATOR)
        self.hands.fill('[name="password"]', PASSWORD)
        self.hands.send('button[type="submit"], form button')
        live = self.page.locator('#connection[data-connection="live"]')
        expect(live).to_be_visible(timeout=LONG_MS)

    def plan(self) -> None:
        self.page.wait_for_function(
            "InfusionMonitor.clock.timeOfDay(InfusionMonitor.clock.now()) < '23:30'"
        )
        soon = "InfusionMonitor.clock.timeOfDay(InfusionMonitor.clock.now() + 9e5)"
        self.hands.press('[data-plan="one"]')
        expect(self.page.locator("#plan-one-form-patient")).to_be_focused(timeout=SLOW_MS)
        self.page.keyboard.type(self.patient)
        self.hands.fill("#plan-one-form-time", self.page.evaluate(soon))
        self.hands.choose("#plan-one-form-room", self.room)
        self.hands.press("#plan-one-form-plan")
        self.sees(self.visit, self.patient)

    def start(self) -> None:
        self.hands.press(f'{self.visit} [data-plan="start"]')
        expect(self.page.locator("#start-patient")).to_have_value(self.patient, timeout=SLOW_MS)
        self.sees("#start-planned-text", self.patient)
        self.hands.fill("#start-weight", "82")
        self.hands.send("#start-submit")
        self.page.wait_for_url("**/session/*", timeout=SLOW_MS)
        self.sees("#session-head", self.patient)
        self.sees("#session-next", "0 of")

    def check(self, phase: str) -> None:
        self.hands.press("#checks-open", "c")
        for item in [item for item in COURSE.checks if item.phase == phase]:
            self.hands.answer(item.id, item.wanted)
        for item in [item for item in COURSE.checks if item.phase == phase]:
            answered = f'#checks-body [data-check="{item.id}"][data-answer="{item.wanted}"]'
            expect(self.page.locator(answered)).to_be_visible(timeout=SLOW_MS)
        self.hands.press("#checks-dialog .dialog-actions button")

    def dose(self) -> None:
        self.hands.press("#dose-open", "d")
        expect(self.page.locator("#dose-form-minutes")).to_have_value("40", timeout=SLOW_MS)
        self.hands.fill("#dose-form-dose_mg_per_kg", "0.6")
        self.sees("#dose-form-sum", "82 kg × 0.6 mg/kg = 49.2 mg")
        self.hands.fill("#dose-form-minutes", "100")
        self.sees("#dose-form-sum", "= 29.52 ml/h")
        self.hands.send("#dose-form-plan")
        self.sees("#session-next", "49.2 mg over 100 min")

    def second_check(self) -> None:
        self.hands.press("#second-check-open", "k")
        self.sees("#second-check-form-dialog", "You planned this dose yourself")
        self.hands.press("#second-check-form-own button")
        self.hands.fill('#sign-in-dialog [name="operator"]', DOCTOR)
        self.hands.fill('#sign-in-dialog [name="password"]', PASSWORD)
        self.hands.send("#sign-in-dialog .primary")
        self.sees("#operator-name", DOCTOR)
        self.hands.press("#second-check-open", "k")
        self.sees("#second-check-form-text", f"{OPERATOR} planned")
        self.hands.fill("#second-check-form-dose_mg", "49.2")
        self.hands.send("#second-check-form-check")
        self.sees("#session-next", f"by {DOCTOR}")

    def baseline(self) -> None:
        cuff = self.page.locator('#session-numerics [data-metric="nibp"]')
        expect(cuff).to_contain_text("/", timeout=LONG_MS)
        self.hands.press("#baseline-open", "b")
        systolic = self.page.locator("#baseline-form-systolic")
        expect(systolic).not_to_have_value("", timeout=SLOW_MS)
        self.hands.press("#baseline-form-confirm")
        confirmed = self.page.locator('.next-item:last-child[data-state="done"]')
        expect(confirmed).to_be_visible(timeout=LONG_MS)

    def go_on(self, to: str) -> None:
        self.hands.press("#next-phase", "g")
        self.hands.press("#decision-submit")
        self.sees('#session-head [data-state="current"]', to)

    def medicate(self) -> None:
        self.hands.press("#medication-open", "m")
        self.hands.press("#medication-form-drug-ondansetron", "o")
        self.hands.fill("#medication-form-dose", "4")
        self.hands.press("#medication-form-unit-mg")
        self.hands.press("#medication-form-route-iv")
        self.hands.press("#medication-form-save")
        self.sees("#session-log", "Ondansetron 4 mg")

    def enter_and_correct(self) -> None:
        self.hands.press("#vitals-open", "v")
        self.hands.fill("#vitals-pulse", "105")
        self.hands.send("#vitals-submit")
        self.sees("#session-log", "Entered: Pulse 105")
        line = "#session-log .log-line:has-text('Pulse 105')"
        self.hands.press(f"{line} [data-amends]:has-text('Correct')")
        expect(self.page.locator("#vitals-pulse")).to_have_value("105", timeout=SLOW_MS)
        self.hands.fill("#vitals-pulse", "81")
        self.hands.fill("#vitals-reason", "mistyped")
        self.hands.send("#vitals-submit")
        self.sees("#session-log", "Corrects: Pulse 105 (mistyped)")

    def pause_and_resume(self) -> None:
        self.hands.press("#infusion-pause-open", "p")
        self.hands.press("#infusion-pause-form-pause")
        self.sees("#session-next", "Infusion paused")
        self.sees("#session-next", "Its end is not known")
        self.sees('#session-head [data-state="current"]', "paused")
        self.hands.press("#infusion-pause-form-resume", "r")
        running = self.page.locator('.next-band[data-paused="false"]')
        expect(running).to_be_visible(timeout=LONG_MS)
        self.sees('#session-head [data-state="current"]', "1 pause")

    def score(self) -> None:
        """In time, so that a cuff is the only thing that can be overdue."""
        self.hands.press("#score-open", "s")
        self.hands.press('[id="score-form-level:moaas-5"]', "5")
        self.sees("#session-log", "MOAA/S 5")

    def miss_a_cuff(self) -> None:
        self.stack.stop(self.feed)
        self.sees("#session-banner .alarm:has-text('BP overdue')", "BP overdue")
        self.feed = self.stack.feed(token=self.token)
        overdue = self.page.locator("#session-banner .alarm:has-text('BP overdue')")
        self.acknowledge()
        expect(overdue).to_have_count(0, timeout=LONG_MS)

    def acknowledge(self) -> None:
        self.hands.press("#session-banner .alarm:has-text('BP overdue') [data-action=acknowledge]")
        self.sees("#session-log", "Acknowledged: BP overdue")

    def discharge(self) -> None:
        self.sees("#session-next .criteria", "Walks steadily")
        self.check("discharge")
        expect(self.page.locator('[data-criterion="gait_checked"]')).to_have_attribute(
            "data-met", "true", timeout=SLOW_MS
        )
        self.hands.press("#next-phase", "g")
        self.sees("#decision-blocks", "60 min since the infusion ended")
        self.sees("#decision-blocks", "May go on with a reason: administrator, clinician.")
        self.hands.fill("#decision-reason", REASON)
        self.hands.press("#decision-submit")
        self.sees("#session-next", "The record is locked")
        self.sees("#session-head", "override")
        self.sees("#session-log", f"Patient discharged – override: {REASON}")

    def whole(self) -> None:
        self.sign_in("/plan")
        self.plan()
        self.start()
        self.check("precheck")
        self.dose()
        self.second_check()
        self.baseline()
        self.go_on("Baseline")
        self.score()
        self.miss_a_cuff()
        self.go_on("Infusion")
        self.sees("#session-next", "Ends ")
        self.medicate()
        self.enter_and_correct()
        self.pause_and_resume()
        self.go_on("Observation")
        self.discharge()
        self.stack.stop(self.feed)


def test_a_whole_session_by_keyboard_alone(page: Page, stack: Stack) -> None:
    Walk(Keys(page), stack, "1", stack.token).whole()


def test_a_whole_session_by_touch_on_a_tablet(browser: Browser, stack: Stack) -> None:
    context = browser.new_context(viewport={"width": 1024, "height": 768}, has_touch=True)
    try:
        Walk(Fingers(context.new_page()), stack, "2", stack.device("2")).whole()
    finally:
        context.close()
