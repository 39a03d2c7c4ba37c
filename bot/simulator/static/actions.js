// What happens when something is tapped: postback, message, link, picker, clipboard, camera, place.
import { $, call, el } from "./dom.js";

const user = document.body.dataset.user;
let afterwards = () => {};

export const onDone = (callback) => { afterwards = callback; };

export async function act(name, body, headers) {
  try {
    await call("POST", `/sim/users/${user}/${name}`, body, headers);
  } catch (error) {
    toast(error.message);
  }
  afterwards();
}

export function tap(node, action) {
  if (!action) return node;
  const act = (event) => {
    event.stopPropagation();
    perform(action);
  };
  node.classList.add("fx-tap");
  node.addEventListener("click", act);
  if (node.tagName !== "BUTTON") {
    Object.entries({ role: "button", tabindex: "0", "aria-label": action.label || node.textContent }).forEach(([name, value]) => node.setAttribute(name, value));
    node.addEventListener("keydown", (event) => { if (event.key === "Enter" && event.target === node) act(event); });
  }
  return node;
}

export function perform(action) {
  const doer = DOERS[action.type];
  if (doer) doer(action);
  else toast("這個動作在模擬器中無法使用。");
}

function toast(message) {
  const place = $("toast");
  place.textContent = message;
  place.hidden = false;
  clearTimeout(toast.timer);
  toast.timer = setTimeout(() => { place.hidden = true; }, 2600);
}
export { toast };

export function ask(title, fields, done, strong = "確定") {
  const dialog = $("ask");
  dialog.querySelector("h2").textContent = title;
  dialog.querySelector(".strong").textContent = strong;
  dialog.querySelector(".sheet-body").replaceChildren(...fields);
  dialog.querySelector("[data-close]").onclick = () => dialog.close();
  dialog.querySelector("form").onsubmit = (event) => {
    event.preventDefault();
    dialog.close();
    done(new FormData(event.target));
  };
  dialog.showModal();
}

function postback(action) {
  const display = action.displayText || action.text;
  act("postback", { data: action.data, ...(display ? { displayText: display } : {}) });
  if (action.inputOption === "openKeyboard") {
    const field = $("text");
    field.value = action.fillInText || "";
    field.dispatchEvent(new Event("input"));
    field.focus();
  }
}

function picker(action) {
  const kinds = { date: "date", time: "time", datetime: "datetime-local" };
  const titles = { date: "選擇日期", time: "選擇時間", datetime: "選擇日期與時間" };
  const clean = (value) => (value || "").toUpperCase() || undefined;
  const input = el("input", { type: kinds[action.mode], name: "moment", required: true, value: clean(action.initial), min: clean(action.min), max: clean(action.max) });
  ask(titles[action.mode], [el("label", {}, action.label || "", input)], (form) => {
    act("postback", { data: action.data, params: { [action.mode]: form.get("moment").slice(0, 16) } });
  });
}

function open(action) {
  const address = action.uri;
  if (address.startsWith("tel:")) {
    ask("撥打電話", [el("p", { text: decodeURIComponent(address.slice(4)) })], () => { location.href = address; }, "撥打");
    return;
  }
  if (/^https?:/i.test(address)) window.open(address, "_blank", "noopener");
  else toast(`手機會開啟：${address}`);
}

export function askPlace() {
  const field = (name, label, value) => el("label", {}, label, el("input", { name, value, required: true }));
  ask("傳送位置", [field("title", "名稱", "楠梓產業園區"), field("address", "地址", "高雄市楠梓區加昌路"), field("latitude", "緯度", "22.7245"), field("longitude", "經度", "120.3010")], (form) => {
    const place = Object.fromEntries(form.entries());
    act("location", { ...place, latitude: Number(place.latitude), longitude: Number(place.longitude) });
  }, "傳送");
}

const DOERS = {
  postback,
  message: (action) => act("text", { text: action.text }),
  uri: open,
  datetimepicker: picker,
  clipboard: (action) => navigator.clipboard.writeText(action.clipboardText).then(() => toast("已複製"), () => toast("無法複製")),
  camera: () => $("photo-file").click(),
  cameraRoll: () => $("photo-file").click(),
  location: askPlace,
  richmenuswitch: (action) => act("richmenu-switch", { richMenuAliasId: action.richMenuAliasId, data: action.data }),
};
