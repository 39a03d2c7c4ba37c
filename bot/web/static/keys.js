// Keys for whoever works without a mouse, and words that are typed and not sent kept while the tab is open.
"use strict";

const OFF = "keys-off";

function typing(target) {
  return target.closest?.("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]");
}

function links() { return [...document.querySelectorAll(".case-rows tbody th a")]; }

function step(by) {
  const all = links();
  const here = all.indexOf(document.activeElement);
  const next = all[here < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(Math.max(here + by, 0), all.length - 1)];
  if (next) next.focus();
}

// A form of a case: opened if it is folded, its first field ready.
function begin(id) {
  const place = document.getElementById(id);
  if (!place) return;
  if (place.tagName === "DETAILS") place.open = true;
  const field = place.querySelector("textarea, select, input:not([type=hidden]):not([type=file])");
  if (field) { field.focus(); field.scrollIntoView({ block: "center" }); }
}

const KEYS = {
  "/": () => document.querySelector("input[type=search]")?.focus(),
  j: () => step(1),
  k: () => step(-1),
  r: () => begin("step-reply"),
  n: () => begin("step-note"),
  a: () => begin("step-assignment"),
  c: () => document.querySelector("a[href='/desk/new']")?.click(),
  "?": () => document.getElementById("keys")?.showModal(),
};

document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    const form = event.target.closest?.("main form");
    if (form?.method === "post" && event.target.matches("textarea, input")) {
      event.preventDefault();
      if (event.shiftKey && form.matches(".reply-form")) form.querySelector("[data-closes]")?.click();
      else form.requestSubmit();
    }
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || typing(event.target)) return;
  if (document.querySelector("dialog[open]")) return;
  if (localStorage.getItem(OFF) && event.key !== "?") return;
  const act = KEYS[event.key.toLowerCase()];
  if (act) { event.preventDefault(); act(); }
});

document.addEventListener("click", (event) => {
  // What leads to a step opens it, with its first field ready; without scripts a link to the form does.
  const jump = event.target.closest?.("[data-step], a[href^='#step-']");
  const id = jump?.dataset.step || jump?.hash.slice(1);
  if (id && document.getElementById(id)) { event.preventDefault(); begin(id); }
});

document.addEventListener("change", (event) => {
  if (!event.target.matches("[data-keys]")) return;
  if (event.target.checked) localStorage.removeItem(OFF);
  else localStorage.setItem(OFF, "1");
});

// Typed words by form and field. They end with the tab, or with signing out: nothing about a person stays behind.
function place_of(area) { return area.form ? `typed ${area.form.getAttribute("action")} ${area.name}` : null; }

function keep(area) {
  const key = place_of(area);
  if (!key || area.readOnly) return;
  if (area.value && area.value !== area.defaultValue) sessionStorage.setItem(key, area.value);
  else sessionStorage.removeItem(key);
}

// What one person typed is not shown to the next who signs in here.
function own() {
  const who = document.querySelector("[data-who]")?.dataset.who;
  if (!who || sessionStorage.getItem("who") === who) return;
  sessionStorage.clear();
  sessionStorage.setItem("who", who);
}

function bring_back() {
  own();
  const box = document.querySelector("[data-keys]");
  if (box) box.checked = !localStorage.getItem(OFF);
  for (const area of document.querySelectorAll("main form[method=post] textarea")) {
    const kept = sessionStorage.getItem(place_of(area) || "");
    if (!kept || area.value !== area.defaultValue || area.defaultValue || area.readOnly) continue;
    area.value = kept;
    const folded = area.closest("details");
    if (folded) folded.open = true;
  }
}

document.addEventListener("input", (event) => { if (event.target.matches("main form[method=post] textarea")) keep(event.target); });
document.addEventListener("submit", (event) => {
  if ((event.target.getAttribute("action") || "").endsWith("/sign-out")) sessionStorage.clear();
  for (const area of event.target.querySelectorAll("textarea")) sessionStorage.removeItem(place_of(area) || "");
});
document.addEventListener("htmx:sendError", () => { document.querySelectorAll("main form[method=post] textarea").forEach(keep); });
document.addEventListener("DOMContentLoaded", bring_back);
document.addEventListener("htmx:afterSettle", bring_back);
