/* The websocket: connects for ever, and sets the pace at which Dash asks the server instead. It also ends
 * when the session does: the server is asked whether that is why, and then the page makes way for the login. */
"use strict";
(() => {
  const desk = window.dashboard;
  const FIRST_DELAY = 250;
  const LONGEST_DELAY = 15000;
  const SILENCE = 3500; // the server says something each second
  const HEARTBEAT = 15000;
  const ALONE = 1000;
  const stream = { state: "closed", messages: 0, attempts: 0, pace: null, heardAt: 0 };
  let socket = null;
  let watchdog = null;
  let reconnect = null;

  function setPace(interval) {
    if (stream.pace === interval || !desk.isMounted()) return;
    stream.pace = interval;
    window.dash_clientside.set_props("beat", { interval });
  }

  function open() {
    clearTimeout(reconnect);
    stream.attempts += 1;
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const focus = desk.focus ? `?focus=${encodeURIComponent(desk.focus)}` : "";
    socket = new WebSocket(`${scheme}://${location.host}/ws/view${focus}`);
    stream.state = "connecting";
    socket.onmessage = receive;
    socket.onclose = closed;
    guard();
  }

  function receive(message) {
    stream.messages += 1;
    if (stream.state !== "open") {
      stream.state = "open";
      stream.attempts = 0;
    }
    setPace(HEARTBEAT);
    guard();
    stream.heardAt = desk.now();
    desk.hear(JSON.parse(message.data).view);
  }

  /* A socket that says nothing is as good as closed. */
  let guarded = 0;
  function guard() {
    guarded = desk.now();
    watchdog ??= setInterval(() => {
      if (stream.state !== "closed" && desk.now() - guarded > SILENCE) drop();
    }, 1000);
  }

  function drop() {
    socket.onclose = socket.onmessage = null;
    socket.close();
    closed();
  }

  async function leaveIfLoggedOut() {
    try {
      const answer = await fetch("/session", { cache: "no-store" });
      if (answer.status === 401) location.reload();
    } catch { /* the server is away, which says nothing of the session */ }
  }

  function closed() {
    stream.state = "closed";
    leaveIfLoggedOut();
    setPace(ALONE);
    const longest = Math.min(LONGEST_DELAY, FIRST_DELAY * 2 ** Math.min(stream.attempts, 10));
    reconnect = setTimeout(open, longest * (0.5 + Math.random() / 2));
  }

  /* Coming back to the page, or to the network, is a reason not to wait. */
  function hurry() {
    if (stream.state === "closed") open();
  }

  /* Another position is looked at: the server has to know. */
  function again() {
    if (stream.state !== "closed") {
      socket.onclose = socket.onmessage = null;
      socket.close();
    }
    open();
  }

  addEventListener("online", hurry);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) hurry(); });
  Object.assign(desk, { stream, again });
  open();
})();
