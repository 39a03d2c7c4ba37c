// One bubble of the chat: message, time, read mark, quote, and the menu of a long press.
import { clockTime, el } from "./dom.js";
import { drawContainer } from "./flex.js";
import { drawSticker } from "./stickers.js";
import { drawTemplate } from "./templates.js";

const LINK = /(https?:\/\/[^\s<>"'，。；、！？）」』】]+)/;
const HOLD_MS = 480;

export function linked(text) {
  return text.split(LINK).map((part, index) => {
    if (index % 2 === 0) return part;
    const address = part.replace(/[.,;:!?)]+$/, "");
    const rest = part.slice(address.length);
    const link = el("a", { href: address, target: "_blank", rel: "noopener noreferrer", text: address });
    return rest ? el("span", {}, link, rest) : link;
  });
}

function plainText(message) {
  if (message.type !== "textV2") return message.text;
  return message.text.replace(/\{\{|\}\}|\{\w+\}/g, (found) => (found === "{{" ? "{" : found === "}}" ? "}" : "＠"));
}

const DRAWERS = {
  text: (message) => el("div", { class: "said" }, ...linked(plainText(message))),
  textV2: (message) => el("div", { class: "said" }, ...linked(plainText(message))),
  image: picture,
  sticker: drawSticker,
  flex: (message) => drawContainer(message.contents),
  template: (message) => drawTemplate(message.template),
  location: place,
  file: fileCard,
  video: (message) => el("video", { class: "photo", controls: true, src: message.mediaUrl || message.originalContentUrl, poster: message.previewImageUrl }),
  audio: (message) => el("audio", { controls: true, src: message.mediaUrl || message.originalContentUrl }),
};

function picture(message) {
  const source = message.mediaUrl || message.previewImageUrl;
  const full = message.mediaUrl || message.originalContentUrl;
  return el("a", { href: full, target: "_blank", rel: "noopener noreferrer" }, el("img", { class: "photo", src: source, alt: "照片" }));
}

function place(message) {
  const map = el("div", { class: "map" }, el("i"));
  return el("div", { class: "card" }, map, el("strong", { text: message.title || "位置資訊" }),
    el("span", { text: message.address || `${message.latitude}, ${message.longitude}` }));
}

function fileCard(message) {
  const bytes = message.fileSize;
  const size = bytes >= 1_048_576 ? `${(bytes / 1_048_576).toFixed(1)} MB` : bytes >= 1024 ? `${Math.round(bytes / 1024)} KB` : `${bytes} B`;
  return el("a", { class: "filecard", href: message.mediaUrl, download: message.fileName },
    el("i", { text: (message.fileName.split(".").pop() || "").slice(0, 4).toUpperCase() }),
    el("div", {}, el("strong", { text: message.fileName }), el("span", { text: size })));
}

const SHORT = { image: "照片", sticker: "貼圖", file: "檔案", location: "位置", video: "影片", audio: "語音" };
export const shortText = (message) => plainText(message) || message.altText || SHORT[message.type] || "訊息";

function quoted(message, all) {
  const source = all.find((one) => one.id === message.quotedMessageId || (message.quoteToken && one.quoteToken === message.quoteToken && one.message !== message));
  if (!source) return null;
  return el("div", { class: "quoted", text: source.message ? shortText(source.message) : "已收回的訊息" });
}

function held(node, open) {
  let timer = 0;
  const stop = () => clearTimeout(timer);
  node.addEventListener("pointerdown", (event) => { timer = setTimeout(() => open(event.clientX, event.clientY), HOLD_MS); });
  for (const name of ["pointerup", "pointerleave", "pointercancel", "pointermove"]) node.addEventListener(name, stop);
  node.addEventListener("contextmenu", (event) => { event.preventDefault(); stop(); open(event.clientX, event.clientY); });
}

export function drawBubble(bubble, context) {
  const mine = bubble.from === "user";
  if (bubble.unsent) return el("div", { class: "notice" }, el("span", { text: mine ? "您已收回訊息" : "已收回訊息" }));
  const message = bubble.message;
  const drawer = DRAWERS[message.type];
  const shape = drawer ? drawer(message) : el("div", { class: "said", text: "（此版本不支援這種訊息）" });
  const wide = message.type === "flex" || message.type === "template";
  const many = (message.contents || message.template || {}).type;
  const row = el("div", { class: `row ${mine ? "mine" : "theirs"}${context.first ? " first" : ""}${wide ? " wide" : ""}${String(many).includes("carousel") ? " many" : ""}` });
  const marks = el("div", { class: "marks" }, mine && bubble.read ? el("span", { text: "已讀" }) : null, el("time", { text: clockTime(bubble.at) }));
  const name = !mine && context.first ? el("div", { class: "name", text: (message.sender || {}).name || context.botName }) : null;
  const stack = el("div", { class: "stack" }, name, quoted(message, context.all), el("div", { class: "line" }, shape, marks));
  if (!mine) row.append(context.first ? el("img", { class: "face", src: (message.sender || {}).iconUrl || "/static/bot.svg", alt: "" }) : el("div", { class: "face" }));
  row.append(stack);
  held(shape, (x, y) => context.menu(bubble, x, y));
  return row;
}
