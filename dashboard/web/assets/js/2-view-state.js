/* The newest view from the server, and how fresh it is.
 *
 * The page detects stale prices by itself, even when the server is silent: it counts the age of the price,
 * and once that is too old, it paints the values which the server sent for this case (the keys with ~).
 */
"use strict";
(() => {
  const app = window.dashboard;
  const SERVER_TIMEOUT_MS = 5000;
  const TICK_MS = 250;
  const RELOAD_KEY = "dashboard-replaced-at";
  const MIN_RELOAD_PAUSE_MS = 10000; // doubled after each reload that did not help,
  const MAX_RELOAD_PAUSE_MS = 600000; // up to this
  const view = Object.create(null); // the newest whole view
  const staleView = Object.create(null); // painted over `view` when the price is too old
  const freshness = { receivedAt: app.now(), age: null, ageAt: 0, stale: false, gone: false };
  let goneView = null; // painted over both when the server does not answer

  /* Applies a whole view, or the changes of one. They may be as old as `since`, the time of the request. */
  function applyView(changes, since = app.now()) {
    freshness.receivedAt = app.now();
    for (const key in changes) {
      view[key] = changes[key];
      if (key[0] === "~") staleView[key.slice(1)] = changes[key];
    }
    app.applyRows?.(changes, since);
    if ("age:ms" in changes) {
      freshness.age = changes["age:ms"] === "" ? null : Number(changes["age:ms"]);
      freshness.ageAt = since;
    }
    if (freshness.stale || freshness.gone) paintByFreshness();
    else app.paint(changes);
  }

  function age() {
    return freshness.age === null ? null : freshness.age + Math.max(0, app.now() - freshness.ageAt);
  }

  /* Determines whether the price is stale or the server gone, and paints accordingly. */
  function paintByFreshness() {
    const current = age();
    freshness.stale = current !== null && current > Number(view["stale:ms"]);
    freshness.gone = app.now() - freshness.receivedAt > SERVER_TIMEOUT_MS;
    const knownToServer = view["price:tone"] === "unknown"; // then the view itself has the reason
    const silent = freshness.gone || (freshness.stale && !knownToServer);
    app.paint({ ...view, ...(silent ? staleView : {}), ...(freshness.gone ? goneView : {}) });
  }

  function formatAge(milliseconds) {
    if (milliseconds === null) return "";
    if (milliseconds < 10000) return `${(Math.floor(milliseconds / 100) / 10).toFixed(1)} s`;
    const seconds = Math.floor(milliseconds / 1000);
    if (seconds < 60) return `${seconds} s`;
    if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
    return seconds < 172800 ? `${Math.floor(seconds / 3600)} h` : `${Math.floor(seconds / 86400)} d`;
  }

  function tick() {
    paintByFreshness();
    app.paint({ age: formatAge(age()), clock: `${new Date().toISOString().slice(11, 19)} UTC` });
  }

  function start() {
    goneView = JSON.parse(document.getElementById("server-gone").dataset.view);
    freshness.receivedAt = app.now();
    paintByFreshness();
    tick();
    setInterval(tick, TICK_MS);
  }

  /* Reloads the page after the server was upgraded or shows another exchange. It waits while the form is open,
   * and between reloads: two workers may differ for a moment. */
  function reloadIfReplaced() {
    if (view.edition === document.getElementById("page").dataset.edition) return;
    const wait = document.querySelector(".offcanvas.show") ? 1000 : pauseBeforeReload();
    if (wait > 0) setTimeout(reloadIfReplaced, wait);
    else location.reload();
  }

  function pauseBeforeReload() {
    try {
      const [at, stored] = (sessionStorage.getItem(RELOAD_KEY) ?? "").split(" ").map((text) => Number(text) || 0);
      const since = Math.abs(Date.now() - at), pause = Math.max(stored || 0, MIN_RELOAD_PAUSE_MS);
      const next = since < 10 * pause ? Math.min(2 * pause, MAX_RELOAD_PAUSE_MS) : MIN_RELOAD_PAUSE_MS;
      if (since >= pause) sessionStorage.setItem(RELOAD_KEY, `${Date.now()} ${next}`);
      return Math.max(0, pause - since);
    } catch { return MAX_RELOAD_PAUSE_MS; } // without storage the page could reload in an endless loop
  }

  app.watch("title", (title) => { document.title = title; });
  app.watch("edition", reloadIfReplaced);
  Object.assign(app, { applyView, start, view, freshness, age });
})();
