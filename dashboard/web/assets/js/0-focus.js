/* Which position this page looks at: its label, or nothing for the main market. A matter of this tab alone. */
"use strict";
(() => {
  const desk = window.dashboard;
  const KEY = "dashboard-focus";

  function remembered() {
    try { return sessionStorage.getItem(KEY) ?? ""; } catch { return ""; }
  }

  function look(label) {
    if (label === desk.focus) return;
    desk.focus = label;
    try { sessionStorage.setItem(KEY, label); } catch { /* then it is forgotten with the page */ }
    window.dash_clientside.set_props("focus", { data: label });
    desk.again();
  }

  Object.assign(desk, { focus: remembered(), look });
})();
