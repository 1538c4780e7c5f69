// The sound's place in the bar: whether this screen can sound, its test, and the choice to stay quiet; and the mark of a test.
"use strict";

(function (im) {
  const t = im.t;
  const MARK_MS = 12000;

  const stateWords = {
    on: () => t("Sound on"),
    blocked: () => t("Sound blocked: press here"),
    quiet: () => t("Quiet screen"),
  };

  let pill = null;
  let mark = null;

  function mount(place) {
    pill = null;
    if (!place) return;
    const button = im.el("button", "sound-button");
    button.type = "button";
    button.setAttribute("aria-expanded", "false");
    const text = im.textIn(button);
    const menu = im.el("div", "sound-menu");
    menu.hidden = true;
    pill = { place, button, text, menu };
    button.addEventListener("click", pressed);
    place.addEventListener("keydown", (event) => event.key === "Escape" && close(true));
    place.replaceChildren(button, menu);
    paint();
  }

  document.addEventListener("pointerdown", (event) => {
    if (pill && !pill.place.contains(event.target)) close(false);
  });

  function paint() {
    if (!pill) return;
    const state = im.soundContext.state();
    im.setAttr(pill.place, "data-sound", state);
    im.setText(pill.text, stateWords[state]());
    if (!pill.menu.hidden) fill(state);
  }

  // The press itself unlocks a blocked sound (39_sound_context.js hears every touch of the page).
  function pressed() {
    if (!pill.menu.hidden) {
      close(false);
      return;
    }
    if (im.soundContext.state() === "blocked") return;
    fill(im.soundContext.state());
    pill.menu.hidden = false;
    pill.button.setAttribute("aria-expanded", "true");
  }

  function close(focus) {
    if (pill.menu.hidden) return;
    pill.menu.hidden = true;
    pill.button.setAttribute("aria-expanded", "false");
    if (focus) pill.button.focus();
  }

  function choice(words, name, action) {
    const button = im.el("button", "button", words);
    button.type = "button";
    button.dataset.action = name;
    button.addEventListener("click", () => {
      close(true);
      action();
    });
    return button;
  }

  function fill(state) {
    const note = im.el("p", "sound-note", t("A quiet screen shows alarms and never sounds. It is meant for the patient's room."));
    const choices = state === "quiet"
      ? [choice(t("Let this screen sound"), "sound", () => im.soundContext.setQuiet(false))]
      : [
        choice(t("Test sound"), "test-sound", () => im.sound.test("screen")),
        choice(t("Make this a quiet screen"), "quiet", () => im.soundContext.setQuiet(true)),
      ];
    pill.menu.replaceChildren(...choices, note);
  }

  // A fault of this screen itself is not acknowledged by anybody: its sound is paused where it stands.
  function localPause() {
    const button = im.el("button", "button local-pause");
    button.type = "button";
    button.dataset.action = "pause-local";
    im.textIn(button);
    button.addEventListener("click", () => {
      im.sound.pauseLocal();
      second();
    });
    return button;
  }

  function second() {
    const left = im.sound.localPauseLeft();
    for (const button of document.querySelectorAll("[data-action=pause-local]")) {
      button.hidden = im.soundContext.state() !== "on" || !im.sound.hasLocalFault();
      im.setText(button.firstChild, left ? t("Audio paused {time}", { time: im.clock.duration(left) }) : t("Pause audio 2:00"));
    }
  }

  const testWords = {
    alarms: () => t("Alarm test: high, medium and low sound one after the other. No patient is meant."),
    screen: () => t("Test of this screen's sound. No patient is meant."),
  };
  const silenceWords = {
    "": () => "",
    blocked: () => t("Not heard here: the sound is blocked."),
    quiet: () => t("Not heard here: this is a quiet screen."),
    alarm: () => t("Not sounded here: a real alarm sounds."),
  };

  // A test is marked in sight from its first to well after its last sound.
  function show(kind, why) {
    if (!mark) {
      mark = { root: im.el("div", "alarm-test") };
      mark.root.id = "alarm-test";
      mark.root.setAttribute("role", "status");
      mark.words = im.textIn(im.el("span"));
      mark.now = im.textIn(im.el("b"));
      mark.root.append(im.el("strong", null, t("TEST")), mark.words.parentNode, mark.now.parentNode);
    }
    if (!mark.root.isConnected) document.body.append(mark.root);
    im.setText(mark.words, testWords[kind]());
    im.setAttr(mark.root, "data-priority", null);
    im.setText(mark.now, silenceWords[why]());
    im.setAttr(document.documentElement, "data-alarm-test", "true");
    im.watchdog.after("test mark", MARK_MS, () => {
      mark.root.remove();
      im.setAttr(document.documentElement, "data-alarm-test", null);
    });
  }

  const priorityWords = { high: () => t("high"), medium: () => t("medium"), low: () => t("low") };

  function sounding(priority) {
    im.setAttr(mark.root, "data-priority", priority);
    im.setText(mark.now, `${im.MARKS[priority]} ${priorityWords[priority]()}`);
  }

  function interrupted() {
    im.setAttr(mark.root, "data-priority", null);
    im.setText(mark.now, silenceWords.alarm());
  }

  im.soundPill = { mount, paint, localPause, second };
  im.soundMark = { show, sounding, interrupted };
})(window.InfusionMonitor);
