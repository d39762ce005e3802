/* Puts a view on the page. A key says where its text goes:
 *
 *   pnl          the text of every element with data-bind="pnl"
 *   pnl:hidden   whether those elements are hidden
 *   marker:--at  a custom property of theirs
 *   pnl:tone     their attribute data-tone, and so with any other word
 *
 * Nothing here reads the layout, and an element is looked up once.
 */
"use strict";
(() => {
  const desk = window.dashboard;
  const writers = new Map(); // key -> functions that put a text somewhere
  const elements = new Map(); // data-bind -> elements
  const watchers = new Map(); // key -> functions that want to know
  const shown = Object.create(null);
  let mounted = false;
  let unveiled = false;

  function mount() {
    for (const element of document.querySelectorAll("[data-bind]")) {
      const name = element.dataset.bind;
      elements.set(name, [...(elements.get(name) ?? []), element]);
    }
    mounted = true;
  }

  function writerOf(element, what) {
    if (what === undefined) {
      const text = element.appendChild(document.createTextNode(""));
      return (value) => { text.data = value; };
    }
    if (what.startsWith("--")) return (value) => element.style.setProperty(what, value);
    if (what === "hidden") return (value) => { element.hidden = value !== ""; };
    return (value) => element.setAttribute(`data-${what}`, value);
  }

  function writersOf(key) {
    const [name, what] = key.split(":");
    const found = (elements.get(name) ?? []).map((element) => writerOf(element, what));
    found.push(...(watchers.get(key) ?? []));
    writers.set(key, found);
    return found;
  }

  /* Paints what differs from what is shown. */
  function paint(view) {
    if (!mounted) return;
    for (const key in view) {
      const value = view[key];
      if (shown[key] === value || key[0] === "~" || key[0] === "#") continue;
      const before = shown[key];
      shown[key] = value;
      for (const write of writers.get(key) ?? writersOf(key)) write(value, before);
    }
    if (!unveiled && "price" in shown) unveil();
  }

  /* The cards show themselves filled, not filling. */
  function unveil() {
    unveiled = true;
    document.documentElement.dataset.painted = "";
  }

  /* Calls `told(value, before)` whenever `key` is painted anew. To be called before the first paint. */
  function watch(key, told) {
    watchers.set(key, [...(watchers.get(key) ?? []), told]);
  }

  Object.assign(desk, { mount, paint, watch, shown, isMounted: () => mounted });
})();
