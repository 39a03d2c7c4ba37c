// What the pages do quicker with scripts; every one of them works without.
"use strict";

// A form is sent once, however often its button is pressed.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post") return;
  if (form.dataset.sent) { event.preventDefault(); event.stopImmediatePropagation(); return; }
  form.dataset.sent = "1";
  setTimeout(() => { delete form.dataset.sent; }, 8000);
}, true);

// A choice that needs no button.
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-submit]")) event.target.form.requestSubmit();
  if (event.target.matches("[data-via]")) showFieldsOf(event.target);
  if (event.target.matches("[data-canned]")) putIn(event.target);
  if (event.target.matches("[data-most-bytes]")) weigh(event.target);
});

// Too many or too large files are named before anything is sent; the form cannot be sent with them.
function weigh(input) {
  const { mostFiles, mostBytes } = input.dataset;
  const files = [...input.files];
  const megabytes = `${Math.round(mostBytes / 1024 / 1024)} MB`;
  const large = files.find((file) => file.size > mostBytes);
  const total = files.reduce((sum, file) => sum + file.size, 0);
  let problem = "";
  if (large) problem = `「${large.name}」超過 ${megabytes}；請縮小或分成數個檔案。`;
  else if (files.length > mostFiles) problem = `一次最多 ${mostFiles} 個檔案。`;
  else if (total > mostBytes) problem = `檔案合計超過 ${megabytes}；請分次上傳。`;
  input.setCustomValidity(problem);
  if (problem) input.reportValidity();
}

// A canned reply goes where the cursor is; nothing that was typed is lost.
function putIn(select) {
  const { text, translation } = select.selectedOptions[0].dataset;
  for (const [name, words] of [["text", text], ["translation", translation]]) {
    const area = select.form.elements[name];
    if (!area || !words) continue;
    const before = area.value.slice(0, area.selectionStart), after = area.value.slice(area.selectionEnd);
    area.value = before + words + after;
    area.selectionStart = area.selectionEnd = before.length + words.length;
    // Kept as a draft, and told to whoever is near, as if it had been typed.
    area.dispatchEvent(new Event("input", { bubbles: true }));
  }
  select.value = "";
  select.form.elements.text.focus();
}

// Time and document number only matter for an answer that was given another way and is recorded here.
function showFieldsOf(select) {
  for (const field of select.form.querySelectorAll("[data-recorded]")) field.hidden = "carried" in select.selectedOptions[0].dataset;
}

// A button outside its form says which one was pressed only to the browser itself: what carries the form here is told.
document.addEventListener("click", (event) => {
  const button = event.target.closest?.("button[form][name]");
  const form = button?.form;
  if (!form || form.contains(button)) return;
  const said = form.querySelector("[data-pressed]") || form.appendChild(document.createElement("input"));
  said.type = "hidden";
  said.dataset.pressed = "";
  said.name = button.name;
  said.value = button.value;
}, true);

document.addEventListener("click", (event) => {
  if (event.target.matches("[data-print]")) window.print();
  if (event.target.matches("[data-pick-all]")) pick_all();
});

// All of a page, or none of it if all are ticked.
function pick_all() {
  const boxes = [...document.querySelectorAll("input[form=bulk][type=checkbox]")];
  const all = boxes.every((box) => box.checked);
  for (const box of boxes) box.checked = !all;
}

// What is typed as a reply is kept on the server too: it is there on another machine, and tomorrow.
let keeping = 0;
document.addEventListener("input", (event) => {
  const form = event.target.closest?.("form[data-keep]");
  if (!form || !event.target.matches("textarea")) return;
  clearTimeout(keeping);
  keeping = setTimeout(() => {
    if (form.dataset.sent || !form.isConnected) return;
    const words = new FormData();
    for (const name of ["text", "translation"]) words.set(name, form.elements[name]?.value ?? "");
    fetch(form.dataset.keep, { method: "POST", body: words, headers: { "X-Typing": "1" } }).catch(() => {});
  }, 1500);
});

// A reply can be taken back while it waits, and no longer.
function count_down(form) {
  if (form.dataset.counted) return;
  form.dataset.counted = "1";
  setTimeout(() => { form.querySelector("button")?.remove(); form.querySelector("p").textContent = "回復已送出。"; }, form.dataset.seconds * 1000);
}

function prepare() {
  document.querySelectorAll("[data-seconds]").forEach(count_down);
  document.querySelectorAll("[data-via]").forEach(showFieldsOf);
  document.querySelectorAll("[data-scripted]").forEach((element) => { element.hidden = false; });
}
document.addEventListener("DOMContentLoaded", prepare);
document.addEventListener("htmx:afterSettle", prepare);

// After a step the focus is on what came of it, so that it is read out and the next Tab goes on from there.
const RESULTS = [
  "[role=alert]", ".note-done[role=status]", "details[open] [role=status]", "[aria-labelledby=preview]",
  "[role=status]:not([data-live])", "h1",
];

function to_result() {
  const main = document.getElementById("main");
  if (!main || main.querySelector("[autofocus]")) return;
  for (const wanted of RESULTS) {
    const result = [...main.querySelectorAll(wanted)].find((element) => element.checkVisibility());
    if (!result) continue;
    result.tabIndex = -1;
    result.focus();
    return;
  }
}
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.target === document.body && event.detail.requestConfig?.verb === "post") to_result();
});
// Forms that the browser sends by itself come back with what was done in the address, or with what was wrong.
document.addEventListener("DOMContentLoaded", () => {
  const failed = document.querySelector("main .note-error[role=alert]")?.checkVisibility();
  if (failed || new URLSearchParams(location.search).has("done")) to_result();
});

// Words that were typed and not sent are not lost by a slip.
function unsent() {
  return [...document.querySelectorAll("main textarea:not([readonly])")].some(
    (area) => area.value !== area.defaultValue && !area.form?.dataset.sent);
}
window.addEventListener("beforeunload", (event) => { if (unsent()) event.preventDefault(); });
document.addEventListener("htmx:confirm", (event) => {
  const leaves = event.target.matches("a") && unsent();
  if (leaves && !window.confirm("尚有未送出的內容，確定離開？")) event.preventDefault();
});
