/* The chart between two histories: the last candle goes on with the price, and a new one opens in time. */
"use strict";
(() => {
  const desk = window.dashboard;
  const PAUSE = 350; // at most three redraws a second
  const REST = 20; // a redraw is followed by twenty times as long without one
  const NARROW = 640;
  const SHORT = 60;
  const PRICES = ["open", "high", "low", "close"];
  let figure = null; // the history as it has grown since
  let source = null; // the history as it came
  let clock = 0; // the server's clock minus the page's
  let turned = 0; // when the newest candle opened for which a history was asked
  let timer = null;
  let drawing = false; // a redraw waits for the frame
  let drawnAt = 0;
  let pause = PAUSE; // longer where a redraw is slow
  let wanted = 0;
  let hiddenAt = null;

  /* A figure with the values of the theme in place of the names of its tokens. */
  function coloured(value, tokens) {
    if (typeof value === "string" && value.startsWith("var(")) return tokens.getPropertyValue(value.slice(4, -1)).trim();
    if (Array.isArray(value)) return typeof value[0] === "number" ? value.slice() : value.map((one) => coloured(one, tokens));
    if (value === null || typeof value !== "object") return value;
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, coloured(one, tokens)]));
  }

  function show(history) {
    if (!history) return window.dash_clientside.no_update;
    if (history !== source) {
      source = history;
      figure = structuredClone(history);
      figure.layout.dragmode = matchMedia("(pointer: fine)").matches ? "zoom" : false;
      if (innerWidth < NARROW) shorten();
      clock = figure.layout.meta.now - desk.now();
      turned = opening();
      extend();
    }
    return coloured(figure, getComputedStyle(document.documentElement));
  }

  /* A phone shows the newer half, so that candles stay candles. */
  function shorten() {
    const { x } = figure.data[0];
    figure.layout.xaxis.range[0] = x[Math.max(0, x.length - SHORT)];
  }

  /* When the candle of this moment opened. */
  function opening() {
    const { period } = figure.layout.meta;
    return Math.floor((desk.now() + clock) / period) * period;
  }

  /* Lets the newest price into the chart. Answers whether a new candle was opened. */
  function extend() {
    if (desk.shown["price:tone"] === "unknown") return false; // it is not live, whoever found that out
    const last = Number(desk.view["last:value"]);
    const price = last || Number(desk.view["price:value"]);
    if (!price) return false;
    follow(price, last ? desk.view.last : desk.view.price);
    renew();
    return last !== 0 && grow(last); // candles are made of trades: a mark price moves the line alone
  }

  /* The exchange has seen trades that the page has not: once a candle is over, its history replaces ours. */
  function renew() {
    if (opening() <= turned) return;
    turned = opening();
    setTimeout(want, 2000 + Math.random() * 5000);
  }

  /* Lets a trade into the last candle, or opens a new one. Answers whether it did that. */
  function grow(price) {
    const candles = figure.data[0];
    const opened = opening();
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

  /* Moves the line and the tag of the price, and the axis where the price would leave it. */
  function follow(price, text) {
    const { shapes, annotations, yaxis, meta } = figure.layout;
    shapes[0].y0 = shapes[0].y1 = annotations[0].y = price;
    annotations[0].text = meta.decimals === null ? text : words(price, meta.decimals);
    const [floor, ceiling] = yaxis.range;
    const room = (ceiling - floor) * 0.05;
    if (price < floor + room) yaxis.range = [price - room, ceiling];
    if (price > ceiling - room) yaxis.range = [floor, price + room];
  }

  const formats = new Map();
  function words(price, decimals) {
    if (!formats.has(decimals)) {
      formats.set(decimals, new Intl.NumberFormat("en-US", { minimumFractionDigits: decimals, maximumFractionDigits: decimals }));
    }
    return formats.get(decimals).format(price);
  }

  function plot() {
    return document.querySelector("#chart .js-plotly-plot");
  }

  function redraw() {
    drawing = false;
    const drawn = plot();
    if (document.hidden || figure === null || !drawn?.data?.length || !window.Plotly) return;
    const isNew = extend();
    const { shapes, annotations, yaxis } = figure.layout;
    const began = performance.now();
    const parts = isNew ? ["x", ...PRICES] : PRICES;
    window.Plotly.update(
      drawn,
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
    pause = Math.max(PAUSE, (drawnAt - began) * REST);
    desk.redraws = (desk.redraws ?? 0) + 1;
  }

  function want() {
    if (document.hidden || !desk.isMounted()) return;
    wanted += 1;
    window.dash_clientside.set_props("chart-wanted", { data: wanted });
  }

  /* The price itself comes first: it is on the screen before the chart takes its time. */
  function afterFrame() {
    drawing = true;
    requestAnimationFrame(() => setTimeout(redraw, 0));
  }

  /* Redraws with the first price after the pause; by itself only if none comes. */
  function onPrice() {
    if (document.hidden || drawing) return;
    clearTimeout(timer);
    const wait = drawnAt + pause - performance.now();
    timer = setTimeout(afterFrame, wait > 0 ? wait + PAUSE : 0);
  }

  document.addEventListener("visibilitychange", () => {
    if (document.hidden) hiddenAt = desk.now();
    else if (hiddenAt !== null && desk.now() - hiddenAt > 5000) want();
    else onPrice();
  });
  desk.watch("last:value", onPrice);
  desk.watch("price:value", () => { if (!desk.view["last:value"]) onPrice(); });
  desk.watch("chart:key", (key) => { if (key) want(); });
  Object.assign(desk, { chart: show });
})();
