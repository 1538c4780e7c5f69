// What is paused in a room, and how much longer: the same words on every screen.
"use strict";

(function (im) {
  const t = im.t;

  const left = (until, now) => (until && until > now ? until - now : 0);

  function words(session, now) {
    const audio = left(session.audio_paused_until, now);
    const alarms = left(session.alarms_paused_until, now);
    const parts = [];
    if (alarms) parts.push(t("Alarms paused {time}", { time: im.clock.duration(alarms) }));
    if (audio) parts.push(t("Audio paused {time}", { time: im.clock.duration(audio) }));
    return parts.join(" · ");
  }

  im.pauses = { words, audioLeft: (session, now) => left(session.audio_paused_until, now) };
})(window.InfusionMonitor);
