/* Sets the theme before the first paint: the stored choice, else dark.
 *
 * The system's preference is ignored: browsers report "light" when the user never chose one.
 */
"use strict";
(() => {
  const KEY = "dashboard-theme";
  const root = document.documentElement;

  function stored() {
    try {
      return localStorage.getItem(KEY);
    } catch {
      return null; // storage may be forbidden; the choice then ends with the page
    }
  }

  function store(name) {
    try {
      localStorage.setItem(KEY, name);
    } catch {
      /* as above */
    }
  }

  root.dataset.bsTheme = stored() ?? "dark";

  window.dashboard = {
    theme: {
      name: () => root.dataset.bsTheme,
      toggle() {
        const name = root.dataset.bsTheme === "dark" ? "light" : "dark";
        root.dataset.bsTheme = name;
        store(name);
        return name;
      },
    },
  };
})();
