// The lists of the side column: each heading with its count is always in sight, and a list says how much of it is not.
"use strict";

(function (im) {
  const t = im.t;
  const PARTLY_PX = 6;
  // Which list gets its next whole rows when there is room for few: alarms, due, acknowledged, not watched.
  const TURNS = [[0, 1], [3, 1], [1, 1], [2, 1], [3, 2], [1, 2], [0, 2], [2, 2], [0, Infinity], [3, Infinity], [1, Infinity], [2, Infinity]];

  let lists = new Map();
  let column = null;
  let sizes = null;

  function mount(elements) {
    unmount();
    sizes = new ResizeObserver(look);
    column = elements.length ? elements[0].parentNode.parentNode : null;
    for (const element of elements) {
      const known = { count: countOf(element), more: moreOf(element) };
      lists.set(element, known);
      reachable(element);
      element.addEventListener("scroll", soon, { passive: true });
    }
    soon();
  }

  // The browser measures when it lays the frame out, and calls before it paints: whoever asks for sizes while a message
  // is being written has the page laid out once more, and with it whatever waits for this frame. An element that is
  // observed anew is always told of; the column's own size never follows from what is set here.
  function soon() {
    if (!column) return;
    sizes.unobserve(column);
    sizes.observe(column);
  }

  function unmount() {
    if (sizes) sizes.disconnect();
    column = null;
    for (const { count, more } of lists.values()) {
      count.parentNode.remove();
      more.button.remove();
    }
    lists = new Map();
  }

  // What scrolls is reached without a mouse, and says what it is.
  function reachable(element) {
    const heading = element.previousElementSibling;
    element.tabIndex = 0;
    element.setAttribute("role", "group");
    if (heading) element.setAttribute("aria-label", heading.firstChild.textContent);
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
    soon();
  }

  // Where each row of a list ends, from the list's beginning.
  function rowEnds(element) {
    const boxes = Array.from(element.children, (child) => child.getBoundingClientRect());
    return boxes.map((box) => Math.ceil(box.bottom - boxes[0].top));
  }

  function freeHeight(element) {
    const block = element.parentNode;
    const side = block.parentNode;
    const style = getComputedStyle(side);
    let free = side.clientHeight - parseFloat(style.paddingTop) - parseFloat(style.paddingBottom);
    for (const child of side.children) {
      const heading = lists.has(child.querySelector(":scope > .side-list")) && child.firstElementChild;
      const measured = heading || child;
      free -= measured.getBoundingClientRect().height + (heading ? parseFloat(getComputedStyle(heading).marginBottom) : 0);
    }
    return free - (side.children.length - 1) * (parseFloat(style.rowGap) || 0);
  }

  // Whole rows only: a button that is cut in half is pressed wrongly. Gives each list the height that is left for it.
  function share(plans) {
    let free = freeHeight(plans[0].element);
    const moreRoom = moreHeight();
    free -= plans.filter((plan) => plan.ends.length > 1).length * moreRoom;
    for (const [turn, wanted] of TURNS) {
      const plan = plans[turn];
      while (!plan.full && plan.shown < Math.min(wanted, plan.ends.length)) {
        const { ends, shown } = plan;
        const isLast = shown + 1 === ends.length;
        const cost = ends[shown] - (shown ? ends[shown - 1] : 0) - (isLast && shown ? moreRoom : 0);
        if (cost > free && shown) plan.full = true;
        else {
          free -= cost;
          plan.shown += 1;
        }
      }
    }
    for (const plan of plans) plan.height = plan.shown ? plan.ends[plan.shown - 1] : null;
  }

  // What the button below a list takes: more where fingers press it.
  const moreHeight = () => parseFloat(getComputedStyle(lists.values().next().value.more.button).minHeight);

  // All sizes are read before anything is written: one layout, and none for the reading.
  function look() {
    const plans = Array.from(lists.keys(), (element) => (
      { element, ends: rowEnds(element), scrolled: element.scrollTop, height: element.clientHeight, shown: 0, full: false }));
    const whole = plans.length === 4;
    if (whole) share(plans);
    for (const { element, ends, scrolled, height } of plans) {
      const limit = whole && height !== null ? `${height}px` : "";
      if (whole && element.style.maxHeight !== limit) element.style.maxHeight = limit;
      const { more } = lists.get(element);
      const below = height === null ? 0 : ends.filter((end) => end > scrolled + height + PARTLY_PX).length;
      more.button.hidden = below === 0;
      im.setText(more.caption, t("↓ {n} more", { n: below }));
    }
  }

  im.sideLists = { mount, unmount, count, soon };
})(window.InfusionMonitor);
