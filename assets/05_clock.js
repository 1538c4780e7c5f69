// Time: how much really passed on this screen (sleep included), and what the gateway's clock says now.
"use strict";

(function (im) {
  const SUSPICION_MS = 1000;
  const DRIFT = 0.001;

  let lastMono = performance.now();
  let lastWall = Date.now();
  let slept = 0;
  let jumps = 0;

  // Milliseconds that passed, monotonic. The page's own monotonic clock may stand still while the computer sleeps;
  // a wall clock that ran ahead of it by a second or more is believed, because too old is the safe mistake.
  function elapsed() {
    const mono = performance.now();
    const wall = Date.now();
    const ahead = wall - lastWall - (mono - lastMono);
    if (ahead > SUSPICION_MS) {
      slept += ahead;
      jumps += 1;
    }
    lastMono = mono;
    lastWall = wall;
    return mono + slept;
  }

  const server = { known: false, time: 0, at: 0, speed: 1 };

  // A snapshot begins a new mapping: server_time happened no later than now.
  function restart(serverTime, speed) {
    Object.assign(server, { known: true, time: serverTime, at: elapsed(), speed: speed || 1 });
  }

  // The message with the least delay tells the gateway's time best. Returns how late this one is, in real milliseconds.
  function observe(serverTime) {
    if (!server.known) return 0;
    const now = elapsed();
    const expected = server.time + (now - server.at) * server.speed;
    const allowed = (now - server.at) * server.speed * DRIFT;
    if (serverTime >= expected - allowed) {
      server.time = serverTime;
      server.at = now;
      return 0;
    }
    return (expected - serverTime) / server.speed;
  }

  const now = () => (server.known ? server.time + (elapsed() - server.at) * server.speed : Date.now());

  function pad(number) {
    return String(number).padStart(2, "0");
  }

  // 0:41, 31:42, 1:02:03
  function duration(ms) {
    const seconds = Math.max(0, Math.floor(ms / 1000));
    const hours = Math.floor(seconds / 3600);
    const minutes = Math.floor(seconds / 60) % 60;
    return hours ? `${hours}:${pad(minutes)}:${pad(seconds % 60)}` : `${minutes}:${pad(seconds % 60)}`;
  }

  // 12 s, 2 min, 3 h
  function age(ms) {
    const seconds = Math.max(0, Math.floor(ms / 1000));
    if (seconds < 2) return im.t("now");
    if (seconds < 60) return im.t("{n} s", { n: seconds });
    if (seconds < 3600) return im.t("{n} min", { n: Math.floor(seconds / 60) });
    return im.t("{n} h", { n: Math.floor(seconds / 3600) });
  }

  // now, in 3 min, 4 min late
  function until(ms) {
    if (Math.abs(ms) < 30000) return im.t("now");
    const minutes = Math.max(1, Math.round(Math.abs(ms) / 60000));
    return ms > 0 ? im.t("in {n} min", { n: minutes }) : im.t("{n} min late", { n: minutes });
  }

  let zone;
  const formats = new Map();
  function timeOfDay(instant, seconds) {
    const key = `${im.language()} ${zone} ${Boolean(seconds)}`;
    if (!formats.has(key)) {
      const options = { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: zone };
      if (seconds) options.second = "2-digit";
      formats.set(key, new Intl.DateTimeFormat("en-GB", options));
    }
    return formats.get(key).format(new Date(instant));
  }

  im.clock = {
    elapsed,
    // How often the clocks disagreed: after each the mapping to the gateway's time must be made anew.
    jumps: () => jumps,
    restart,
    observe,
    now,
    duration,
    age,
    until,
    timeOfDay,
    isKnown: () => server.known,
    speed: () => server.speed,
    useZone: (name) => { zone = name || undefined; },
  };
})(window.InfusionMonitor);
