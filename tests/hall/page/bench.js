// The bench. Draws what the hall says and tells it what people do; decides nothing.
"use strict";

const $ = (id) => document.getElementById(id);
const screen = $("screen");
const pen = screen.getContext("2d");
let state = null;

async function tell(what, more = {}) {
  const answer = await fetch("do", {
    method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ do: what, ...more }),
  });
  if (!answer.ok) say(await answer.text(), true);
}

function say(text, bad = false) {
  $("says").textContent = text;
  $("says").className = bad ? "bad" : "";
}

const pause = (ms) => new Promise((done) => setTimeout(done, ms));

// The screen: each answer is the smallest picture that covers what changed since the frame we have.
async function watchScreen() {
  let have = 0;
  for (;;) {
    try {
      const answer = await fetch(`screen?after=${have}`);
      if (answer.status === 200) {
        const [x, y] = answer.headers.get("x-area").split(",").map(Number);
        const picture = await createImageBitmap(await answer.blob());
        pen.drawImage(picture, x, y);
        have = Number(answer.headers.get("x-frame"));
      } else if (answer.status !== 204) throw new Error(await answer.text());
    } catch {
      have = 0;
      await pause(1000);
    }
  }
}

function place(event) {
  const box = screen.getBoundingClientRect();
  const clamp = (value, size) => Math.max(0, Math.min(size - 1, Math.round(value)));
  return {
    x: clamp((event.clientX - box.left) * screen.width / box.width, screen.width),
    y: clamp((event.clientY - box.top) * screen.height / box.height, screen.height),
  };
}

// Events of one finger go out one after the other, moves only as fast as they are taken.
let queue = Promise.resolve();
let moving = false;
screen.addEventListener("pointerdown", (event) => {
  screen.setPointerCapture(event.pointerId);
  const at = place(event);
  queue = queue.then(() => tell("press", at));
});
screen.addEventListener("pointermove", (event) => {
  if (!event.buttons || moving) return;
  moving = true;
  const at = place(event);
  queue = queue.then(() => tell("drag", at)).finally(() => { moving = false; });
});
screen.addEventListener("pointerup", (event) => {
  const at = place(event);
  queue = queue.then(() => tell("release", at));
});

function button(parent, text, className, act) {
  const made = document.createElement("button");
  made.className = className;
  for (const [tag, words] of text) {
    const part = document.createElement(tag);
    part.textContent = words;
    made.append(part);
  }
  made.addEventListener("click", act);
  parent.append(made);
  return made;
}

let lifting = 0;
async function lay(card) {
  clearTimeout(lifting);
  await tell("lay", { card, serial: document.querySelector("input[name=on]:checked").value === "serial" });
  if (!$("leave").checked) lifting = setTimeout(() => tell("lift"), 3000);
}

function draw() {
  $("console").href = state.console;
  $("dark").hidden = state.kiosk_runs;
  say(state.kiosk_runs ? `Kiosk: ${state.screen || "starting"}` : "The kiosk is not running", !state.kiosk_runs);

  $("cards").replaceChildren();
  $("trouble").replaceChildren();
  const on = state.lying || state.lying_serial;
  for (const card of state.cards) {
    const made = button($(card.kind === "faulty" ? "trouble" : "cards"), [["b", card.name], ["span", card.about]], `card ${card.kind}`, () => lay(card.id));
    made.classList.toggle("lying", card.id === on);
    if (card.lines) button(made.parentElement, [["span", `Scan the lines of ${card.name}`]], "card scan", () => tell("scan", { code: card.lines }));
  }
  const lying = state.cards.find((card) => card.id === on);
  $("reader").classList.toggle("full", Boolean(lying));
  $("on-reader").textContent = lying ? `On the ${state.lying ? "PC/SC" : "serial"} reader: ${lying.name}, ${lying.about}` : "No card on a reader";
  $("lift").hidden = !lying;

  const rows = document.querySelector("#staff tbody");
  rows.replaceChildren();
  for (const member of state.staff) {
    const row = rows.insertRow();
    for (const text of [member.name, member.password, member.role, member.pin || "–"]) row.insertCell().textContent = text;
  }

  const doors = $("doors");
  doors.replaceChildren();
  for (const door of state.doors) {
    const words = door.jammed ? "jammed" : door.open ? "OPEN" : "shut";
    const made = button(doors, [["span", String(door.no)], ["small", words]], "door", () => {
      const tool = document.querySelector("input[name=tool]:checked").value;
      tell(tool, { door: door.no });
    });
    made.classList.toggle("open", door.open);
    made.classList.toggle("jammed", door.jammed);
    made.setAttribute("aria-label", `Door ${door.no}, ${words}`);
  }

  drawPapers();
  drawMessages();

  const faults = $("faults");
  faults.replaceChildren();
  for (const fault of state.faults) {
    const made = button(faults, [["span", fault.on ? fault.undo : fault.name]], fault.on ? "on" : "", () => tell("fault", { fault: fault.id, on: !fault.on }));
    made.setAttribute("aria-pressed", String(fault.on));
  }
}

// Pieces of paper are drawn once; the last one comes first.
let drawn = "";
function drawPapers() {
  const [before, count] = state.tray;
  $("take-paper").hidden = count === 0;
  $("tray").textContent = count === 0 ? "Nothing lies in the tray" : count === 1 ? "One piece lies in the tray" : `${count} pieces lie in the tray`;
  const now = `${before}/${count}`;
  if (now === drawn) return;
  drawn = now;
  $("papers").replaceChildren();
  for (let piece = count - 1; piece >= 0; piece--) {
    const [, address] = state.papers[piece].match(/\[QR (https?:[^\]]+)\]/) ?? [];
    if (address) link($("papers"), address, "Open what its code says ↗");
    const picture = document.createElement("img");
    picture.src = `paper?piece=${piece}&n=${before + piece}`;
    picture.alt = state.papers[piece];
    $("papers").append(picture);
    const code = /\[QR ([^\]]+)\]/.exec(state.papers[piece]);
    if (code) button($("papers"), [["span", "Hold its code before the scanner"]], "scan", () => tell("scan", { code: code[1] }));
  }
}

function link(parent, address, words) {
  const made = document.createElement("a");
  made.href = address;
  made.target = "_blank";
  made.rel = "noopener";
  made.textContent = words;
  parent.append(made);
}

function phoneSays() {
  const count = state.waiting === 1 ? "One message waits" : `${state.waiting} messages wait`;
  if (state.waiting && state.quiet) return `${count}: the hall lets nobody's phone ring between 21:00 and 8:00, and there it is ${state.quiet} now. Until the morning the case says 待发送; the receipt's code leads to the same page at any hour.`;
  if (state.waiting) return `${count} to be sent.`;
  if (state.quiet) return `The hall lets nobody's phone ring between 21:00 and 8:00, and there it is ${state.quiet} now: what is told meanwhile comes in the morning.`;
  return state.messages.length ? "Links work in this browser." : "No message has come. Give a phone number at the terminal; the first one tells that the case was accepted.";
}

// What an applicant reads; addresses can be pressed, as on a phone.
let told = "";
function drawMessages() {
  $("phone-says").textContent = phoneSays();
  const now = JSON.stringify(state.messages);
  if (now === told) return;
  told = now;
  $("messages").replaceChildren();
  for (const message of state.messages) {
    const made = document.createElement("li");
    const head = document.createElement("small");
    head.textContent = `${message.to} · ${message.at}`;
    const text = document.createElement("p");
    text.lang = "zh";
    for (const part of message.text.split(/(https?:\/\/\S+)/)) {
      if (part.startsWith("http")) link(text, part, part); else text.append(part);
    }
    made.append(head, text);
    $("messages").append(made);
  }
}

$("take-paper").addEventListener("click", () => tell("take_paper"));
$("scanner").addEventListener("submit", (event) => {
  event.preventDefault();
  tell("scan", { code: $("code").value });
});

// What has the focus keeps it over a redraw, so that the page works from a keyboard.
function redraw() {
  const focused = document.activeElement;
  const home = focused && focused.parentElement && focused.parentElement.id;
  const index = home ? [...focused.parentElement.children].indexOf(focused) : -1;
  draw();
  if (index >= 0 && !document.contains(focused)) $(home).children[index]?.focus();
}

async function watchState() {
  let have = 0;
  for (;;) {
    try {
      const answer = await fetch(`state?after=${have}`);
      if (answer.status === 200) {
        state = await answer.json();
        have = state.revision;
        redraw();
      } else if (answer.status !== 204) throw new Error(await answer.text());
    } catch {
      have = 0;
      say("The hall does not answer: is `hall demo` still running?", true);
      await pause(1000);
    }
  }
}

$("lift").addEventListener("click", () => { clearTimeout(lifting); tell("lift"); });
watchScreen();
watchState();
