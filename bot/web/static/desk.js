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
});

// Time and document number only matter for an answer that was given another way and is recorded here.
function showFieldsOf(select) {
  for (const field of select.form.querySelectorAll("[data-recorded]")) field.hidden = "carried" in select.selectedOptions[0].dataset;
}

document.addEventListener("click", (event) => {
  if (event.target.matches("[data-print]")) window.print();
});

function prepare() {
  document.querySelectorAll("[data-via]").forEach(showFieldsOf);
  document.querySelectorAll("[data-scripted]").forEach((element) => { element.hidden = false; });
}
document.addEventListener("DOMContentLoaded", prepare);
document.addEventListener("htmx:afterSettle", prepare);

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
