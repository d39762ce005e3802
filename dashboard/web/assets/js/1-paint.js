/* Writes a view into the page. The key selects the target of its text:
 *
 *   pnl          the text of every element with data-bind="pnl"
 *   pnl:hidden   whether those elements are hidden: "1" or ""
 *   marker:--at  a custom property of those elements
 *   pnl:tone     their attribute data-tone; any other suffix works alike
 *
 * It never reads the layout, and it looks up each element once.
 */
"use strict";
(() => {
  const app = window.dashboard;
  const writers = new Map(); // key -> functions that write its text
  const elements = new Map(); // data-bind -> elements
  const watchers = new Map(); // key -> callbacks
  const shown = Object.create(null);
  let mounted = false;
  let revealed = false;

  function mount() {
    for (const element of document.querySelectorAll("[data-bind]")) {
      const name = element.dataset.bind;
      elements.set(name, [...(elements.get(name) ?? []), element]);
    }
    mounted = true;
  }

  function writerFor(element, suffix) {
    if (suffix === undefined) {
      const text = element.appendChild(document.createTextNode(""));
      return (value) => { text.data = value; };
    }
    if (suffix.startsWith("--")) return (value) => element.style.setProperty(suffix, value);
    if (suffix === "hidden") return (value) => { element.hidden = value !== ""; };
    return (value) => element.setAttribute(`data-${suffix}`, value);
  }

  function findWriters(key) {
    const [name, suffix] = key.split(":");
    const found = (elements.get(name) ?? []).map((element) => writerFor(element, suffix));
    found.push(...(watchers.get(key) ?? []));
    writers.set(key, found);
    return found;
  }

  /* Writes the keys whose text differs from the shown one. */
  function paint(view) {
    if (!mounted) return;
    for (const key in view) {
      const value = view[key];
      if (shown[key] === value || key[0] === "~" || key[0] === "#") continue;
      const before = shown[key];
      shown[key] = value;
      for (const write of writers.get(key) ?? findWriters(key)) write(value, before);
    }
    if (!revealed && "price" in shown) reveal();
  }

  /* Shows the cards once they are filled. */
  function reveal() {
    revealed = true;
    document.documentElement.dataset.painted = "";
  }

  /* Calls `callback(value, before)` whenever the text of `key` changes. Register before the first paint. */
  function watch(key, callback) {
    watchers.set(key, [...(watchers.get(key) ?? []), callback]);
  }

  Object.assign(app, { mount, paint, watch, shown, isMounted: () => mounted });
})();
