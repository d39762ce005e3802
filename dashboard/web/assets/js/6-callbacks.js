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

  function heard(answer) {
    if (!answer) return;
    mounted();
    if ((answer.focus ?? "") !== desk.focus) return;
    // An answer that was long on its way must not undo what the websocket has said since the question.
    if (desk.stream.state === "open" || answer.asked <= desk.stream.heardAt) return;
    desk.hear(answer.view, answer.asked);
  }

  function theme(clicks) {
    return clicks ? desk.theme.toggle() : desk.theme.name();
  }

  /* Says to a screen reader what the colour of a field says to others. */
  function describe(input) {
    input.setAttribute("aria-describedby", input.id.replace("field-", "error-"));
    input.setAttribute("aria-invalid", input.classList.contains("is-invalid"));
  }

  /* The drawer has to be open and filled before a field in it can have the focus. */
  function focus(field) {
    if (!field) return;
    requestAnimationFrame(() => requestAnimationFrame(() => {
      for (const one of document.querySelectorAll("#drawer .field .form-control")) describe(one);
      const input = document.getElementById(field);
      (input?.matches("input") ? input : input?.querySelector("input"))?.focus();
    }));
  }

  window.dash_clientside = window.dash_clientside ?? {};
  window.dash_clientside.desk = { mounted, ask: () => desk.now(), heard, theme, focus, chart: (history) => desk.chart(history) ?? nothing() };
})();
