/* The clock by which the page counts ages and silences, in milliseconds: it never goes back.
 *
 * It goes on while the machine sleeps, as the wall's clock does and performance.now() may not. But the
 * wall's clock can be set back, and then an old price would look new: so whatever it falls behind the time
 * that the page has run is added again.
 */
"use strict";
(() => {
  const desk = window.dashboard;
  const TREMBLE = 1000; // two clocks are never read in the same instant
  let wall = Date.now();
  let run = performance.now();
  let lost = 0;
  let latest = wall;

  function now() {
    const wallNow = Date.now();
    const runNow = performance.now();
    const behind = (runNow - run) - (wallNow - wall);
    if (behind > TREMBLE) lost += behind;
    wall = wallNow;
    run = runNow;
    latest = Math.max(latest, wall + lost);
    return latest;
  }

  Object.assign(desk, { now });
})();
