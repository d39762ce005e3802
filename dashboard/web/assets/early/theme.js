/* The theme, before anything is painted: what was chosen, else dark.
 *
 * The system is not asked: browsers answer "light" for everybody who never chose, too.
 */
"use strict";
(() => {
  const KEY = "dashboard-theme";
  const root = document.documentElement;

  function remembered() {
    try {
      return localStorage.getItem(KEY);
    } catch {
      return null; // storage may be forbidden; the theme then lasts as long as the page
    }
  }

  function remember(name) {
    try {
      localStorage.setItem(KEY, name);
    } catch {
      /* as above */
    }
  }

  root.dataset.bsTheme = remembered() ?? "dark";

  window.dashboard = {
    theme: {
      name: () => root.dataset.bsTheme,
      toggle() {
        const name = root.dataset.bsTheme === "dark" ? "light" : "dark";
        root.dataset.bsTheme = name;
        remember(name);
        return name;
      },
    },
  };
})();
