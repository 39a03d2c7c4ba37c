// A few stickers of our own, drawn as words on a coloured shape; LINE's artwork stays at LINE.
import { el } from "./dom.js";

export const STICKERS = [
  { symbol: "謝謝", packageId: "11537", stickerId: "52002735", keywords: ["thank you"] },
  { symbol: "收到", packageId: "11537", stickerId: "52002734", keywords: ["OK"] },
  { symbol: "OK", packageId: "446", stickerId: "1988", keywords: ["OK"] },
  { symbol: "請問", packageId: "446", stickerId: "1994", keywords: ["question"] },
  { symbol: "拜託", packageId: "446", stickerId: "2005", keywords: ["please"] },
  { symbol: "辛苦了", packageId: "11537", stickerId: "52002739", keywords: ["good job"] },
  { symbol: "哈哈", packageId: "446", stickerId: "1990", keywords: ["laugh"] },
  { symbol: "再見", packageId: "446", stickerId: "2000", keywords: ["bye"] },
];
const KNOWN = STICKERS.map((one) => one.symbol);

export function drawSticker(message) {
  const index = KNOWN.indexOf(message.symbol);
  const words = index >= 0 ? message.symbol : message.text || "貼圖";
  return el("div", { class: `sticker s${Math.max(index, 0) % 4}`, role: "img", "aria-label": `貼圖：${words}` }, el("span", { text: words }));
}
