"""Measures of a rendered sound: its pulses, their edges, and the strength of single frequencies."""

from __future__ import annotations

import base64
import math
import sys
from array import array
from dataclasses import dataclass

from playwright.sync_api import Page

RATE = 24_000
_RENDER = """async ([priority, level, rate]) => {
  const context = new OfflineAudioContext(1, 6 * rate, rate);
  const buffer = await InfusionMonitor.alarmAudio.render(priority, context, level);
  const bytes = new Uint8Array(buffer.getChannelData(0).buffer);
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}"""


@dataclass(frozen=True)
class Pulse:
    """One pulse, in seconds: from the first to the last moment above a tenth of its peak; ``rise`` from 10 to 90 %."""

    start: float
    end: float
    rise: float
    peak: float


def rendered(page: Page, priority: str, level: int = 0) -> array[float]:
    """Six seconds of a burst as samples, made by the browser itself."""
    samples = array("f")
    samples.frombytes(base64.b64decode(page.evaluate(_RENDER, [priority, level, RATE])))
    if sys.byteorder == "big":
        samples.byteswap()
    return samples


def pulses(samples: array[float], fundamental: float) -> list[Pulse]:
    """The pulses of a burst. A wave's own zeros are bridged by the largest sample of one period."""
    period = math.ceil(RATE / fundamental)
    envelope = [max(abs(s) for s in samples[i : i + period]) for i in range(0, len(samples), 12)]
    found = []
    start = None
    threshold = 0.1 * max(envelope)
    for at, height in enumerate([*envelope, 0.0]):
        if height >= threshold and start is None:
            start = at
        elif height < threshold and start is not None:
            found.append(_pulse(envelope[start:at], start))
            start = None
    return found


def _pulse(envelope: list[float], start: int) -> Pulse:
    step = 12 / RATE
    peak = max(envelope)
    rise = next(at for at, height in enumerate(envelope) if height >= 0.9 * peak)
    return Pulse(start * step, (start + len(envelope)) * step, rise * step, peak)


def strength(samples: array[float], pulse: Pulse, frequency: float) -> float:
    """The amplitude of one frequency in the steady middle of a pulse (Goertzel)."""
    length = pulse.end - pulse.start
    first, last = (
        round((pulse.start + 0.3 * length) * RATE),
        round((pulse.end - 0.3 * length) * RATE),
    )
    steady = samples[first:last]
    coefficient = 2 * math.cos(2 * math.pi * frequency / RATE)
    before = twice_before = 0.0
    for at, sample in enumerate(steady):
        window = 0.5 - 0.5 * math.cos(2 * math.pi * at / len(steady))
        before, twice_before = sample * window + coefficient * before - twice_before, before
    power = before**2 + twice_before**2 - coefficient * before * twice_before
    return math.sqrt(max(power, 0.0)) * 4 / len(steady)


def decibels(one: float, other: float) -> float:
    return 20 * math.log10(one / other)
