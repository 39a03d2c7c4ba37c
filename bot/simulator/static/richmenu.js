// The rich menu: its picture with tappable areas, the bar with chatBarText, and the keyboard switch.
import { $, el } from "./dom.js";
import { perform } from "./actions.js";

let current = null;
let open = false;
let typing = false;

export function showMenu(menu) {
  const changed = JSON.stringify(menu) !== JSON.stringify(current);
  if (changed) {
    const fresh = !current;
    current = menu;
    if (menu && fresh) { open = menu.selected; typing = false; }
    $("richmenu").replaceChildren(...(menu ? [drawMenu(menu)] : []));
  }
  arrange();
}

function drawMenu(menu) {
  const { width, height } = menu.size;
  const frame = el("div", { class: "areas" }, el("img", { src: menu.imageUrl, alt: menu.chatBarText }));
  frame.style.aspectRatio = `${width} / ${height}`;
  for (const area of menu.areas) {
    const { x, y, width: w, height: h } = area.bounds;
    const name = area.action.label || area.action.displayText || area.action.text || "選單";
    const spot = el("button", { type: "button", "aria-label": name, onclick: () => choose(area.action) });
    Object.assign(spot.style, { left: `${(x / width) * 100}%`, top: `${(y / height) * 100}%`, width: `${(w / width) * 100}%`, height: `${(h / height) * 100}%` });
    frame.append(spot);
  }
  return frame;
}

function choose(action) {
  if (action.inputOption === "closeRichMenu") open = false;
  if (action.inputOption === "openKeyboard") typing = true;
  perform(action);
  arrange();
}

function arrange() {
  $("menubar").hidden = !current || typing;
  $("composer").hidden = Boolean(current) && !typing;
  $("to-menu").hidden = !current;
  $("richmenu").hidden = !current || typing || !open;
  if (current) {
    $("menu-toggle").firstElementChild.textContent = current.chatBarText;
    $("menu-toggle").classList.toggle("open", open);
  }
}

export function startMenu(afterChange) {
  $("menu-toggle").addEventListener("click", () => { open = !open; arrange(); afterChange(); });
  $("to-keyboard").addEventListener("click", () => { typing = true; arrange(); $("text").focus(); afterChange(); });
  $("to-menu").addEventListener("click", () => { typing = false; open = true; $("panel").hidden = true; arrange(); afterChange(); });
}
