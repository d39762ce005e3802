/* The label of the position selected in this tab, or "" for the main market. Each tab has its own. */
"use strict";
(() => {
  const app = window.dashboard;
  const KEY = "dashboard-focus";

  function stored() {
    try { return sessionStorage.getItem(KEY) ?? ""; } catch { return ""; }
  }

  function select(label) {
    if (label === app.selected) return;
    app.selected = label;
    try { sessionStorage.setItem(KEY, label); } catch { /* the selection then ends with the page */ }
    window.dash_clientside.set_props("selected-position", { data: label });
    app.reconnect();
  }

  Object.assign(app, { selected: stored(), select });
})();
