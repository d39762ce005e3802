/* The table of positions and the list of events. Rows come as changes by label, and are counted old here. */
"use strict";
(() => {
  const desk = window.dashboard;
  const LOOK = 500;
  const COLUMNS = "dashboard-columns";
  const FIGURES = new Set(["mark", "pnl", "roe", "away"]); // what an old price leaves without a figure
  const ON_A_PHONE = ["symbol", "pnl", "risk", "away", "side", "size"]; // what comes first where little has room
  const rows = new Map(); // label -> the row as it is in the table
  let grid = null;

  /* Called with whatever was heard: rows stand under # and their label, events under # alone. */
  function list(changes, since) {
    const news = { add: [], update: [], remove: [] };
    for (const key in changes) {
      if (key[0] !== "#") continue;
      if (key === "#") write(changes[key]);
      else take(key.slice(1), changes[key], since, news);
    }
    if ("focus" in changes) mark();
    grid?.applyTransaction(news);
    if (news.update.some((row) => row.wasSilent !== row.silent)) grid?.refreshCells({ columns: ["risk"], force: true });
    if (grid && "focus" in changes) mark();
  }

  function take(label, row, since, news) {
    const known = rows.get(label);
    if (row === null) {
      if (known) news.remove.push(known);
      rows.delete(label);
      return;
    }
    const fresh = { ...row, heardAt: since };
    fresh.silent = isSilent(fresh);
    fresh.wasSilent = known?.silent ?? fresh.silent;
    rows.set(label, fresh);
    (known ? news.update : news.add).push(fresh);
  }

  function ageOf(row) {
    return row.age === null ? null : row.age + Math.max(0, desk.now() - row.heardAt);
  }

  function isSilent(row) {
    const age = ageOf(row);
    return desk.heard.gone || age === null || age > row.stale;
  }

  /* Counts ages on, and takes the figures of prices that have grown old out of the table. */
  function look() {
    if (!grid || document.hidden) return;
    const update = [];
    for (const [label, row] of rows) {
      if (isSilent(row) === row.silent) continue;
      const changed = { ...row, silent: !row.silent };
      rows.set(label, changed);
      update.push(changed);
    }
    if (update.length) {
      grid.applyTransaction({ update });
      grid.refreshCells({ force: true }); // the risk is drawn anew only when it is told to be
    }
    mark(); // Dash sets the table up once more after it was ready
    grid.refreshCells({ columns: ["age"], force: true });
  }

  function mark() {
    const node = grid?.getRowNode(desk.view.focus);
    if (node && !node.isSelected()) node.setSelected(true, true);
    else if (!node) grid?.deselectAll();
  }

  /* The list of events, the newest first. */
  function write(events) {
    const list = document.getElementById("events");
    if (!list) return;
    list.replaceChildren(...events.map(([at, label, kind, text]) => {
      const line = document.createElement("li");
      line.dataset.kind = kind;
      const parts = [new Date(at).toISOString().slice(11, 19), label.split(":")[0], kind, text];
      line.append(...parts.map((part, n) => {
        const span = document.createElement("span");
        span.className = ["at", "of", "kind", "what"][n];
        span.textContent = part;
        return span;
      }));
      return line;
    }));
  }

  /* Columns are as they were left: their order, widths, sorting and filters. */
  function remember() {
    const kept = { state: grid.getColumnState(), filter: grid.getFilterModel() };
    try { localStorage.setItem(COLUMNS, JSON.stringify(kept)); } catch { /* not remembered */ }
  }

  function recall() {
    try {
      const kept = JSON.parse(localStorage.getItem(COLUMNS) ?? "null");
      if (!kept) {
        if (innerWidth < 640) grid.applyColumnState({ state: ON_A_PHONE.map((colId) => ({ colId })), applyOrder: true });
        return;
      }
      grid.applyColumnState({ state: kept.state, applyOrder: true });
      grid.setFilterModel(kept.filter);
    } catch { /* then as they come */ }
  }

  function begin(api) {
    grid = api;
    recall();
    grid.applyTransaction({ add: [...rows.values()] });
    mark();
    for (const event of ["columnMoved", "columnResized", "columnVisible", "columnPinned", "sortChanged", "filterChanged"]) {
      grid.addEventListener(event, remember);
    }
    grid.addEventListener("rowClicked", (event) => desk.look(event.data.label));
    grid.addEventListener("cellKeyDown", (event) => {
      if (event.event.key === "Enter") desk.look(event.data.label);
    });
    if (desk.view["#"]) write(desk.view["#"]);
    setInterval(look, LOOK);
  }

  /* The table is there some time after the page. */
  async function await_grid() {
    while (!window.dash_ag_grid || !document.getElementById("positions")) await new Promise((go) => setTimeout(go, 50));
    begin(await window.dash_ag_grid.getApiAsync("positions"));
  }

  const functions = (window.dashAgGridFunctions = window.dashAgGridFunctions ?? {});
  functions.textOf = ({ colDef, data }) => {
    if (!data) return "";
    const name = colDef.field.replace("#", "");
    if (data.silent && FIGURES.has(name)) return "—";
    return name === "size" ? `${data.size} ${data.unit}` : data[name];
  };
  functions.toneOf = ({ colDef, data }) => {
    if (!data) return "number";
    const name = colDef.field.replace("#", "");
    const tone = data.silent && FIGURES.has(name) ? "unknown" : data[`${name}:tone`];
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
    data.symbol,
    data.note ? window.React.createElement("span", { className: "position-note", role: "img", "aria-label": data.note }) : null,
  );
  components.PositionRisk = ({ data }) => window.React.createElement(
    "span",
    { className: "risk small", "data-tone": data.silent ? "unknown" : data["risk:tone"], "data-icon": data.silent ? "unknown" : data["risk:icon"] },
    data.silent ? "UNKNOWN" : data.risk,
  );

  Object.assign(desk, { list });
  await_grid();
})();
