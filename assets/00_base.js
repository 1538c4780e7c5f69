// The one namespace of the page's scripts, translated text, and small DOM helpers. Loaded first by its name.
"use strict";

window.InfusionMonitor = window.InfusionMonitor || {};

(function (im) {
  const dictionary = { language: "en", strings: {} };

  im.useLanguage = function (language, strings) {
    dictionary.language = language;
    dictionary.strings = strings || {};
    if (document.documentElement.lang !== language) document.documentElement.lang = language;
  };
  im.language = () => dictionary.language;

  // An English text in the operator's language, with {name} places filled in.
  function t(english, places) {
    const translated = dictionary.strings[english] || english;
    if (!places) return translated;
    return translated.replace(/\{(\w+)\}/g, (whole, name) => (name in places ? String(places[name]) : whole));
  }
  im.t = t;

  // A text that came in a message, in every language of the product.
  im.spoken = (text) => text[dictionary.language] || text.en || "";

  im.el = function (tag, className, ...children) {
    const element = document.createElement(tag);
    if (className) element.className = className;
    element.append(...children);
    return element;
  };

  // A text node in an element. Writing to the node's data changes no child list, so observers of the page stay asleep.
  im.textIn = function (element, text) {
    const node = document.createTextNode(text || "");
    element.append(node);
    return node;
  };
  im.setText = function (node, text) {
    if (node.data !== text) node.data = text;
  };
  im.setAttr = function (element, name, value) {
    if (value === null || value === undefined) {
      if (element.hasAttribute(name)) element.removeAttribute(name);
    } else if (element.getAttribute(name) !== String(value)) {
      element.setAttribute(name, String(value));
    }
  };

  // Puts exactly these children into a parent, in this order, moving only what is out of place.
  im.arrange = function (parent, children) {
    const wanted = new Set(children);
    for (const child of Array.from(parent.children)) if (!wanted.has(child)) child.remove();
    children.forEach((child, place) => {
      if (parent.children[place] !== child) parent.insertBefore(child, parent.children[place] || null);
    });
  };

  // Not crypto.randomUUID: it is missing on a plain-http address other than localhost.
  im.newId = function () {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
  };

  // What concerns the screens or the whole house has no room.
  im.roomTitle = (name) => (name === "" ? t("The whole ward") : /^\d/.test(name) ? t("Room {name}", { name }) : name);

  im.PRIORITIES = ["high", "medium", "low"];
  im.MARKS = { high: "!!!", medium: "!!", low: "!" };
  im.scriptBase = document.currentScript ? document.currentScript.src.replace(/[^/]*$/, "") : "/assets/";
})(window.InfusionMonitor);
