/* Keeps the chart current between two histories: prices update the last candle, and open new ones in time. */
"use strict";
(() => {
  const app = window.dashboard;
  const MIN_PAUSE_MS = 350; // at most three redraws a second
  const PAUSE_FACTOR = 20; // after a redraw, pause at least 20 times as long as it took
  const NARROW_PX = 640;
  const NARROW_CANDLES = 60;
  const PRICES = ["open", "high", "low", "close"];
  let figure = null; // the history with the prices since
  let source = null; // the history as received
  let clockOffset = 0; // the server's clock minus the page's
  let requestedOpening = 0; // opening time of the newest candle for which a history was requested
  let timer = null;
  let drawing = false; // a redraw waits for the frame
  let drawnAt = 0;
  let pause = MIN_PAUSE_MS; // longer where a redraw is slow
  let requests = 0;
  let hiddenAt = null;

  /* Returns the figure with the theme's colours in place of var(--token). */
  function resolveColours(value, tokens) {
    if (typeof value === "string" && value.startsWith("var(")) return tokens.getPropertyValue(value.slice(4, -1)).trim();
    if (Array.isArray(value)) return typeof value[0] === "number" ? value.slice() : value.map((item) => resolveColours(item, tokens));
    if (value === null || typeof value !== "object") return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, resolveColours(item, tokens)]));
  }

  function chartFigure(history) {
    if (!history) return window.dash_clientside.no_update;
    if (history !== source) {
      source = history;
      figure = structuredClone(history);
      figure.layout.dragmode = matchMedia("(pointer: fine)").matches ? "zoom" : false;
      if (innerWidth < NARROW_PX) shorten();
      clockOffset = figure.layout.meta.now - app.now();
      requestedOpening = currentOpening();
      applyPrice();
    }
    return resolveColours(figure, getComputedStyle(document.documentElement));
  }

  /* Shows the newer half on a phone, so that candles keep their width. */
  function shorten() {
    const { x } = figure.data[0];
    figure.layout.xaxis.range[0] = x[Math.max(0, x.length - NARROW_CANDLES)];
  }

  /* Opening time of the current candle. */
  function currentOpening() {
    const { period } = figure.layout.meta;
    return Math.floor((app.now() + clockOffset) / period) * period;
  }

  /* Applies the newest price to the figure. Returns whether a new candle was opened. */
  function applyPrice() {
    if (app.shown["price:tone"] === "unknown") return false; // not live
    const last = Number(app.view["last:value"]);
    const price = last || Number(app.view["price:value"]);
    if (!price) return false;
    movePriceLine(price, last ? app.view.last : app.view.price);
    refreshAfterCandle();
    return last !== 0 && applyTrade(last); // candles are made of trades; a mark price moves the line only
  }

  /* Requests the history after each candle: the exchange has trades that the page has not seen. */
  function refreshAfterCandle() {
    if (currentOpening() <= requestedOpening) return;
    requestedOpening = currentOpening();
    setTimeout(requestHistory, 2000 + Math.random() * 5000);
  }

  /* Applies a trade to the last candle, or opens a new one. Returns whether it opened one. */
  function applyTrade(price) {
    const candles = figure.data[0];
    const opened = currentOpening();
    const last = candles.x.length - 1;
    const isNew = opened > Date.parse(candles.x[last]);
    if (isNew) {
      candles.x.push(new Date(opened).toISOString());
      for (const part of PRICES) candles[part].push(price);
    } else {
      candles.high[last] = Math.max(candles.high[last], price);
      candles.low[last] = Math.min(candles.low[last], price);
      candles.close[last] = price;
    }
    return isNew;
  }

  /* Moves the price's line and tag, and the axis where the price would leave it. */
  function movePriceLine(price, text) {
    const { shapes, annotations, yaxis, meta } = figure.layout;
    shapes[0].y0 = shapes[0].y1 = annotations[0].y = price;
    annotations[0].text = meta.decimals === null ? text : formatPrice(price, meta.decimals);
    const [floor, ceiling] = yaxis.range;
    const margin = (ceiling - floor) * 0.05;
    if (price < floor + margin) yaxis.range = [price - margin, ceiling];
    if (price > ceiling - margin) yaxis.range = [floor, price + margin];
  }

  const formats = new Map();
  function formatPrice(price, decimals) {
    if (!formats.has(decimals)) {
      formats.set(decimals, new Intl.NumberFormat("en-US", { minimumFractionDigits: decimals, maximumFractionDigits: decimals }));
    }
    return formats.get(decimals).format(price);
  }

  function plotElement() {
    return document.querySelector("#chart .js-plotly-plot");
  }

  function redraw() {
    drawing = false;
    const plot = plotElement();
    if (document.hidden || figure === null || !plot?.data?.length || !window.Plotly) return;
    const isNew = applyPrice();
    const { shapes, annotations, yaxis } = figure.layout;
    const began = performance.now();
    const parts = isNew ? ["x", ...PRICES] : PRICES;
    window.Plotly.update(
      plot,
      Object.fromEntries(parts.map((part) => [part, [figure.data[0][part].slice()]])),
      {
        "shapes[0].y0": shapes[0].y0,
        "shapes[0].y1": shapes[0].y1,
        "annotations[0].y": annotations[0].y,
        "annotations[0].text": annotations[0].text,
        "yaxis.range": yaxis.range.slice(),
      },
      [0],
    );
    drawnAt = performance.now();
    pause = Math.max(MIN_PAUSE_MS, (drawnAt - began) * PAUSE_FACTOR);
    app.redraws = (app.redraws ?? 0) + 1;
  }

  function requestHistory() {
    if (document.hidden || !app.isMounted()) return;
    requests += 1;
    window.dash_clientside.set_props("chart-refresh", { data: requests });
  }

  /* Redraws after the frame, so that the price itself is on the screen first. */
  function redrawAfterFrame() {
    drawing = true;
    requestAnimationFrame(() => setTimeout(redraw, 0));
  }

  /* Redraws with the first price after the pause; without one, a little later. */
  function onPrice() {
    if (document.hidden || drawing) return;
    clearTimeout(timer);
    const wait = drawnAt + pause - performance.now();
    timer = setTimeout(redrawAfterFrame, wait > 0 ? wait + MIN_PAUSE_MS : 0);
  }

  document.addEventListener("visibilitychange", () => {
    if (document.hidden) hiddenAt = app.now();
    else if (hiddenAt !== null && app.now() - hiddenAt > 5000) requestHistory();
    else onPrice();
  });
  app.watch("last:value", onPrice);
  app.watch("price:value", () => { if (!app.view["last:value"]) onPrice(); });
  app.watch("chart:key", (key) => { if (key) requestHistory(); });
  Object.assign(app, { chartFigure });
})();
