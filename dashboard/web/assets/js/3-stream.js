/* The websocket: reconnects for ever, and sets the interval at which Dash polls the server instead.
 *
 * It also closes when the session ends. After each close the page asks the server for the state of the
 * session, and reloads into the login if there is none.
 */
"use strict";
(() => {
  const app = window.dashboard;
  const MIN_DELAY_MS = 250;
  const MAX_DELAY_MS = 15000;
  const SILENCE_MS = 3500; // the server sends a message each second
  const SLOW_POLL_MS = 15000; // while the websocket is open
  const FAST_POLL_MS = 1000; // while it is not
  const stream = { state: "closed", messages: 0, attempts: 0, pollInterval: null, receivedAt: 0 };
  let socket = null;
  let watchdog = null;
  let aliveAt = 0;
  let reconnectTimer = null;

  function setPollInterval(interval) {
    if (stream.pollInterval === interval || !app.isMounted()) return;
    stream.pollInterval = interval;
    window.dash_clientside.set_props("poll", { interval });
  }

  function connect() {
    clearTimeout(reconnectTimer);
    stream.attempts += 1;
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const query = app.selected ? `?focus=${encodeURIComponent(app.selected)}` : "";
    socket = new WebSocket(`${scheme}://${location.host}/ws/view${query}`);
    stream.state = "connecting";
    socket.onmessage = onMessage;
    socket.onclose = onClose;
    resetWatchdog();
  }

  function onMessage(message) {
    stream.messages += 1;
    if (stream.state !== "open") {
      stream.state = "open";
      stream.attempts = 0;
    }
    setPollInterval(SLOW_POLL_MS);
    resetWatchdog();
    stream.receivedAt = app.now();
    app.applyView(JSON.parse(message.data).view);
  }

  /* Closes a socket that stays silent. */
  function resetWatchdog() {
    aliveAt = app.now();
    watchdog ??= setInterval(() => {
      if (stream.state === "closed" || app.now() - aliveAt <= SILENCE_MS) return;
      discard();
      onClose();
    }, 1000);
  }

  function discard() {
    socket.onclose = socket.onmessage = null;
    socket.close();
  }

  async function reloadIfLoggedOut() {
    try {
      const answer = await fetch("/session", { cache: "no-store" });
      if (answer.status === 401) location.reload();
    } catch { /* the server is unreachable, so the session is unknown */ }
  }

  function onClose() {
    stream.state = "closed";
    reloadIfLoggedOut();
    setPollInterval(FAST_POLL_MS);
    const delay = Math.min(MAX_DELAY_MS, MIN_DELAY_MS * 2 ** Math.min(stream.attempts, 10));
    reconnectTimer = setTimeout(connect, delay * (0.5 + Math.random() / 2));
  }

  /* Skips the delay when the network or the page comes back. */
  function connectNow() {
    if (stream.state === "closed") connect();
  }

  /* Opens a new websocket, for the position that is selected now. */
  function reconnect() {
    if (stream.state !== "closed") discard();
    connect();
  }

  addEventListener("online", connectNow);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) connectNow(); });
  Object.assign(app, { stream, reconnect });
  connect();
})();
