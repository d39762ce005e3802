/* What Dash calls in the browser. */
"use strict";
(() => {
  const desk = window.dashboard;
  const nothing = () => window.dash_clientside.no_update;

  function mounted() {
    if (desk.isMounted()) return;
    desk.mount();
    desk.start();
  }

  function heard(view) {
    if (!view) return;
    mounted();
    // An answer that was on its way for a while must not undo what the websocket said since.
    if (desk.stream.state !== "open") desk.hear(view);
  }

  function theme(clicks) {
    return clicks ? desk.theme.toggle() : desk.theme.name();
  }

  /* The drawer has to be open and filled before a field in it can have the focus. */
  function focus(field) {
    if (!field) return;
    requestAnimationFrame(() => requestAnimationFrame(() => {
      const input = document.getElementById(field);
      (input?.matches("input") ? input : input?.querySelector("input"))?.focus();
    }));
  }

  window.dash_clientside = window.dash_clientside ?? {};
  window.dash_clientside.desk = { mounted, heard, theme, focus, chart: (history) => desk.chart(history) ?? nothing() };
})();
