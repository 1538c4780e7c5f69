// The lines of a session's trace: where they break, how late readings find their place, how the older part is thinned.
// A line is [xs, ys] with a break as a null that stands where the point before it does; a reading without a value is a
// null at its own time. Pure.
"use strict";

(function (im) {
  const SHORTEST_GAP_MS = 3000;
  const LONGEST_ALLOWANCE_MS = 60000;
  const DETAIL_MS = 15 * 60000;
  const BUCKET_MS = 10000;

  const lastOf = (xs) => (xs && xs.length ? xs[xs.length - 1] : -Infinity);

  // The longest step that is still one unbroken line: the stale time, more for a metric that comes more seldom.
  function longestStep(xs) {
    const steps = [];
    for (let i = Math.max(1, xs.length - 60); i < xs.length; i += 1) if (xs[i] > xs[i - 1]) steps.push(xs[i] - xs[i - 1]);
    steps.sort((one, other) => one - other);
    const usual = steps.length ? steps[steps.length >> 1] : 0;
    return SHORTEST_GAP_MS + Math.max(0, Math.min(usual, LONGEST_ALLOWANCE_MS) - 1000);
  }

  // What to append to the line for these points, given as [x, y] in order.
  function continued([oldX], pairs) {
    const xs = [];
    const ys = [];
    const longest = longestStep(oldX);
    let before = lastOf(oldX);
    for (const [x, y] of pairs) {
      if (x - before > longest && before !== -Infinity) {
        xs.push(before);
        ys.push(null);
      }
      xs.push(x);
      ys.push(y);
      before = x;
    }
    return [xs, ys];
  }

  // The whole line anew with these points in their places, each reading once; null when it has them all. What was one
  // line stays one (its thinned part has steps that would be breaks among fresh readings), and a break that nothing
  // fills stays a break.
  function merged([oldX, oldY], pairs) {
    const known = new Map();
    let broken = true;
    for (let i = 0; i < oldX.length; i += 1) {
      const isBreak = oldY[i] === null && i > 0 && oldX[i] === oldX[i - 1];
      if (!isBreak) known.set(`${oldX[i]} ${oldY[i]}`, { x: oldX[i], y: oldY[i], joined: !broken, old: true });
      broken = isBreak;
    }
    const before = known.size;
    for (const [x, y] of pairs) if (!known.has(`${x} ${y}`)) known.set(`${x} ${y}`, { x, y, joined: false, old: false });
    if (known.size === before) return null;
    const points = Array.from(known.values()).sort((one, other) => one.x - other.x);
    return withBreaks(points, longestStep(points.map((point) => point.x)));
  }

  function withBreaks(points, longest) {
    const next = nextOld(points);
    const xs = [];
    const ys = [];
    points.forEach((point, i) => {
      const before = points[i - 1];
      const isJoined = next[i] && next[i].joined;
      if (before && !isJoined && ((before.old && point.old) || point.x - before.x > longest)) {
        xs.push(before.x);
        ys.push(null);
      }
      xs.push(point.x);
      ys.push(point.y);
    });
    return [xs, ys];
  }

  // For each point itself when it stood there before, else the one that did and follows it.
  function nextOld(points) {
    const next = new Array(points.length);
    let found = null;
    for (let i = points.length - 1; i >= 0; i -= 1) {
      if (points[i].old) found = points[i];
      next[i] = found;
    }
    return next;
  }

  // Up to where a line is thinned whose newest point is at x: whole buckets, older than what is read in detail.
  const detailFrom = (x) => Math.floor((x - DETAIL_MS) / BUCKET_MS) * BUCKET_MS;

  // The line with its lowest and its highest reading of every ten seconds before `from`; breaks and ends of runs stay.
  function thinned([oldX, oldY], from) {
    const xs = [];
    const ys = [];
    for (let at = 0, end = 0; at < oldX.length; at = end) {
      end = oldX[at] < from ? groupEnd(oldX, oldY, at, from) : at + 1;
      for (const i of kept(oldY, at, end)) {
        xs.push(oldX[i]);
        ys.push(oldY[i]);
      }
    }
    return [xs, ys];
  }

  // Neighbours with a value in the same ten seconds, or neighbours without one.
  function groupEnd(xs, ys, begin, from) {
    const bucket = Math.floor(xs[begin] / BUCKET_MS);
    let end = begin + 1;
    while (end < xs.length && xs[end] < from && (ys[end] === null) === (ys[begin] === null) &&
      (ys[begin] === null || Math.floor(xs[end] / BUCKET_MS) === bucket)) end += 1;
    return end;
  }

  // Of a group its first lowest and its first highest; of one without values, or at the end of a run, its ends as well.
  function kept(ys, begin, end) {
    const last = end - 1;
    if (ys[begin] === null) return begin === last ? [begin] : [begin, last];
    let low = begin;
    let high = begin;
    for (let i = begin + 1; i < end; i += 1) {
      if (ys[i] < ys[low]) low = i;
      if (ys[i] > ys[high]) high = i;
    }
    const found = new Set([low, high]);
    if (begin === 0 || ys[begin - 1] === null) found.add(begin);
    if (end === ys.length || ys[end] === null) found.add(last);
    return Array.from(found).sort((one, other) => one - other);
  }

  im.lines = { lastOf, continued, merged, detailFrom, thinned };
})(window.InfusionMonitor);
