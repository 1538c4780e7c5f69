// Taking a session along: says how far a file is while it is made, and brings it when it is there, whole.
// The links work without this: a press with a key held, or from the browser's menu, is the browser's own.
"use strict";

(function (im) {
  const ASK_MS = 700;
  const GONE_MS = 60000;

  function press(event) {
    const nameless = event.target.closest(".review [data-nameless]");
    if (nameless) {
      im.setAttr(nameless, "aria-pressed", nameless.getAttribute("aria-pressed") !== "true");
      return;
    }
    const link = event.target.closest(".review-downloads a[data-format]");
    if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    if (link.getAttribute("aria-busy") !== "true") take(link);
  }

  async function take(link) {
    const page = link.closest(".review");
    const ticket = im.newId();
    const address = new URL(link.href);
    address.searchParams.set("ticket", ticket);
    if (page.querySelector('[data-nameless][aria-pressed="true"]')) address.searchParams.set("deidentified", "true");
    const begun = performance.now();
    const watching = setInterval(() => tell(page, link, ticket, begun), ASK_MS);
    link.setAttribute("aria-busy", "true");
    say(page, im.t("{what} is being made…", { what: link.textContent }));
    try {
      const response = await fetch(address, { cache: "no-store" });
      if (!response.ok) throw new Error((await reason(response)) || `HTTP ${response.status}`);
      const name = nameOf(response);
      // A connection that breaks off fails here: a part of a file is never handed over.
      save(await response.blob(), name);
      say(page, im.t("{name} is complete.", { name }));
    } catch (error) {
      console.warn(`No file: ${error.message}`);
      say(page, im.t("{what} could not be made: {why}", { what: link.textContent, why: error.message }));
    } finally {
      clearInterval(watching);
      link.removeAttribute("aria-busy");
    }
  }

  async function tell(page, link, ticket, begun) {
    const seconds = Math.round((performance.now() - begun) / 1000);
    const address = new URL(link.href);
    try {
      const response = await fetch(`${address.pathname}/progress?ticket=${ticket}`, { cache: "no-store" });
      const { written } = await response.json();
      if (link.getAttribute("aria-busy") !== "true") return;
      const places = { what: link.textContent, n: seconds, kb: Math.round((written || 0) / 1000).toLocaleString(im.language()) };
      say(page, written ? im.t("{what} is being made: {n} s, {kb} kB", places) : im.t("{what} is being made: {n} s", places));
    } catch (error) {
      console.warn(`How far it is, is not known: ${error.message}`);
    }
  }

  async function reason(response) {
    const told = await response.json().catch(() => ({}));
    return typeof told.detail === "string" ? told.detail : "";
  }

  const nameOf = (response) => (/filename="?([^";]+)"?/.exec(response.headers.get("content-disposition") || "") || [])[1] || "session.zip";

  function save(blob, name) {
    const address = URL.createObjectURL(blob);
    const link = im.el("a");
    link.href = address;
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(address), GONE_MS);
  }

  function say(page, text) {
    const place = page.querySelector("#review-making");
    if (place) place.textContent = text;
  }

  document.addEventListener("click", press);
})(window.InfusionMonitor);
