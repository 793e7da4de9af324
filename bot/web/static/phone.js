// The phone page. Everything said here goes through the same services as a real text.
"use strict";

const $ = (id) => document.getElementById(id);
const POLL_MS = 4000;
const CONSENT = { unknown: "not given", active: "given", stopped: "stopped" };
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
  try {
    localStorage.setItem("phone", JSON.stringify(kept));
  } catch {
    // A browser that keeps nothing: the phone lives as long as its page.
  }
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

// Which conversation an answer belongs to: by the time it comes, another may be on the screen.
const talk = () => `${kept.channel} ${kept.phone}`;
const identity = () => ({ phone: kept.phone, channel: kept.channel, ahead: kept.ahead });

async function send(body) {
  if (busy || !body) return;
  setBusy(true);
  lastText = body;
  const whose = talk();
  try {
    const answer = await call("POST", "/phone/texts", { ...identity(), body, language: kept.language || null });
    if ($("text").value.trim() === body) $("text").value = "";
    grow();
    if (whose === talk()) {
      show(answer);
      follow(answer);
      readFrom(answer.bubbles[0]);
    }
  } catch (fault) {
    complain(fault, () => send(body));
  }
  setBusy(false);
}

// ENGLISH or LANG, texted, outrank what was chosen above: the choice follows, or the next text would undo them.
function follow(answer) {
  if (kept.language && kept.language !== answer.language) choose("language", answer.language);
}

// Answers are read from their beginning, so the text they answer goes to the top.
function readFrom(bubble) {
  const known = bubble && shown.get(bubble.id);
  if (known) $("log").scrollTop += known.box.getBoundingClientRect().top - $("log").getBoundingClientRect().top - 12;
}

async function jump(by) {
  if (busy) return;
  setBusy(true);
  try {
    const whose = talk();
    const answer = await call("POST", "/phone/ahead", { ...identity(), by });
    if (whose === talk()) arriveAt(answer);
  } catch (fault) {
    complain(fault, () => jump(by));
  }
  setBusy(false);
}

function arriveAt(answer) {
  choose("ahead", answer.ahead);
  const before = shown.size;
  show(answer);
  const [next] = answer.planned;
  const later = next ? ` The next text is planned for ${next.local}.` : " Nothing is planned: text REMIND to plan something.";
  if (shown.size === before) notice(`It is now ${answer.local}. Nothing arrived meanwhile.${later}`);
  else readFrom(answer.bubbles[0]);
  // On a small screen the buttons lie below the phone; what arrived is above.
  $("screen").scrollIntoView({ block: "nearest" });
}

async function poll() {
  if (busy || document.hidden) return;
  const whose = talk();
  try {
    const answer = await call("GET", "/phone/texts", identity());
    if (whose === talk() && !busy) show(answer);
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
  $("speaks").replaceChildren(endonym(answer.language));
  $("consent").textContent = CONSENT[answer.consent];
  $("screen").classList.toggle("fresh", !shown.size);
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
  box.append(element("span", "hidden", ours ? "The line: " : "You: "));
  const body = element("div", "body");
  body.append(...words(bubble.body || "(no words)"));
  // A text of ours may begin with a Latin name and be Arabic all the same.
  body.dir = bubble.rtl ? "rtl" : "auto";
  if (bubble.language) body.lang = bubble.language;
  box.append(body, element("p", "meta", meta(bubble)));
  if (bubble.unasked) box.append(element("p", "meta badge", "sent by itself, as planned"));
  if (bubble.draft) box.append(element("p", "meta badge", "machine draft, not reviewed"));
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

function endonym(tag) {
  const option = [...$("language").options].find((each) => each.value === tag);
  const name = element("span", "", option ? option.textContent : tag);
  name.lang = tag;
  return name;
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
  const line = notice(offline ? "The line cannot be reached. " : fault.message + " ", "notice fault");
  const retry = element("button", "", "Try again");
  retry.type = "button";
  retry.addEventListener("click", () => {
    line.remove();
    $("text").focus();
    again();
  });
  line.append(retry);
}

function grow() {
  const box = $("text");
  box.style.height = "auto";
  box.style.height = `${Math.min(box.scrollHeight + 2, 128)}px`;
}

function clear(why = "") {
  shown.clear();
  lastDay = "";
  $("log").replaceChildren();
  $("screen").classList.add("fresh");
  if (why) notice(why);
  notice("Ask anything about chemo as a patient would, or tap one of the examples below. No real phone is used, and nothing here is medical advice.");
  showTotals();
  poll();
}

function choose(name, value) {
  kept[name] = value;
  keep();
  if ($(name)) $(name).value = value;
}

$("composer").addEventListener("submit", (event) => {
  event.preventDefault();
  send($("text").value.trim());
  // The button is disabled while the line answers, and would drop the focus.
  $("text").focus();
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
  // The focus stays on the example: in the message box it would call up a phone's keyboard over the answer.
  if (event.target.matches(".chip")) send(event.target.textContent);
});
for (const button of document.querySelectorAll("[data-by]")) {
  button.addEventListener("click", () => jump(Number(button.dataset.by)));
}
$("channel").addEventListener("change", (event) => {
  choose("channel", event.target.value);
  clear("SMS and WhatsApp are two conversations. Choose the other one again to go back to it.");
});
$("language").addEventListener("change", (event) => choose("language", event.target.value));
$("over").addEventListener("click", () => {
  choose("phone", newPhone());
  choose("ahead", 0);
  clear("A new phone, which never texted here.");
  $("screen").scrollIntoView({ block: "nearest" });
});

// What was kept may name a choice that is no longer offered.
for (const name of ["channel", "language"]) {
  $(name).value = kept[name];
  if ($(name).selectedIndex < 0) $(name).selectedIndex = 0;
  kept[name] = $(name).value;
}
keep();
clear();
setInterval(poll, POLL_MS);
