// An open page is told when something has changed; it says so, and takes neither focus nor typed words away.
"use strict";

let stream = null;
let followed = "";

function place() { return document.querySelector("[data-live]"); }
function note() { return document.getElementById("live-note"); }
function queue() { return document.getElementById("queue"); }

// A stream for each visible page: a browser opens only a few at a time to one address.
function follow() {
  const live = place();
  // Without a list or case to follow, for the bells alone.
  const bells = document.querySelector("[data-reminders]") ? "bell" : "";
  const wanted = document.hidden ? "" : live ? live.dataset.live : bells;
  if (wanted === followed && stream && stream.readyState !== EventSource.CLOSED) return;
  if (stream) stream.close();
  stream = null;
  followed = wanted;
  if (!wanted) return;
  const numbers = wanted === "queue" || wanted === "bell" ? "" : `?case=${encodeURIComponent(wanted)}&presence=true`;
  stream = new EventSource(`/api/v1/live${numbers}`);
  stream.addEventListener("case", (event) => changed(JSON.parse(event.data)));
  stream.addEventListener("presence", (event) => { const { number, people } = JSON.parse(event.data); if (number === place()?.dataset.live) near(people); });
  stream.addEventListener("bell", (event) => ring(JSON.parse(event.data)));
  if (wanted === "queue") refresh();
}

function changed({ number, version }) {
  const live = place();
  if (!live) return;
  if (live.dataset.live === "queue") refresh();
  else if (number === live.dataset.live && version > Number(live.dataset.version)) say();
}

function ring({ cases, reminders }) {
  for (const [place, number] of [["[data-bell]", cases], ["[data-reminders]", reminders]]) {
    const bell = document.querySelector(place);
    if (bell) { bell.textContent = number; bell.hidden = !number; }
  }
  if (place()?.dataset.live === "queue") refresh();
}

let soon = 0;
function refresh() {
  clearTimeout(soon);
  soon = setTimeout(() => { if (queue()) window.htmx.trigger(queue(), "refresh"); }, 300);
}

// What was read in another window of this browser is unread in the list no more.
const windows = "BroadcastChannel" in window ? new BroadcastChannel("looked") : null;
if (windows) windows.addEventListener("message", () => { if (place()?.dataset.live === "queue") refresh(); });
function looked() { if (windows && place() && place().dataset.live !== "queue") windows.postMessage(place().dataset.live); }
document.addEventListener("DOMContentLoaded", looked);
document.addEventListener("htmx:afterSettle", looked);

function say() { if (note()) note().hidden = false; }

// The list stays as it is while somebody is in it with keyboard or selection; the note brings the new one.
document.addEventListener("htmx:beforeSwap", (event) => {
  const list = event.detail.target;
  if (list.id !== "queue" || event.detail.xhr.status === 204 || list.dataset.now) return;
  const chosen = window.getSelection();
  const busy = list.contains(document.activeElement) || (!chosen.isCollapsed && list.contains(chosen.anchorNode));
  if (busy) { event.detail.shouldSwap = false; say(); }
});

document.addEventListener("click", (event) => {
  if (!event.target.matches("[data-refresh]")) return;
  note().hidden = true;
  queue().dataset.now = "1";
  window.htmx.trigger(queue(), "refresh");
});

// Who else has the case open, and that this page is open: said every twenty seconds, and when one types.
const BEAT = 20000, TYPED = 5000;
let typed = 0;

function near(people) {
  const line = document.querySelector("[data-near]");
  if (!line) return;
  const words = people.map(({ name, typing }) => `${name}${typing ? "正在填寫本案回復" : "正在看本案"}`).join("、");
  if (line.textContent !== words) line.textContent = words;
  line.hidden = !people.length;
}

// Between two pages of this window who leaves comes before who comes: the page may be the same case again.
let left = Promise.resolve();

function here(state = {}) {
  const line = document.querySelector("[data-near]");
  if (!line || document.hidden) return;
  const words = new FormData();
  words.set("typing", state.typing ? "yes" : "");
  left.then(() => fetch(line.dataset.near, { method: "POST", body: words })).then((answer) => answer.ok && answer.json()).then((now) => now && near(now.people)).catch(() => {});
}

function leaving() {
  const words = new FormData();
  words.set("leaving", "yes");
  return words;
}

function gone() {
  const line = document.querySelector("[data-near]");
  if (line) navigator.sendBeacon(line.dataset.near, leaving());
}

document.addEventListener("input", (event) => {
  if (!event.target.matches("#step-reply textarea") || Date.now() - typed < TYPED) return;
  typed = Date.now();
  here({ typing: true });
});
setInterval(() => here({ typing: Date.now() - typed < BEAT / 2 }), BEAT);
document.addEventListener("DOMContentLoaded", () => here());
document.addEventListener("htmx:afterSettle", () => here());
document.addEventListener("htmx:beforeSwap", (event) => { const line = document.querySelector("[data-near]"); if (line && event.detail.target === document.body) left = fetch(line.dataset.near, { method: "POST", body: leaving() }).catch(() => {}); });
window.addEventListener("pagehide", gone);
document.addEventListener("visibilitychange", () => { if (document.hidden) gone(); else here(); });

document.addEventListener("visibilitychange", follow);
document.addEventListener("DOMContentLoaded", follow);
document.addEventListener("htmx:afterSettle", follow);
window.addEventListener("pagehide", () => { if (stream) stream.close(); stream = null; followed = ""; });
window.addEventListener("pageshow", follow);
