// Draws template messages: buttons, confirm, carousel, image carousel.
import { el } from "./dom.js";
import { tap } from "./actions.js";

export function drawTemplate(template) {
  if (template.type === "carousel") return carousel(template.columns.map((one) => card(one, template)));
  if (template.type === "image_carousel") return carousel(template.columns.map(pictureCard));
  return card(template, template);
}

const carousel = (cards) => el("div", { class: "fx-carousel" }, ...cards);

function picture(url, options) {
  const node = el("div", { class: `tpl-image ${options.imageAspectRatio || ""} ${options.imageSize || ""}` });
  node.style.backgroundImage = `url(${JSON.stringify(url)})`;
  if (options.imageBackgroundColor) node.style.backgroundColor = options.imageBackgroundColor;
  return node;
}

function card(data, options) {
  const words = el("div", { class: "tpl-words" }, data.title ? el("strong", { text: data.title }) : null, data.text);
  const pair = options.type === "confirm" ? " pair" : "";
  const actions = el("div", { class: `tpl-actions${pair}` },
    ...data.actions.map((action) => tap(el("button", { type: "button", class: "tpl-action", text: action.label }), action)));
  const head = data.thumbnailImageUrl ? picture(data.thumbnailImageUrl, options) : null;
  return el("div", { class: "tpl" }, head ? tap(head, data.defaultAction) : null, tap(words, data.defaultAction), actions);
}

function pictureCard(column) {
  const node = el("div", { class: "tpl" }, picture(column.imageUrl, { imageAspectRatio: "square" }));
  if (column.action.label) node.append(el("div", { class: "tpl-actions" }, el("button", { type: "button", class: "tpl-action", text: column.action.label })));
  return tap(node, column.action);
}
