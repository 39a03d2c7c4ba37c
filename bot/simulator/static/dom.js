// Small helpers: making elements (text is always set as text), talking to the simulator, dates in Taipei.

export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "class") node.className = value;
    else if (name === "text") node.textContent = value;
    else if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

export const $ = (id) => document.getElementById(id);

export async function call(method, path, body, headers = {}) {
  const json = body !== undefined && !(body instanceof Blob);
  const response = await fetch(path, {
    method,
    headers: json ? { "Content-Type": "application/json", ...headers } : headers,
    body: json ? JSON.stringify(body) : body,
  });
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(answer.error || "模擬平台沒有回應，請再試一次。");
  return answer;
}

const zone = { timeZone: "Asia/Taipei" };
const dayForm = new Intl.DateTimeFormat("zh-TW", { ...zone, month: "numeric", day: "numeric", weekday: "short" });
const yearForm = new Intl.DateTimeFormat("zh-TW", { ...zone, year: "numeric" });
const keyForm = new Intl.DateTimeFormat("en-CA", { ...zone, year: "numeric", month: "2-digit", day: "2-digit" });
const timeForm = new Intl.DateTimeFormat("en-GB", { ...zone, hour: "2-digit", minute: "2-digit", hour12: false });

export const dayKey = (ms) => keyForm.format(ms);

export function clockTime(ms) {
  const [hour, minute] = timeForm.format(ms).split(":");
  const h = Number(hour) % 24;
  return `${h < 12 ? "上午" : "下午"}${h % 12 === 0 ? 12 : h % 12}:${minute}`;
}

export function dayName(ms, now) {
  if (dayKey(ms) === dayKey(now)) return "今天";
  if (dayKey(ms) === dayKey(now - 86_400_000)) return "昨天";
  const parts = Object.fromEntries(dayForm.formatToParts(ms).map((part) => [part.type, part.value]));
  const year = yearForm.format(ms) === yearForm.format(now) ? "" : yearForm.format(ms);
  return `${year}${parts.month}月${parts.day}日（${parts.weekday.replace(/週|（|）/g, "")}）`;
}

export function statusClock(offset = () => 0) {
  const place = $("statusbar-time");
  const tick = () => { place.textContent = timeForm.format(Date.now() + offset()).replace(/^0/, ""); };
  tick();
  setInterval(tick, 10_000);
}
