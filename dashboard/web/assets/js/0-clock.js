/* A monotonic clock in milliseconds, for ages and timeouts.
 *
 * performance.now() may stop while the machine sleeps; Date.now() does not, but it can be set back, and
 * then an old price would look new. So this clock follows Date.now(), and whenever Date.now() falls behind
 * performance.now(), the difference is added again.
 */
"use strict";
(() => {
  const app = window.dashboard;
  const TOLERANCE_MS = 1000; // the two clocks are never read at the same instant
  let lastWall = Date.now();
  let lastRun = performance.now();
  let lost = 0;
  let latest = lastWall;

  function now() {
    const wall = Date.now();
    const run = performance.now();
    const behind = (run - lastRun) - (wall - lastWall);
    if (behind > TOLERANCE_MS) lost += behind;
    lastWall = wall;
    lastRun = run;
    latest = Math.max(latest, wall + lost);
    return latest;
  }

  Object.assign(app, { now });
})();
