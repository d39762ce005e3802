/* The clientside callbacks of Dash. */
"use strict";
(() => {
  const app = window.dashboard;

  function mount() {
    if (app.isMounted()) return;
    app.mount();
    app.start();
  }

  function applyAnswer(answer) {
    if (!answer) return;
    mount();
    if ((answer.selected ?? "") !== app.selected) return;
    // A slow answer must not overwrite what the websocket has sent since the request.
    if (app.stream.state === "open" || answer.requested_at <= app.stream.receivedAt) return;
    app.applyView(answer.view, answer.requested_at);
  }

  function theme(clicks) {
    return clicks ? app.theme.toggle() : app.theme.name();
  }

  /* Gives a screen reader the error that others see by the colour of the field. */
  function describe(input) {
    input.setAttribute("aria-describedby", input.id.replace("field-", "error-"));
    input.setAttribute("aria-invalid", input.classList.contains("is-invalid"));
  }

  /* Sets the keyboard focus once the drawer is open and filled. */
  function focusField(field) {
    if (!field) return;
    requestAnimationFrame(() => requestAnimationFrame(() => {
      for (const control of document.querySelectorAll("#drawer .field .form-control")) describe(control);
      const input = document.getElementById(field);
      (input?.matches("input") ? input : input?.querySelector("input"))?.focus();
    }));
  }

  window.dash_clientside = window.dash_clientside ?? {};
  window.dash_clientside.dashboard = {
    mount, applyAnswer, theme, focusField, requestTime: () => app.now(), chartFigure: (history) => app.chartFigure(history),
  };
})();
