// The phone page. Everything said here goes through the same services as a real text.
"use strict";

const $ = (id) => document.getElementById(id);
const POLL_MS = 4000;
const kept = load();
const shown = new Map();
let lastText = "";
let lastDay = "";
let busy = false;

function load() {
  const fresh = { phone: newPhone(), channel: "sms", ahead: 0, language: "" };
  try {
    return { ...fresh, ...JSON.parse(localStorage.getItem("phone") || "{}") };
  } catch {
    return fresh;
  }
}

function keep() {
  localStorage.setItem("phone", JSON.stringify(kept));
}

function newPhone() {
  const bytes = crypto.getRandomValues(new Uint8Array(8));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function call(method, path, fields) {
  const query = method === "GET" ? "?" + new URLSearchParams(fields) : "";
  const options = { method, headers: { "X-Phone-Token": document.body.dataset.token } };
  if (method === "POST") {
    options.headers["Content-Type"] = "application/json";
    options.body = JSON.stringify(fields);
  }
  const response = await fetch(path + query, options);
  const answer = await response.json().catch(() => ({ error: `The line answered ${response.status}.` }));
  if (!response.ok) throw new Error(answer.error || `The line answered ${response.status}.`);
  return answer;
}

const identity = () => ({ phone: kept.phone, channel: kept.channel, ahead: kept.ahead });

async function send(body) {
  if (busy || !body) return;
  setBusy(true);
  lastText = body;
  try {
    show(await call("POST", "/phone/texts", { ...identity(), body, language: kept.language || null }));
    $("text").value = "";
    grow();
  } catch (fault) {
    complain(fault, () => send(body));
  }
  setBusy(false);
  $("text").focus();
}

async function jump(by) {
  if (busy) return;
  setBusy(true);
  try {
    const answer = await call("POST", "/phone/ahead", { ...identity(), by });
    kept.ahead = answer.ahead;
    keep();
    const before = shown.size;
    show(answer);
    if (shown.size === before) notice(`It is now ${answer.local}. Nothing arrived meanwhile.`);
  } catch (fault) {
    complain(fault, () => jump(by));
  }
  setBusy(false);
}

async function poll() {
  if (busy || document.hidden) return;
  try {
    show(await call("GET", "/phone/texts", identity()));
  } catch {
    // Away for a moment: the next round tells.
  }
}

function setBusy(value) {
  busy = value;
  $("send").disabled = value;
}

function show(answer) {
  for (const bubble of answer.bubbles) {
    if (shown.has(bubble.id)) updateStatus(bubble);
    else add(bubble);
  }
  $("now").textContent = `It is now ${answer.local} on this phone`;
  $("clock").textContent = answer.local;
  $("consent").textContent = answer.consent;
  showPlanned(answer.planned);
  showTotals();
}

function add(bubble) {
  const log = $("log");
  const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 80;
  if (bubble.day !== lastDay) log.append(element("p", "day", (lastDay = bubble.day)));
  const ours = bubble.direction === "out";
  const box = element("article", `bubble ${ours ? "out" : "in"}`);
  if (ours && bubble.safety === "red") {
    box.classList.add("red");
    box.append(element("p", "mark", "⚠ Safety text"));
  }
  const body = element("div", "body");
  body.append(...words(bubble.body || "(no words)"));
  body.dir = "auto";
  if (bubble.language) body.lang = bubble.language;
  box.append(body, element("p", "meta", meta(bubble)));
  if (ours && bubble.draft) box.append(element("p", "meta badge", "machine draft, not reviewed"));
  const why = reasons(bubble);
  if (why.length) box.append(explanation(ours ? "Where from?" : "How was this understood?", why));
  log.append(box);
  shown.set(bubble.id, { bubble, box });
  if (atEnd || !ours) log.scrollTop = log.scrollHeight;
}

// WhatsApp shows *these* words bold; SMS shows the stars.
function words(text) {
  if (kept.channel === "sms") return [text];
  return text.split(/\*([^*\n]+)\*/).map((piece, index) => (index % 2 ? element("strong", "", piece) : piece));
}

function meta(bubble) {
  if (bubble.direction === "in") return bubble.local;
  const size = `${bubble.encoding} ${bubble.units}/${bubble.room} · ${count(bubble.segments, "segment")}`;
  const price = kept.channel === "sms" ? size : "1 message";
  return `${bubble.local} · ${price} · about ${bubble.cost} · ${bubble.status}`;
}

function reasons(bubble) {
  const lines = [];
  if (bubble.direction === "in") {
    if (bubble.intent) lines.push(`Meaning: ${bubble.intent}${bubble.topic ? ", " + bubble.topic : ""}`);
    lines.push(...bubble.because.map((line) => `Because: ${line}`));
  } else if (bubble.source) {
    lines.push(`Topic: ${bubble.topic}`, `Article paragraphs: ${bubble.source}. Corrections and sources stand in content/claims.md.`);
  }
  return lines;
}

function explanation(title, lines) {
  const box = document.createElement("details");
  box.append(element("summary", "", title), ...lines.map((line) => element("p", "", line)));
  return box;
}

function updateStatus(bubble) {
  const known = shown.get(bubble.id);
  if (known.bubble.status === bubble.status) return;
  known.bubble = bubble;
  known.box.querySelector(".meta").textContent = meta(bubble);
}

function showPlanned(planned) {
  const items = planned.map((plan) => element("li", "", `${plan.local}: ${plan.title}`));
  $("planned").replaceChildren(...(items.length ? items : [element("li", "quiet", "Nothing yet. Text REMIND.")]));
}

function showTotals() {
  const ours = [...shown.values()].map((known) => known.bubble).filter((bubble) => bubble.direction === "out");
  const sum = (pick) => ours.reduce((total, bubble) => total + pick(bubble), 0);
  $("count").textContent = ours.length;
  $("segments").textContent = sum((bubble) => bubble.segments);
  $("cost").textContent = "$" + sum((bubble) => Number((bubble.cost || "$0").slice(1))).toFixed(4).replace(/0+$/, "").replace(/\.$/, "");
}

const count = (number, noun) => `${number} ${noun}${number === 1 ? "" : "s"}`;

function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

function notice(text, className = "notice") {
  const line = element("p", className, text);
  $("log").append(line);
  $("log").scrollTop = $("log").scrollHeight;
  return line;
}

function complain(fault, again) {
  const offline = fault instanceof TypeError;
  const line = notice(offline ? "The line cannot be reached. Your text is kept. " : fault.message + " ", "notice fault");
  const retry = element("button", "", "Try again");
  retry.type = "button";
  retry.addEventListener("click", () => { line.remove(); again(); });
  line.append(retry);
}

function grow() {
  const box = $("text");
  box.style.height = "auto";
  box.style.height = `${Math.min(box.scrollHeight + 2, 128)}px`;
}

function clear() {
  shown.clear();
  lastDay = "";
  $("log").replaceChildren();
  notice("Text anything about chemo, or tap one of the questions below. This is a simulator: no real phone is used, and it is not medical advice.");
  showTotals();
  poll();
}

$("composer").addEventListener("submit", (event) => {
  event.preventDefault();
  send($("text").value.trim());
});
$("text").addEventListener("input", grow);
$("text").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    send($("text").value.trim());
  } else if (event.key === "ArrowUp" && !$("text").value && lastText) {
    event.preventDefault();
    $("text").value = lastText;
    grow();
  }
});
$("tries").addEventListener("click", (event) => {
  if (event.target.matches(".chip")) send(event.target.textContent);
});
for (const button of document.querySelectorAll("[data-by]")) {
  button.addEventListener("click", () => jump(Number(button.dataset.by)));
}
$("channel").addEventListener("change", (event) => { kept.channel = event.target.value; keep(); clear(); });
$("language").addEventListener("change", (event) => { kept.language = event.target.value; keep(); $("text").focus(); });
$("over").addEventListener("click", () => { Object.assign(kept, { phone: newPhone(), ahead: 0 }); keep(); clear(); });

$("channel").value = kept.channel;
$("language").value = kept.language;
keep();
clear();
setInterval(poll, POLL_MS);
