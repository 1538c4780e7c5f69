// The lists of the side column: each heading with its count is always in sight, and a list says how much of it is not.
"use strict";

(function (im) {
  const t = im.t;
  const PARTLY_PX = 6;

  let lists = new Map();
  let sizes = null;

  function mount(elements) {
    unmount();
    sizes = new ResizeObserver(look);
    for (const element of elements) {
      const known = { count: countOf(element), more: moreOf(element) };
      lists.set(element, known);
      element.addEventListener("scroll", look, { passive: true });
      sizes.observe(element);
    }
  }

  function unmount() {
    if (sizes) sizes.disconnect();
    for (const { count, more } of lists.values()) {
      count.parentNode.remove();
      more.button.remove();
    }
    lists = new Map();
  }

  function countOf(element) {
    const heading = element.previousElementSibling;
    const count = im.textIn(im.el("span", "side-count"));
    if (heading) heading.append(count.parentNode);
    return count;
  }

  // Below the list, and pressed it shows what comes next.
  function moreOf(element) {
    const button = im.el("button", "side-more");
    button.type = "button";
    button.hidden = true;
    const caption = im.textIn(button);
    button.addEventListener("click", () => element.scrollBy({ top: Math.max(40, element.clientHeight - 30) }));
    element.after(button);
    return { button, caption };
  }

  function count(element, number) {
    const known = lists.get(element);
    if (known) im.setText(known.count, String(number));
    look();
  }

  function hiddenBelow(element) {
    const end = element.getBoundingClientRect().bottom + PARTLY_PX;
    return Array.from(element.children).filter((child) => child.getBoundingClientRect().bottom > end).length;
  }

  // All sizes are read before anything is written.
  function look() {
    const found = Array.from(lists, ([element, known]) => [known, hiddenBelow(element)]);
    for (const [{ more }, below] of found) {
      more.button.hidden = below === 0;
      im.setText(more.caption, t("↓ {n} more", { n: below }));
    }
  }

  im.sideLists = { mount, unmount, count, look };
})(window.InfusionMonitor);
