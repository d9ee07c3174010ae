// What the server's pages cannot do alone: a sound, a count in the title, keys, and saying that the connection is lost.
// Everything that changes on a page is fetched as HTML by htmx when the server says so (GET /events).
"use strict";

const live = document.getElementById("live");
const baseTitle = document.title;

// --- Unread: in the badge and in the title ------------------------------------------------------------------------
function showUnread(count) {
  const badge = document.getElementById("unread");
  if (!badge) return;
  badge.dataset.count = String(count);
  badge.textContent = String(count);
  document.title = count > 0 ? `(${count}) ${baseTitle}` : baseTitle;
}

if (live) {
  showUnread(Number(document.getElementById("unread")?.dataset.count ?? 0));
  // Sent with the number of cases of my windows that I have not opened.
  live.addEventListener("unread", (event) => showUnread(Number(event.detail.data)));
}

// --- Sound: only for a new deposit, at most one a minute, off by one press ------------------------------------------
const sound = document.getElementById("sound");
const chime = new Audio("/static/chime.wav");
const QUIET_MS = 60_000;
let lastChime = -QUIET_MS;

function soundWanted() {
  return localStorage.getItem("sound") !== "off";
}

function paintSound() {
  sound.hidden = false;
  sound.setAttribute("aria-pressed", String(soundWanted()));
  const blocked = soundWanted() && sound.dataset.blocked;
  sound.textContent = blocked ? sound.dataset.wake : soundWanted() ? sound.dataset.on : sound.dataset.off;
}

function play() {
  // A browser refuses sound until the page was touched once; the row, the dot and the title still tell.
  chime.play().then(() => { delete sound.dataset.blocked; paintSound(); }, () => { sound.dataset.blocked = "true"; paintSound(); });
}

if (live && sound) {
  paintSound();
  sound.addEventListener("click", () => {
    if (sound.dataset.blocked) return play();
    localStorage.setItem("sound", soundWanted() ? "off" : "on");
    paintSound();
    if (soundWanted()) play();
  });
  live.addEventListener("deposit", () => {
    document.body.dataset.deposits = String(Number(document.body.dataset.deposits || 0) + 1);
    if (!soundWanted() || performance.now() - lastChime < QUIET_MS) return;
    lastChime = performance.now();
    play();
  });
}

// --- A terminal calls staff: the bar says why; the sound is the same, whenever one more calls ------------------------------
let calls = document.querySelectorAll("[data-call]").length;

function hearCalls() {
  const now = document.querySelectorAll("[data-call]").length;
  if (now > calls && sound && soundWanted()) play();
  calls = now;
}

// --- Rows: what came while the page was open is lit for a moment ------------------------------------------------------
const known = new Set([...document.querySelectorAll("#rows tr[data-case]")].map((row) => row.id));

function lightNewRows() {
  for (const row of document.querySelectorAll("#rows tr[data-case]")) {
    if (!known.has(row.id) && row.hasAttribute("data-unread")) row.setAttribute("data-arrived", "");
    known.add(row.id);
  }
}

// --- Revealed numbers do not stay on an unattended screen ---------------------------------------------------------------
const REVEALED_MS = 120_000;

function coverLater() {
  for (const shown of document.querySelectorAll("[data-shown]:not([data-timed])")) {
    shown.dataset.timed = "true";
    setTimeout(() => { shown.textContent = "＊＊＊＊"; }, REVEALED_MS);
  }
}

document.addEventListener("htmx:after:swap", () => { hearCalls(); lightNewRows(); coverLater(); });
coverLater();

// --- Connection ----------------------------------------------------------------------------------------------------
const CONNECT_MS = 5_000;

if (live) {
  const offline = document.getElementById("offline");
  // A page that never got its connection must not look like one that is up to date.
  setTimeout(() => { offline.hidden = Boolean(document.body.dataset.live); }, CONNECT_MS);
  live.addEventListener("htmx:sse:after:connection", () => {
    offline.hidden = true;
    document.getElementById("ended").hidden = true;
    document.body.dataset.live = "true";
  });
  live.addEventListener("htmx:sse:error", (event) => {
    delete document.body.dataset.live;
    if (event.detail.status === 401) return ended();
    offline.hidden = false;
  });
}

// --- Nothing typed is lost: not to the end of a session, and not to a refusal ---------------------------------------------
const WARNED_S = 600;
const TOLD_EVERY_MS = 120_000;

// Whether something was filled into a form that is not sent: then the page stays as it is.
function unsent() {
  const changed = (one) => one.matches("input:not([type=hidden]), select, textarea") && (one.tagName === "SELECT"
    ? one.selectedIndex !== Math.max([...one.options].findIndex((option) => option.defaultSelected), 0)
    : ["checkbox", "radio"].includes(one.type) ? one.checked !== one.defaultChecked : one.value !== one.defaultValue);
  return [...document.querySelectorAll("form[method=post]")].some((form) => !form.dataset.sent && [...form.elements].some(changed));
}

// Signed out elsewhere or for too long: to the sign-in page and back here, unless something would be lost by it.
function ended() {
  document.getElementById("ending").hidden = true;
  if (unsent()) document.getElementById("ended").hidden = false;
  else location.assign(`/sign-in?next=${encodeURIComponent(live.dataset.path)}`);
}

// How long the session still lasts; asked as a person it begins anew, as by every press.
async function lasts(asPerson) {
  const answer = await fetch("/here", { headers: asPerson ? {} : { "HX-Request": "true" }, redirect: "manual" }).catch(() => null);
  if (!answer) return;
  if (!answer.ok) return ended();
  document.getElementById("ended").hidden = true;
  wait(Number(await answer.text()));
}

let waiting;
function wait(seconds) {
  clearTimeout(waiting);
  document.getElementById("ending").hidden = seconds > WARNED_S;
  waiting = setTimeout(() => lasts(false), (seconds > WARNED_S ? seconds - WARNED_S : seconds) * 1000 + 500);
}

if (live) {
  wait(Number(live.dataset.lasts));
  let told = performance.now();
  document.addEventListener("input", () => {
    if (performance.now() - told < TOLD_EVERY_MS) return;
    told = performance.now();
    lasts(true);
  });
  document.getElementById("still-here").addEventListener("click", () => lasts(true));
  document.addEventListener("visibilitychange", () => { if (!document.hidden) lasts(false); });
  document.addEventListener("htmx:response:error", (event) => { if (event.detail.ctx?.response?.status === 401) ended(); });
}

// What was typed and refused is filled in again, into the form that it came from.
function fillAgain(typed) {
  const fields = JSON.parse(typed.dataset.fields);
  const of = (name) => fields.filter(([key]) => key === name).map(([, value]) => value);
  const paths = [typed.dataset.path, typed.dataset.path.replace(/\/step$/, "/prepare")];
  const forms = [...document.querySelectorAll("form[method=post]")].filter((form) => paths.includes(form.getAttribute("action")));
  const event = (form) => form.elements.event?.value;
  const form = forms.find((one) => event(one) === of("event")[0]) ?? forms.find((one) => event(one) === "review" && of("materials").length) ?? (forms.length === 1 ? forms[0] : null);
  if (!form) return;
  for (const one of form.elements) {
    const values = of(one.name);
    if (!one.name || one.type === "hidden" || one.type === "submit" || values.length === 0) continue;
    if (["checkbox", "radio"].includes(one.type)) one.checked = values.includes(one.value);
    else if (!values.includes(one.value)) one.value = values[0];
  }
  for (let part = form.closest("details"); part; part = part.parentElement?.closest("details")) part.open = true;
}

const typedBefore = document.getElementById("typed");
if (typedBefore) fillAgain(typedBefore);

// --- Keys: the list is in the dialog that ? opens (templates/parts/keys.html) --------------------------------------------
function typing(target) {
  if (target instanceof HTMLInputElement && target.type === "checkbox") return false;
  return target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement;
}

function move(step) {
  const links = [...document.querySelectorAll("#rows .item a")];
  if (links.length === 0) return;
  const here = links.indexOf(row()?.querySelector(".item a"));
  const next = here < 0 ? (step > 0 ? 0 : links.length - 1) : Math.min(Math.max(here + step, 0), links.length - 1);
  links[next].focus();
}

// The row that has the keyboard: its link or its tick.
function row() {
  return document.activeElement?.closest?.("#rows tr") ?? null;
}

function tick() {
  const box = row()?.querySelector(".pick input");
  if (box) box.click();
}

// What is ticked, or else the row itself.
function several(button) {
  const press = document.getElementById(button);
  if (!press) return;
  if (!document.querySelector("#rows .pick input:checked")) tick();
  if (document.querySelector("#rows .pick input:checked")) press.click();
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || document.querySelector("dialog[open]")) return;
  if (typing(event.target)) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  const find = document.getElementById("find");
  if (event.key === "j") move(1);
  else if (event.key === "k") move(-1);
  else if (event.key === "x") tick();
  else if (event.key === "c") { const claim = document.getElementById("claim"); if (claim) claim.click(); else several("bulk-claim"); }
  else if (event.key === "m") several("bulk-read");
  else if (event.key >= "1" && event.key <= "7") document.querySelectorAll(".tabs > a")[Number(event.key) - 1]?.click();
  else if (event.key === "?") document.getElementById("keys")?.showModal();
  else if (event.key === "g" && live) location.href = "/inbox";
  else if (event.key === "/" && find) { event.preventDefault(); find.focus(); }
});

// --- A press is a press: no form is sent twice -------------------------------------------------------------------------
document.addEventListener("submit", (event) => {
  if (event.target.hasAttribute("hx-post")) return;
  if (event.target.dataset.sent) { event.preventDefault(); return; }
  if (event.target.method === "post") event.target.dataset.sent = "true";
  // What was typed is kept while the case around it is renewed; what is sent was pressed on the case as it is shown.
  const shown = event.target.closest("#case");
  if (shown && event.target.elements.version) event.target.elements.version.value = shown.dataset.version;
});
window.addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent));

// A file that is chosen fills the field of the same form, where it can be read and mended.
for (const choice of document.querySelectorAll("[data-file-into]")) {
  choice.hidden = false;
  choice.addEventListener("change", async (event) => {
    const file = event.target.files[0];
    if (file) document.getElementById(choice.dataset.fileInto).value = await file.text();
  });
}

// A notice goes to paper at a press.
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) window.print();
});
