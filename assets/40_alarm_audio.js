// The sounds of alarms after IEC 60601-1-8 (tables 3 and 4), made with WebAudio: live and rendered by the same code.
"use strict";

(function (im) {
  // The standard itself was not read: its ranges below are those of public sources and wait for a check against its text.
  const SIGNALS = {
    high: {
      // 10 pulses: 3 + 2, a pause, 3 + 2.
      groups: [[3, 2], [3, 2]],
      // 75-200 ms.
      pulse_s: 0.15,
      // x, from the end of a pulse to the next: 50-125 ms. After the 3rd and the 8th pulse: 2x + pulse.
      spacing_s: 0.1,
      // Between the 5th and the 6th pulse: 0.35-1.30 s.
      pause_s: 0.7,
      // From the end of a burst to the next: 2.5-15 s.
      interval_s: 4,
      // 150-1000 Hz.
      fundamental_hz: 523,
      // Peak, 1 is all that the screen can do. The order high >= medium >= low holds for unanswered (raised) ones too.
      level: 0.5,
      raised_level: 1,
    },
    medium: {
      // 3 pulses.
      groups: [[3]],
      // 125-250 ms.
      pulse_s: 0.2,
      // y: 125-250 ms.
      spacing_s: 0.2,
      pause_s: 0,
      // 2.5-30 s.
      interval_s: 8,
      fundamental_hz: 440,
      level: 0.35,
      raised_level: 0.5,
    },
    low: {
      // 1 or 2 pulses.
      groups: [[2]],
      // 125-250 ms.
      pulse_s: 0.2,
      // 125-250 ms.
      spacing_s: 0.22,
      pause_s: 0,
      // More than 15 s, or no repetition.
      interval_s: 20,
      fundamental_hz: 349,
      level: 0.25,
      raised_level: 0.35,
    },
  };

  // The fundamental and five harmonics; at least four of them between 300 and 4000 Hz, within 15 dB of the fundamental.
  const PARTIALS = [0, 1, 0.8, 0.65, 0.5, 0.4, 0.32];
  // Rise and fall: 10-20 % of the pulse.
  const RISE_PART = 0.16;
  // A cut burst fades this fast, so that it does not click.
  const CUT_S = 0.02;

  // When each pulse begins, in seconds from the beginning of the burst.
  function onsets(signal) {
    const found = [];
    let at = 0;
    for (const group of signal.groups) {
      for (const pulses of group) {
        for (let pulse = 0; pulse < pulses; pulse += 1) {
          found.push(at);
          at += signal.pulse_s + signal.spacing_s;
        }
        at += signal.spacing_s + signal.pulse_s;
      }
      at += signal.pause_s - 2 * signal.spacing_s - signal.pulse_s;
    }
    return found;
  }

  function length(signal) {
    const starts = onsets(signal);
    return starts[starts.length - 1] + signal.pulse_s;
  }

  function pulse(context, signal, wave, volume, at) {
    const oscillator = context.createOscillator();
    const envelope = context.createGain();
    const rise = RISE_PART * signal.pulse_s;
    oscillator.setPeriodicWave(wave);
    oscillator.frequency.value = signal.fundamental_hz;
    envelope.gain.setValueAtTime(0, at);
    envelope.gain.linearRampToValueAtTime(1, at + rise);
    envelope.gain.setValueAtTime(1, at + signal.pulse_s - rise);
    envelope.gain.linearRampToValueAtTime(0, at + signal.pulse_s);
    oscillator.connect(envelope).connect(volume);
    oscillator.start(at);
    oscillator.stop(at + signal.pulse_s);
    return oscillator;
  }

  // One burst on a context's own clock, `at` in its seconds. Returns when it begins and ends, and how to cut it.
  function begin(context, priority, level, at) {
    const signal = SIGNALS[priority];
    const volume = context.createGain();
    volume.gain.value = level > 0 ? signal.raised_level : signal.level;
    volume.connect(context.destination);
    const wave = context.createPeriodicWave(new Float32Array(PARTIALS.length), new Float32Array(PARTIALS));
    const pulses = onsets(signal).map((onset) => pulse(context, signal, wave, volume, at + onset));
    function cut() {
      const now = context.currentTime;
      volume.gain.setTargetAtTime(0, now, CUT_S / 4);
      for (const oscillator of pulses) oscillator.stop(now + CUT_S);
    }
    return { startsAt: at, endsAt: at + length(signal), cut };
  }

  // The burst as samples, for whoever wants to measure it.
  function render(priority, context, level) {
    begin(context, priority, level || 0, 0);
    return context.startRendering();
  }

  im.alarmAudio = {
    begin, render,
    interval: (priority) => SIGNALS[priority].interval_s,
    lengthOf: (priority) => length(SIGNALS[priority]),
  };
})(window.InfusionMonitor);
