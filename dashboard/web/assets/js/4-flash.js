/* Shows the direction of the last price change: a lasting arrow, and a flash at a limited rate. */
"use strict";
(() => {
  const app = window.dashboard;
  const MIN_PAUSE_MS = 500;
  const reducedMotion = matchMedia("(prefers-reduced-motion: reduce)");
  let flashedAt = -MIN_PAUSE_MS;
  let prices = null;

  app.watch("price:value", (value, before) => {
    if (!before || !value || app.freshness.stale) return;
    const way = Number(value) > Number(before) ? "up" : "down";
    app.paint({ "price-arrow:way": way });
    const now = performance.now();
    if (reducedMotion.matches || now - flashedAt < MIN_PAUSE_MS) return;
    flashedAt = now;
    prices ??= document.querySelectorAll("#price-card .hero");
    const frames = [{ color: `var(--${way})` }, {}];
    for (const price of prices) price.animate(frames, { duration: 400 });
    app.flashes = (app.flashes ?? 0) + 1;
  });
})();
