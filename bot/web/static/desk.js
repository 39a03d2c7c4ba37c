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
