/* Pages that stay true: polling while visible, the words beside the live dot, the end of the session.
   <div data-poll="10" hx-get="…" hx-trigger="poll" hx-swap="morph"> asks every 10 seconds.
   All arithmetic of limits is done by the server; nothing is counted down here. */
(() => {
  "use strict";

  const SLOW_SECONDS = 60;
  const WARN_SECONDS = 120;
  let failures = 0;
  let freshAt = Date.now();
  let lastAct = Date.now();

  const polls = () => [...document.querySelectorAll("[data-poll]")];
  const fill = (words, places) => words.replace(/\{(\w+)\}/g, (whole, name) => places[name] ?? whole);
  const twoDigits = (number) => String(number).padStart(2, "0");

  function tick() {
    const now = Date.now();
    if (document.visibilityState === "visible") {
      for (const element of polls()) {
        const seconds = failures >= 2 ? SLOW_SECONDS : Number(element.dataset.poll);
        if (now - Number(element.pollAt || freshAt) < seconds * 1000) continue;
        element.pollAt = now;
        window.htmx.trigger(element, "poll");
      }
    }
    showFreshness(now);
    watchSession(now);
  }

  function showFreshness(now) {
    const live = document.querySelector("[data-live]");
    if (!live || !polls().length) return;
    const stale = failures >= 2;
    const at = new Date(freshAt);
    live.toggleAttribute("data-stale", stale);
    live.querySelector("[data-live-words]").textContent = stale
      ? fill(live.dataset.staleWords, { time: `${twoDigits(at.getHours())}:${twoDigits(at.getMinutes())}` })
      : fill(live.dataset.fresh, { seconds: Math.round((now - freshAt) / 1000) });
  }

  function onAnswer(event) {
    if (!event.detail.elt.hasAttribute("data-poll")) return;
    if (event.detail.failed || !event.detail.successful) {
      failures += 1;
    } else {
      failures = 0;
      freshAt = Date.now();
    }
  }

  /* The session ends without a word on the server; say so two minutes before, polling does not prolong it. */
  function watchSession(now) {
    const seconds = Number(document.body.dataset.sessionSeconds || 0);
    const dialog = document.getElementById("session-warning");
    if (!seconds || !dialog || dialog.open || dialog.dismissed) return;
    if (now - lastAct > (seconds - WARN_SECONDS) * 1000) dialog.showModal();
  }

  async function keepAlive() {
    const answer = await fetch(document.body.dataset.keepalive, { method: "POST", headers: csrf() });
    if (answer.ok) lastAct = Date.now();
    document.getElementById("session-warning").close();
  }

  const csrf = () => JSON.parse(document.body.getAttribute("hx-headers") || "{}");

  document.addEventListener("htmx:afterRequest", onAnswer);
  document.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.successful && !event.detail.elt.hasAttribute("data-poll")) lastAct = Date.now();
  });
  document.addEventListener("visibilitychange", tick);
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-keepalive-now]")) keepAlive();
    if (event.target.closest("#session-warning [data-close]")) document.getElementById("session-warning").dismissed = true;
  });
  setInterval(tick, 1000);
})();
