// The chat on the phone: keeps the page in step with the simulator and sends what the person does.
import { $, call, dayKey, dayName, el, statusClock } from "./dom.js";
import { act, askPlace, ask, onDone, perform, toast } from "./actions.js";
import { drawBubble, shortText } from "./bubbles.js";
import { showMenu, startMenu } from "./richmenu.js";
import { STICKERS, drawSticker } from "./stickers.js";

const user = document.body.dataset.user;
const drawn = new Map();
let version = 0;
let state = null;
let quoting = null;
let timer = 0;
let ahead = 0;

// Keeping in step ------------------------------------------------------------------------------

async function refresh() {
  clearTimeout(timer);
  try {
    const view = await call("GET", `/sim/users/${user}/view?version=${version}`);
    version = view.version;
    ahead = view.now - Date.now();
    if (!view.unchanged) {
      state = view;
      render();
    }
    loading(view.loading);
  } catch {
    loading(false);
  }
  timer = setTimeout(refresh, document.hidden ? 4000 : 600);
}

const speaker = (bubble) => ((bubble.message || {}).sender || {}).name;

function render() {
  const place = $("messages");
  const stick = place.scrollHeight - place.scrollTop - place.clientHeight < 160 || drawn.size === 0;
  const nodes = [];
  let previous = null;
  const now = state.now;
  for (const bubble of state.bubbles) {
    if (!previous || dayKey(previous.at) !== dayKey(bubble.at)) {
      nodes.push(keyed(`day-${dayKey(bubble.at)}`, dayName(bubble.at, now), () => el("div", { class: "day" }, el("span", { text: dayName(bubble.at, now) }))));
      previous = null;
    }
    const first = !previous || previous.from !== bubble.from || speaker(previous) !== speaker(bubble) || previous.unsent || bubble.at - previous.at > 300_000;
    nodes.push(keyed(bubble.id, JSON.stringify([bubble, first]), () => drawBubble(bubble, { first, all: state.bubbles, botName: state.bot.name, menu: bubbleMenu })));
    previous = bubble;
  }
  nodes.forEach((node, index) => { if (place.children[index] !== node) place.insertBefore(node, place.children[index] || null); });
  while (place.children.length > nodes.length) place.lastChild.remove();
  quickReplies();
  showMenu(state.richMenu);
  standing();
  if (stick) toEnd();
}

function keyed(key, signature, make) {
  const known = drawn.get(key);
  if (known && known.signature === signature) return known.node;
  const node = make();
  node.querySelectorAll("img").forEach((image) => image.addEventListener("load", () => { if (nearEnd()) toEnd(); }));
  drawn.set(key, { signature, node });
  return node;
}

const nearEnd = () => $("messages").scrollHeight - $("messages").scrollTop - $("messages").clientHeight < 400;
const toEnd = () => requestAnimationFrame(() => { $("messages").scrollTop = $("messages").scrollHeight; });

function loading(on) {
  const place = $("messages");
  let dots = $("loading");
  if (on && !dots) {
    dots = el("div", { id: "loading", class: "row theirs first" }, el("img", { class: "face", src: "/static/bot.svg", alt: "" }),
      el("div", { class: "stack" }, el("div", { class: "said dots", "aria-label": "正在輸入" }, el("i"), el("i"), el("i"))));
    place.append(dots);
    toEnd();
  } else if (!on && dots) dots.remove();
}

// Only the chips of the last message, and only while it is the last (LINE: use quick replies).
function quickReplies() {
  const last = state.bubbles.at(-1);
  const items = last && last.from === "bot" && last.message && last.message.quickReply ? last.message.quickReply.items : [];
  $("quick").hidden = items.length === 0;
  const signature = JSON.stringify([last && last.id, items.length]);
  if ($("quick").dataset.signature === signature) return;
  $("quick").dataset.signature = signature;
  $("quick").replaceChildren(...items.map((item) => el("button", { type: "button", class: "chip", onclick: () => { $("quick").hidden = true; perform(item.action); } },
    item.imageUrl ? el("img", { src: item.imageUrl, alt: "" }) : null, el("span", { text: item.action.label }))));
  $("quick").scrollLeft = 0;
}

function standing() {
  const { friend, blocked } = state.user;
  $("stranger").hidden = friend && !blocked;
  $("stranger").firstElementChild.textContent = blocked ? "您已封鎖這個官方帳號，收不到它的訊息。" : "尚未加入這個官方帳號為好友。";
  $("add-friend").textContent = blocked ? "解除封鎖" : "加入好友";
  document.body.classList.toggle("blocked", blocked);
  const day = $("simulated-day");
  if (day) day.textContent = `・模擬日期 ${dayKey(state.now).replaceAll("-", "/")}`;
}

// Sending --------------------------------------------------------------------------------------

const field = $("text");
function fit() {
  field.style.height = "auto";
  field.style.height = `${Math.min(field.scrollHeight, 110)}px`;
  $("send").hidden = field.value.trim() === "";
  $("photo").hidden = !$("send").hidden && field.value.length > 0;
}
function sendText() {
  const text = field.value.trim();
  if (!text) return;
  act("text", { text, ...(quoting ? { quotedMessageId: quoting.id } : {}) });
  field.value = "";
  setQuote(null);
  fit();
  toEnd();
}
field.addEventListener("input", fit);
field.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); sendText(); }
});
field.addEventListener("focus", () => { $("panel").hidden = true; });
$("send").addEventListener("click", () => { sendText(); field.focus(); });

function sendFile(input, name) {
  const file = input.files[0];
  input.value = "";
  if (!file) return;
  const type = file.type || "application/octet-stream";
  act(`${name}?raw=1&fileName=${encodeURIComponent(file.name)}`, file, { "Content-Type": type });
}
$("photo").addEventListener("click", () => $("photo-file").click());
$("photo-file").addEventListener("change", (event) => sendFile(event.target, "image"));
$("any-file").addEventListener("change", (event) => sendFile(event.target, "file"));

function setQuote(bubble) {
  quoting = bubble;
  $("quoting").hidden = !bubble;
  if (bubble) $("quoting").firstElementChild.textContent = shortText(bubble.message);
}
$("quoting").lastElementChild.addEventListener("click", () => setQuote(null));

// Panels and menus -----------------------------------------------------------------------------

function panel(kind, make) {
  const place = $("panel");
  const close = !place.hidden && place.dataset.kind === kind;
  place.hidden = close;
  if (close) return;
  place.dataset.kind = kind;
  place.replaceChildren(make());
  toEnd();
}
const hidePanel = () => { $("panel").hidden = true; };
const tool = (label, sign, run) => el("button", { type: "button", onclick: () => { hidePanel(); run(); } }, el("i", { text: sign }), el("span", { text: label }));
$("attach").addEventListener("click", () => panel("attach", () => el("div", { class: "tools" },
  tool("照片", "圖", () => $("photo-file").click()), tool("檔案", "檔", () => $("any-file").click()), tool("位置資訊", "地", askPlace))));
$("stickers").addEventListener("click", () => panel("stickers", () => el("div", { class: "stickers" },
  ...STICKERS.map((one) => el("button", { type: "button", "aria-label": `貼圖：${one.symbol}`, onclick: () => { hidePanel(); act("sticker", one); } }, drawSticker(one))))));

function popup(x, y, choices) {
  const place = $("popup");
  const frame = document.querySelector(".phone").getBoundingClientRect();
  place.replaceChildren(...choices.map(([label, run]) => el("button", { type: "button", role: "menuitem", text: label, onclick: () => { place.hidden = true; run(); } })));
  place.hidden = false;
  const left = Math.min(Math.max(x - frame.left - 40, 10), frame.width - place.offsetWidth - 10);
  const top = Math.min(Math.max(y - frame.top - place.offsetHeight - 8, 10), frame.height - place.offsetHeight - 10);
  Object.assign(place.style, { left: `${left}px`, top: `${top}px` });
}
document.addEventListener("pointerdown", (event) => { if (!$("popup").contains(event.target)) $("popup").hidden = true; });

function bubbleMenu(bubble, x, y) {
  const choices = [];
  const words = shortText(bubble.message);
  if (bubble.message.text) choices.push(["複製", () => navigator.clipboard.writeText(words).then(() => toast("已複製"), () => toast("無法複製"))]);
  if (bubble.quoteToken) choices.push(["回覆", () => { setQuote(bubble); field.focus(); }]);
  if (bubble.from === "user" && bubble.via !== "postback") choices.push(["收回", () => ask("收回訊息", [el("p", { text: "收回後，官方帳號也會看不到這則訊息。" })], () => act("unsend", { messageId: bubble.id }), "收回")]);
  if (choices.length) popup(x, y, choices);
}

const block = () => ask("封鎖", [el("p", { text: `確定要封鎖「${state.bot.name}」？封鎖後將收不到訊息。` })], () => act("block", {}), "封鎖");
$("chat-menu").addEventListener("click", (event) => {
  const place = event.currentTarget.getBoundingClientRect();
  const standingChoice = state.user.blocked ? ["解除封鎖", () => act("unblock", {})] : ["封鎖", block];
  const choices = [["聊天列表", () => { location.href = "/chat"; }], standingChoice];
  if (!state.user.friend && !state.user.blocked) choices.unshift(["加入好友", () => act("follow", {})]);
  popup(place.left, place.bottom + 130, choices);
});
$("add-friend").addEventListener("click", () => act("follow", {}));

onDone(() => { refresh(); setTimeout(refresh, 250); });
startMenu(toEnd);
statusClock(() => ahead);
fit();
refresh();
