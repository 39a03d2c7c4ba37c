// The list of demo users, newest conversation first, and the form for a new one.
import { $, call, clockTime, dayKey, dayName, el, statusClock } from "./dom.js";

const LANGUAGES = { en: "English", ja: "日本語" };

function row(person, now) {
  const colour = [...person.userId].reduce((sum, one) => sum + one.charCodeAt(0), 0) % 6;
  const tags = [LANGUAGES[person.language], person.blocked ? "已封鎖" : person.friend ? null : "未加入好友"];
  const when = person.lastAt ? (dayKey(person.lastAt) === dayKey(now) ? clockTime(person.lastAt) : dayName(person.lastAt, now)) : "";
  return el("a", { class: "person", href: `/chat/${person.userId}` },
    el("div", { class: `avatar c${colour}`, text: [...person.displayName][0] }),
    el("div", { class: "who" },
      el("strong", {}, person.displayName, ...tags.filter(Boolean).map((tag) => el("span", { class: "tag", text: tag }))),
      el("span", { text: person.lastText || "還沒有訊息" })),
    el("time", { text: when }));
}

async function refresh() {
  try {
    const { users } = await call("GET", "/sim/users");
    users.sort((a, b) => (b.lastAt || 0) - (a.lastAt || 0));
    const now = Math.max(Date.now(), ...users.map((one) => one.lastAt || 0));
    const empty = el("p", { class: "empty" }, "還沒有示範使用者。", el("br"), "按右上角的「＋」新增一位，開始和官方帳號聊天。");
    $("people").replaceChildren(...(users.length ? users.map((one) => row(one, now)) : [empty]));
  } finally {
    setTimeout(refresh, document.hidden ? 6000 : 2000);
  }
}

$("new").addEventListener("click", () => $("new-dialog").showModal());
document.querySelector("[data-close]").addEventListener("click", () => $("new-dialog").close());
$("new-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = new FormData(event.target);
  const body = { displayName: form.get("displayName").trim(), language: form.get("language"), follow: form.has("follow") };
  if (!body.displayName) return;
  const person = await call("POST", "/sim/users", body);
  location.href = `/chat/${person.userId}`;
});
statusClock();
refresh();
