/* Says which way the price went: an arrow that stays, and a flash that does not come too often. */
"use strict";
(() => {
  const desk = window.dashboard;
  const PAUSE = 500;
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  let last = -PAUSE;
  let heroes = null;

  desk.watch("price:value", (value, before) => {
    if (!before || !value || desk.heard.stale) return;
    const way = Number(value) > Number(before) ? "up" : "down";
    desk.paint({ "price-arrow:way": way });
    const now = performance.now();
    if (calm.matches || now - last < PAUSE) return;
    last = now;
    heroes ??= document.querySelectorAll("#price-card .hero");
    const frames = [{ color: `var(--${way})` }, {}];
    for (const hero of heroes) hero.animate(frames, { duration: 400 });
    desk.flashes = (desk.flashes ?? 0) + 1;
  });
})();
