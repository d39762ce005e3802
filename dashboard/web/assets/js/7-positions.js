/* The table of positions and the list of events. Rows arrive as changes by label; their ages are counted here. */
"use strict";
(() => {
  const app = window.dashboard;
  const REFRESH_MS = 500;
  const COLUMNS_KEY = "dashboard-columns";
  const PRICED_COLUMNS = new Set(["mark", "pnl", "roe", "away"]); // empty while the price is stale
  const PHONE_COLUMNS = ["symbol", "pnl", "risk", "away", "side", "size"]; // first on a narrow screen
  const rows = new Map(); // label -> the row of the table
  let grid = null;

  /* Applies the changes of a view: a row has the key # and its label, the events have the key #. */
  function applyRows(changes, since) {
    const transaction = { add: [], update: [], remove: [] };
    for (const key in changes) {
      if (key[0] !== "#") continue;
      if (key === "#") showEvents(changes[key]);
      else applyRow(key.slice(1), changes[key], since, transaction);
    }
    if ("focus" in changes) markSelected();
    grid?.applyTransaction(transaction);
    // The grid itself redraws only cells whose own value has changed, which the note and the staleness are not.
    if (transaction.update.some((row) => row.wasStale !== row.isStale || row.previousNote !== row.note)) {
      grid?.refreshCells({ columns: ["symbol", "risk"], force: true });
    }
    if (grid && "focus" in changes) markSelected();
  }

  function applyRow(label, row, since, transaction) {
    const known = rows.get(label);
    if (row === null) {
      if (known) transaction.remove.push(known);
      rows.delete(label);
      return;
    }
    const fresh = { ...row, receivedAt: since };
    fresh.isStale = computeStale(fresh);
    fresh.wasStale = known?.isStale ?? fresh.isStale;
    fresh.previousNote = known?.note ?? fresh.note;
    rows.set(label, fresh);
    (known ? transaction.update : transaction.add).push(fresh);
  }

  function ageOf(row) {
    return row.age === null ? null : row.age + Math.max(0, app.now() - row.receivedAt);
  }

  function computeStale(row) {
    const age = ageOf(row);
    return app.freshness.gone || age === null || age > row.stale;
  }

  /* Updates the ages, and the rows whose price has become stale or fresh. */
  function refresh() {
    if (!grid || document.hidden) return;
    const update = [];
    for (const [label, row] of rows) {
      if (computeStale(row) === row.isStale) continue;
      const changed = { ...row, isStale: !row.isStale };
      rows.set(label, changed);
      update.push(changed);
    }
    if (update.length) {
      grid.applyTransaction({ update });
      grid.refreshCells({ force: true }); // the risk cell is only redrawn on request
    }
    markSelected(); // Dash sets the table up once more after it was ready
    grid.refreshCells({ columns: ["age"], force: true });
  }

  function markSelected() {
    const node = grid?.getRowNode(app.view.focus);
    if (node && !node.isSelected()) node.setSelected(true, true);
    else if (!node) grid?.deselectAll();
  }

  /* Fills the list of events, newest first. */
  function showEvents(events) {
    const list = document.getElementById("events");
    if (!list) return;
    list.replaceChildren(...events.map(([at, label, kind, text]) => {
      const line = document.createElement("li");
      line.dataset.kind = kind;
      const parts = [new Date(at).toISOString().slice(11, 19), label.split(":")[0], kind, text];
      line.append(...parts.map((part, n) => {
        const span = document.createElement("span");
        span.className = ["time", "symbol", "kind", "text"][n];
        span.textContent = part;
        return span;
      }));
      return line;
    }));
  }

  /* Stores the columns' order, widths, sorting and filters. */
  function saveColumns() {
    const saved = { state: grid.getColumnState(), filter: grid.getFilterModel() };
    try { localStorage.setItem(COLUMNS_KEY, JSON.stringify(saved)); } catch { /* storage is forbidden */ }
  }

  function restoreColumns() {
    try {
      const saved = JSON.parse(localStorage.getItem(COLUMNS_KEY) ?? "null");
      if (!saved) {
        if (innerWidth < 640) grid.applyColumnState({ state: PHONE_COLUMNS.map((colId) => ({ colId })), applyOrder: true });
        return;
      }
      grid.applyColumnState({ state: saved.state, applyOrder: true });
      grid.setFilterModel(saved.filter);
    } catch { /* keep the default columns */ }
  }

  function attach(api) {
    grid = api;
    restoreColumns();
    grid.applyTransaction({ add: [...rows.values()] });
    markSelected();
    for (const event of ["columnMoved", "columnResized", "columnVisible", "columnPinned", "sortChanged", "filterChanged"]) {
      grid.addEventListener(event, saveColumns);
    }
    grid.addEventListener("rowClicked", (event) => app.select(event.data.label));
    grid.addEventListener("cellKeyDown", (event) => {
      if (event.event.key === "Enter") app.select(event.data.label);
    });
    if (app.view["#"]) showEvents(app.view["#"]);
    setInterval(refresh, REFRESH_MS);
  }

  /* Waits for the grid, which Dash loads after the page. */
  async function waitForGrid() {
    while (!window.dash_ag_grid || !document.getElementById("positions")) await new Promise((resolve) => setTimeout(resolve, 50));
    attach(await window.dash_ag_grid.getApiAsync("positions"));
  }

  const functions = (window.dashAgGridFunctions = window.dashAgGridFunctions ?? {});
  functions.textOf = ({ colDef, data }) => {
    if (!data) return "";
    const name = colDef.field.replace("#", "");
    if (data.isStale && PRICED_COLUMNS.has(name)) return "—";
    return name === "size" ? `${data.size} ${data.unit}`.trimEnd() : data[name];
  };
  functions.toneOf = ({ colDef, data }) => {
    if (!data) return "number";
    const name = colDef.field.replace("#", "");
    const tone = data.isStale && PRICED_COLUMNS.has(name) ? "unknown" : data[`${name}:tone`];
    return `number tone-${tone ?? "neutral"}`;
  };
  functions.ageOf = ({ data }) => {
    const age = data ? ageOf(data) : null;
    if (age === null) return "—";
    return age < 60000 ? `${Math.floor(age / 1000)} s` : `${Math.floor(age / 60000)} min`;
  };

  const components = (window.dashAgGridComponentFunctions = window.dashAgGridComponentFunctions ?? {});
  components.PositionName = ({ data }) => window.React.createElement(
    "span",
    { className: "position-name", title: data.note ? `${data.market}: ${data.note}` : data.market },
    window.React.createElement(
      "span", { className: "position-symbol" },
      data.symbol,
      data.disagrees ? window.React.createElement("span", { className: "position-disagrees" }, data.disagrees) : null,
    ),
    data.note ? window.React.createElement("span", { className: "position-note", role: "img", "aria-label": data.note }) : null,
  );
  components.PositionRisk = ({ data }) => window.React.createElement(
    "span",
    { className: "risk small", "data-tone": data.isStale ? "unknown" : data["risk:tone"], "data-icon": data.isStale ? "unknown" : data["risk:icon"] },
    data.isStale ? "UNKNOWN" : data.risk,
  );

  Object.assign(app, { applyRows });
  waitForGrid();
})();
