// Draws Flex containers as LINE lays them out: keyword sizes, flex ratios, spacing and margins.
import { el } from "./dom.js";
import { tap } from "./actions.js";

const WIDTHS = { nano: 120, micro: 160, deca: 220, hecto: 241, kilo: 260, mega: 300, giga: 500 };
const SPACE = { none: 0, xs: 2, sm: 4, md: 8, lg: 12, xl: 16, xxl: 20 };
const LETTERS = { xxs: 11, xs: 13, sm: 14, md: 16, lg: 19, xl: 22, xxl: 29, "3xl": 35, "4xl": 48, "5xl": 74 };
const PICTURES = { xxs: 40, xs: 60, sm: 80, md: 100, lg: 120, xl: 140, xxl: 160, "3xl": 180, "4xl": 200, "5xl": 220 };
const BORDERS = { none: 0, light: 0.5, normal: 1, medium: 2, "semi-bold": 3, bold: 4 };
const ENDS = { start: "flex-start", end: "flex-end", center: "center", top: "flex-start", bottom: "flex-end" };

const length = (table, value) => (value in table ? `${table[value]}px` : value);
const ratio = (text, fallback) => (text || fallback).split(":").map(Number);
const urlOf = (address) => `url(${JSON.stringify(address)})`;

export function drawContainer(contents) {
  if (contents.type === "carousel") {
    return el("div", { class: "fx-carousel" }, ...contents.contents.map((one) => bubble(one)));
  }
  return bubble(contents);
}

function bubble(data) {
  const size = data.size || "mega";
  const node = el("div", { class: "fx-bubble" });
  node.style.width = `${WIDTHS[size]}px`;
  if (data.direction === "rtl") node.dir = "rtl";
  const small = size === "nano" || size === "micro";
  const paddings = { header: small ? 10 : 20, hero: 0, body: small ? 10 : 20, footer: 10 };
  for (const name of ["header", "hero", "body", "footer"]) {
    if (!data[name]) continue;
    node.append(block(name, data[name], (data.styles || {})[name] || {}, paddings[name]));
  }
  return tap(node, data.action);
}

function block(name, component, style, padding) {
  const child = draw(component, "vertical");
  if (component.type === "box" && name !== "hero" && component.paddingAll === undefined) {
    const sides = { paddingTop: "paddingTop", paddingBottom: "paddingBottom", paddingStart: "paddingInlineStart", paddingEnd: "paddingInlineEnd" };
    for (const [key, css] of Object.entries(sides)) if (component[key] === undefined) child.style[css] = `${padding}px`;
  }
  const node = el("div", { class: `fx-block fx-${name}` }, child);
  if (style.backgroundColor) node.style.backgroundColor = style.backgroundColor;
  if (style.separator) node.style.borderTop = `1px solid ${style.separatorColor || "#d4d6da"}`;
  return node;
}

function draw(component, layout) {
  const maker = MAKERS[component.type];
  const node = maker ? maker(component, layout) : el("span");
  place(node, component, layout);
  return tap(node, component.type === "button" ? null : component.action);
}

function place(node, component, layout) {
  const style = node.style;
  if (component.position === "absolute") style.position = "absolute";
  const offsets = { offsetTop: "top", offsetBottom: "bottom", offsetStart: "insetInlineStart", offsetEnd: "insetInlineEnd" };
  for (const [key, css] of Object.entries(offsets)) {
    if (component[key] === undefined) continue;
    style[css] = length(SPACE, component[key]);
    if (style.position !== "absolute") style.position = "relative";
  }
  if (component.position === "absolute" || component.type === "separator") return;
  const across = layout !== "vertical";
  const fixed = component.type === "icon" || component.width !== undefined && across;
  const share = component.flex ?? (across && !fixed ? 1 : 0);
  if (across) style.flex = share ? `${share} 0 0` : "0 0 auto";
  else if (component.flex !== undefined) style.flex = share ? `${share} 0 auto` : "0 0 auto";
  if (across && share === 0 && component.type === "text") style.flex = "0 1 auto";
  if (component.gravity && layout === "horizontal") style.alignSelf = ENDS[component.gravity] || "center";
}

function box(data) {
  const layout = data.layout;
  const node = el("div", { class: `fx-box fx-${layout}` });
  const style = node.style;
  const paddings = { paddingAll: "padding", paddingTop: "paddingTop", paddingBottom: "paddingBottom", paddingStart: "paddingInlineStart", paddingEnd: "paddingInlineEnd" };
  for (const [key, css] of Object.entries(paddings)) if (data[key] !== undefined) style[css] = length(SPACE, data[key]);
  for (const key of ["width", "maxWidth", "height", "maxHeight", "justifyContent", "alignItems", "backgroundColor"]) {
    if (data[key]) style[key] = data[key];
  }
  if (data.cornerRadius) { style.borderRadius = length(SPACE, data.cornerRadius); style.overflow = "hidden"; }
  if (data.borderWidth || data.borderColor) {
    style.border = `${length(BORDERS, data.borderWidth || "normal")} solid ${data.borderColor || "transparent"}`;
    if (data.borderWidth === "none") style.border = "0";
  }
  const fade = data.background;
  if (fade) {
    const middle = fade.centerColor ? `, ${fade.centerColor} ${fade.centerPosition || "50%"}` : "";
    style.backgroundImage = `linear-gradient(${fade.angle}, ${fade.startColor}${middle}, ${fade.endColor})`;
  }
  (data.contents || []).forEach((child, index) => node.append(spaced(child, data, index)));
  return node;
}

function spaced(child, parent, index) {
  const node = draw(child, parent.layout);
  const gap = child.margin ?? (index > 0 ? parent.spacing : undefined);
  if (gap !== undefined && child.position !== "absolute") {
    node.style[parent.layout === "vertical" ? "marginTop" : "marginInlineStart"] = length(SPACE, gap);
  }
  return node;
}

function letters(node, data) {
  const style = node.style;
  const size = length(LETTERS, data.size || "md");
  if (data.scaling) style.fontSize = `calc(${size} * var(--letters, 1))`;
  else if (data.size) style.fontSize = size;
  if (data.color) style.color = data.color;
  if (data.weight) style.fontWeight = data.weight === "bold" ? "700" : "400";
  if (data.style) style.fontStyle = data.style;
  if (data.decoration) style.textDecoration = data.decoration;
}

function text(data, layout) {
  const node = el("div", { class: `fx-text${data.wrap ? " fx-wrap" : ""}` });
  letters(node, data);
  if (data.contents && data.contents.length) {
    for (const span of data.contents) {
      const part = el("span", { text: span.text });
      letters(part, span);
      node.append(part);
    }
  } else {
    node.textContent = data.text;
  }
  if (data.align) node.style.textAlign = data.align;
  if (data.lineSpacing) node.style.lineHeight = `calc(1.25em + ${length(SPACE, data.lineSpacing)})`;
  if (data.maxLines && data.wrap) {
    node.classList.add("fx-clamp");
    node.style.webkitLineClamp = String(data.maxLines);
  }
  if (layout === "vertical" && !data.flex) node.style.flexShrink = "0";
  return node;
}

function button(data, layout) {
  const kind = data.style || "link";
  const node = el("button", { type: "button", class: `fx-button fx-${kind} fx-${data.height || "md"}` });
  node.append(el("span", { text: data.action.label }));
  if (data.color) node.style[kind === "link" ? "color" : "backgroundColor"] = data.color;
  if (layout === "vertical") node.style.flexShrink = "0";
  if (data.adjustMode === "shrink-to-fit") requestAnimationFrame(() => shrink(node));
  return tap(node, data.action);
}

function shrink(node) {
  const label = node.firstChild;
  for (let size = 16; size > 10 && label.scrollWidth > label.clientWidth; size -= 1) node.style.fontSize = `${size - 1}px`;
}

function image(data) {
  const [width, height] = ratio(data.aspectRatio, "1:1");
  const picture = el("div", { role: "img" });
  picture.style.aspectRatio = `${width} / ${height}`;
  picture.style.backgroundImage = urlOf(data.url);
  picture.style.backgroundSize = data.aspectMode === "cover" ? "cover" : "contain";
  if (data.backgroundColor) picture.style.backgroundColor = data.backgroundColor;
  const size = data.size || "md";
  picture.style.width = size === "full" ? "100%" : length(PICTURES, size);
  picture.style.maxWidth = "100%";
  const node = el("div", { class: "fx-image" }, picture);
  node.style.justifyContent = ENDS[data.align || "center"];
  if (data.gravity) node.style.alignItems = ENDS[data.gravity];
  return node;
}

function icon(data) {
  const [width, height] = ratio(data.aspectRatio, "1:1");
  const node = el("span", { class: "fx-icon" });
  const size = length(LETTERS, data.size || "md");
  node.style.height = size;
  node.style.width = `calc(${size} * ${width / height})`;
  node.style.backgroundImage = urlOf(data.url);
  return node;
}

function separator(data, layout) {
  const node = el("div", { class: layout === "vertical" ? "fx-sep-v" : "fx-sep-h" });
  if (data.color) node.style.backgroundColor = data.color;
  return node;
}

const MAKERS = {
  box, text, button, image, icon, separator,
  filler: () => el("div"),
  video: (data) => draw(data.altContent, "vertical"),
};
