/* What was heard from the server, by either way, and what silence means.
 *
 * The page never trusts that somebody will tell it: it counts the age of the price on by itself, and
 * paints what the server said beforehand for this case (the keys with ~) once the price is too old.
 */
"use strict";
(() => {
  const desk = window.dashboard;
  const SILENCE = 5000;
  const LOOK = 250;
  const REPLACED = "dashboard-replaced-at";
  const BETWEEN = 10000; // from one time that the page is loaded anew to the next,
  const LONGEST = 600000; // which becomes longer as long as that is of no use
  const view = Object.create(null); // the newest whole view
  const unheard = Object.create(null); // what to paint over it when it is too old
  const heard = { at: desk.now(), age: null, ageAt: 0, stale: false, gone: false };
  let gone = null;

  /* Takes a whole view, or what has changed in it. It may be as old as `since`, when it was asked for. */
  function hear(changes, since = desk.now()) {
    heard.at = desk.now();
    for (const key in changes) {
      view[key] = changes[key];
      if (key[0] === "~") unheard[key.slice(1)] = changes[key];
    }
    desk.list?.(changes, since);
    if ("age:ms" in changes) {
      heard.age = changes["age:ms"] === "" ? null : Number(changes["age:ms"]);
      heard.ageAt = since;
    }
    if (heard.stale || heard.gone) settle();
    else desk.paint(changes);
  }

  function age() {
    return heard.age === null ? null : heard.age + Math.max(0, desk.now() - heard.ageAt);
  }

  /* Judges the silence, and paints what follows from it. */
  function settle() {
    const old = age();
    heard.stale = old !== null && old > Number(view["stale:ms"]);
    heard.gone = desk.now() - heard.at > SILENCE;
    const told = view["price:tone"] === "unknown"; // then the server says so itself, and why
    const silent = heard.gone || (heard.stale && !told);
    desk.paint({ ...view, ...(silent ? unheard : {}), ...(heard.gone ? gone : {}) });
  }

  function words(milliseconds) {
    if (milliseconds === null) return "";
    if (milliseconds < 10000) return `${(Math.floor(milliseconds / 100) / 10).toFixed(1)} s`;
    const seconds = Math.floor(milliseconds / 1000);
    if (seconds < 60) return `${seconds} s`;
    if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
    return seconds < 172800 ? `${Math.floor(seconds / 3600)} h` : `${Math.floor(seconds / 86400)} d`;
  }

  function look() {
    settle();
    desk.paint({ age: words(age()), clock: `${new Date().toISOString().slice(11, 19)} UTC` });
  }

  function start() {
    gone = JSON.parse(document.getElementById("server-gone").dataset.view);
    heard.at = desk.now();
    settle();
    look();
    setInterval(look, LOOK);
  }

  /* The server shows another exchange now, or was upgraded: the page is loaded anew. Not while somebody types,
   * and not over and over, as while two of its workers differ for a moment. */
  function replaceOld() {
    if (view.edition === document.getElementById("page").dataset.edition) return;
    const wait = document.querySelector(".offcanvas.show") ? 1000 : remaining();
    if (wait > 0) setTimeout(replaceOld, wait);
    else location.reload();
  }

  function remaining() {
    try {
      const [at, pause] = (sessionStorage.getItem(REPLACED) ?? "").split(" ").map((text) => Number(text) || 0);
      const since = Math.abs(Date.now() - at), wanted = Math.max(pause || 0, BETWEEN);
      const next = since < 10 * wanted ? Math.min(2 * wanted, LONGEST) : BETWEEN;
      if (since >= wanted) sessionStorage.setItem(REPLACED, `${Date.now()} ${next}`);
      return Math.max(0, wanted - since);
    } catch { return LONGEST; } // who cannot remember it might do it for ever
  }

  desk.watch("title", (title) => { document.title = title; });
  desk.watch("edition", replaceOld);
  Object.assign(desk, { hear, start, view, heard, age });
})();
