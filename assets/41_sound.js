// What sounds and when: the most urgent audible alarm of all rooms, again and again, on the audio clock.
"use strict";

(function (im) {
  const PAUSE_MS = 2 * 60 * 1000;
  const SELF_CHECK_S = 3;
  // The audio clock moves in steps; what is scheduled for this very moment would lose its beginning.
  const AHEAD_S = 0.03;
  const BETWEEN_S = 0.6;

  // The burst that sounds or sounded last: { priority, level, ids, test, begun, startsAt, endsAt, cut }.
  let burst = null;
  let nextAt = 0;
  // Audible alarms that a burst has stood for, with the urgency that they had.
  const covered = new Map();
  // Bursts that sound once: reminders and tests.
  let once = [];
  const reminded = new Map();
  // Alarms whose burst has begun since the last receipt.
  const sounded = new Set();
  let localPauseUntil = 0;

  const rank = (priority) => im.PRIORITIES.indexOf(priority);
  const urgency = (alarm) => rank(alarm.priority) * 2 - (alarm.level > 0 ? 1 : 0);

  const hasLocalFault = () =>
    im.isWatching() && (im.watchdog.connection() === "lost" || im.model.selfCheckAge > SELF_CHECK_S);

  // Faults that only this screen can know. Nobody can acknowledge them, so their sound is paused here.
  function localAlarm() {
    if (!hasLocalFault()) {
      localPauseUntil = 0;
      return null;
    }
    return im.clock.elapsed() < localPauseUntil ? null : { id: "", priority: "medium", level: 0 };
  }

  function isPaused(alarm, now) {
    const room = im.model.rooms.get(alarm.room_id);
    const session = room && room.session;
    if (!session) return false;
    if (session.audio_paused_until && session.audio_paused_until > now) return true;
    // A call for help is no signal of the session: it is heard while the session's alarms are paused.
    return alarm.kind !== "help" && Boolean(session.alarms_paused_until) && session.alarms_paused_until > now;
  }

  // With the gateway lost, what was known last stays audible: nobody can say that it is over.
  function audible() {
    const now = im.clock.now();
    const found = Array.from(im.model.alarms.values()).filter((alarm) => alarm.state === "active" && !isPaused(alarm, now));
    const local = localAlarm();
    return local ? [...found, local] : found;
  }

  // What should sound now, and whether a part of it has not been heard yet at its urgency.
  function wish() {
    const alarms = audible();
    const ids = new Set(alarms.map((alarm) => alarm.id));
    for (const id of covered.keys()) if (!ids.has(id)) covered.delete(id);
    if (!alarms.length) return null;
    const worst = Math.min(...alarms.map((alarm) => rank(alarm.priority)));
    const mine = alarms.filter((alarm) => rank(alarm.priority) === worst);
    return {
      priority: im.PRIORITIES[worst],
      level: Math.max(...mine.map((alarm) => alarm.level || 0)),
      alarms: mine,
      ids,
      fresh: mine.some((alarm) => !covered.has(alarm.id) || covered.get(alarm.id) > urgency(alarm)),
    };
  }

  // Called ten times a second by the watchdog's worker, and with all news.
  function tick() {
    const context = im.soundContext.running();
    if (!context) {
      covered.clear();
      return;
    }
    noteBegun(context);
    const wanted = wish();
    if (isSounding(context) && isHushed(wanted)) {
      if (burst.test) endTest();
      cut(context);
    }
    if (wanted && once.some((one) => one.test)) endTest();
    if (wanted) soundAlarms(context, wanted);
    else if (once.length) soundOnce(context);
  }

  function endTest() {
    once = once.filter((one) => !one.test);
    im.soundMark.interrupted();
  }

  const isSounding = (context) => burst !== null && context === burst.context && context.currentTime < burst.endsAt;

  function cut(context) {
    burst.cut();
    burst.endsAt = context.currentTime;
  }

  // A burst is played to its end when its condition ends, and cut when a person acknowledged or paused.
  function isHushed(wanted) {
    if (burst.test) return wanted !== null;
    const now = im.clock.now();
    const alive = (id) => wanted && wanted.ids.has(id);
    const hushed = (id) => {
      const alarm = im.model.alarms.get(id);
      return alarm && !burst.reminder && (alarm.state === "acknowledged" || isPaused(alarm, now));
    };
    return !burst.ids.some(alive) && burst.ids.some(hushed);
  }

  function soundAlarms(context, wanted) {
    const now = context.currentTime;
    const same = burst !== null && burst.context === context && !burst.test && !burst.reminder && burst.priority === wanted.priority && burst.level === wanted.level;
    const sounding = isSounding(context);
    const due = same ? nextAt : burst === null || burst.context !== context ? 0 : burst.endsAt + BETWEEN_S;
    if (sounding && same && (!wanted.fresh || now < (burst.startsAt + burst.endsAt) / 2)) join(wanted);
    else if (wanted.fresh || (!sounding && now >= due)) strike(context, wanted);
    else if (!sounding && once.length) soundOnce(context);
  }

  // One burst stands for all alarms of its priority, also for one that comes while most of it is still to be heard.
  function join(wanted) {
    burst.ids = wanted.alarms.map((alarm) => alarm.id);
    for (const alarm of wanted.alarms) covered.set(alarm.id, urgency(alarm));
    if (burst.begun) confirm(burst.ids.filter((id) => !burst.confirmed.has(id)));
  }

  function strike(context, wanted) {
    if (isSounding(context)) cut(context);
    play(context, wanted.priority, wanted.level, {});
    nextAt = burst.endsAt + im.alarmAudio.interval(wanted.priority);
    join(wanted);
  }

  function play(context, priority, level, more) {
    const begun = im.alarmAudio.begin(context, priority, level, context.currentTime + AHEAD_S);
    burst = { context, priority, level, ids: [], begun: false, confirmed: new Set(), ...more, ...begun };
  }

  function soundOnce(context) {
    if (burst !== null && burst.context === context && context.currentTime < burst.endsAt + BETWEEN_S) return;
    const { priority, level, ids, test } = once.shift();
    play(context, priority, level, { ids, test, reminder: !test });
    if (test) im.soundMark.sounding(priority);
  }

  // The audio clock has passed the beginning of the burst: so much was really played.
  function noteBegun(context) {
    if (burst === null || burst.begun || burst.context !== context || context.currentTime <= burst.startsAt) return;
    burst.begun = true;
    confirm(burst.ids);
  }

  function confirm(ids) {
    const real = ids.filter((id) => id !== "");
    for (const id of ids) burst.confirmed.add(id);
    for (const id of real) sounded.add(id);
    if (real.length) im.views.tell();
  }

  // A snapshot tells what was reminded of before this screen came; an update tells what is reminded of now.
  function learn() {
    for (const alarm of im.model.alarms.values()) {
      if (reminded.has(alarm.id)) remind(alarm);
      else reminded.set(alarm.id, alarm.reminded_at || 0);
    }
    tick();
  }

  function remind(alarm) {
    const at = alarm.reminded_at || 0;
    if (at <= (reminded.get(alarm.id) || 0)) return;
    reminded.set(alarm.id, at);
    if (alarm.state !== "acknowledged" || isPaused(alarm, im.clock.now())) return;
    once.push({ priority: alarm.priority, level: alarm.level, ids: [alarm.id], test: false });
  }

  function news(update) {
    for (const alarm of update.alarms) {
      if (alarm.state === "ended") reminded.delete(alarm.id);
      else remind(alarm);
    }
    if (update.alarm_test) test("alarms");
    tick();
  }

  // One burst of each priority, or the medium one to hear that this screen sounds. A real alarm is never mixed with it.
  function test(kind) {
    const state = im.soundContext.state();
    const why = state !== "on" ? state : wish() ? "alarm" : "";
    im.soundMark.show(kind, why);
    if (why) return;
    const priorities = kind === "alarms" ? im.PRIORITIES : ["medium"];
    once = once.filter((one) => !one.test);
    once.push(...priorities.map((priority) => ({ priority, level: 0, ids: [], test: true })));
    tick();
  }

  function pauseLocal() {
    localPauseUntil = im.clock.elapsed() + PAUSE_MS;
    const context = im.soundContext.running();
    if (context && isSounding(context) && burst.ids.includes("")) cut(context);
    tick();
  }

  im.sound = {
    tick, learn, news, test, pauseLocal, hasLocalFault,
    localPauseLeft: () => Math.max(0, localPauseUntil - im.clock.elapsed()),
    // What has begun to sound since it was last taken.
    sounded: () => Array.from(sounded),
    told: (ids) => ids.forEach((id) => sounded.delete(id)),
  };
})(window.InfusionMonitor);
