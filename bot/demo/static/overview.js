// Signs the desk in as the first person, once, and keeps the figures' frame in step with who is signed in.
const desk = document.querySelector("iframe[name=desk]");
const figures = document.querySelector("iframe[name=figures]");
const buttons = [...document.querySelectorAll(".roles button")];
const at = (frame) => { try { return frame.contentWindow.location.pathname; } catch { return ""; } };
let tried = false;
let changing = false;

buttons.forEach((button) => button.form.addEventListener("submit", () => {
  changing = true;
  buttons.forEach((one) => one.setAttribute("aria-pressed", String(one === button)));
}));

function onDesk() {
  if (at(desk) === "/desk/sign-in" && !tried) {
    tried = true;
    buttons.find((button) => "first" in button.dataset)?.form.requestSubmit();
  } else if (changing || at(figures) === "/desk/sign-in") {
    changing = false;
    figures.src = "/desk/turnaround";
  }
}

desk.addEventListener("load", onDesk);
if (at(desk) === "/desk/sign-in" && desk.contentDocument?.readyState === "complete") onDesk();
