// The lists of people, quicker: keys, ticking all, and news without reloading. Without it everything works, too.
"use strict";

const LOOK_EVERY = 10_000; // milliseconds, where no stream says that there is something new
const LOOK_BESIDE_A_STREAM = 60_000; // it does not tell of what a policy filters
const MOST = 500; // that are decided at once
const find = (selector) => document.querySelector(selector);
const cards = () => [...document.querySelectorAll("#rows > .request:not(.gone)")];
const current = () => document.activeElement?.closest(".request");
let left = null; // where the last decision was made: the place of the card, and the name of its button

function move(step) {
  const all = cards();
  const place = all.indexOf(current());
  (all[place < 0 ? 0 : place + step] ?? all[place])?.focus();
}

function press(name) {
  current()?.querySelector(`button[name="${name}"]`)?.click();
}

function tick() {
  current()?.querySelector("input[type=checkbox]")?.click();
}

function help() {
  const keys = find(".keys");
  keys.open = !keys.open;
  keys.querySelector("summary").focus();
}

const KEYS = {
  j: () => move(1),
  k: () => move(-1),
  a: () => press("accept"),
  r: () => press("reject"),
  x: tick,
  u: () => find("#undo button")?.click(),
  "?": help,
};

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input:not([type=checkbox]), textarea, select, [contenteditable]");
  const wanted = find("#keys")?.checked && !typing && !event.ctrlKey && !event.metaKey && !event.altKey;
  if (wanted && Object.hasOwn(KEYS, event.key)) {
    event.preventDefault();
    KEYS[event.key]();
  }
});

// A second click on a card that is on its way says nothing new.
document.addEventListener(
  "submit",
  (event) => {
    const card = event.submitter?.closest("#decide .request");
    if (!card) return;
    if (card.ariaBusy === "true") {
      event.preventDefault();
      event.stopImmediatePropagation();
    }
    card.ariaBusy = "true";
    left = { place: cards().indexOf(card), name: current() === document.activeElement ? "" : event.submitter.name };
  },
  true,
);

document.addEventListener("htmx:afterRequest", (event) => {
  if (!event.detail.successful) cards().forEach((card) => (card.ariaBusy = null));
});

document.addEventListener("htmx:afterSettle", () => {
  prepare();
  const all = cards();
  if (all.length === 0) find("#pager [rel=next]")?.click();
  if (document.activeElement !== document.body) return;
  const card = all[Math.min(left?.place ?? 0, all.length - 1)];
  const button = left?.name && card?.querySelector(`button[name="${left.name}"]`);
  (button || card || find("#main"))?.focus({ preventScroll: !left });
  left = null;
});

function prepare() {
  find(".all")?.removeAttribute("hidden");
  if (find("#keys")) find("#keys").checked = localStorage.getItem("keys") !== "off";
}

document.addEventListener("change", ({ target }) => {
  if (target.id === "all") {
    const boxes = [...document.querySelectorAll("#rows > .request > input")];
    for (const box of boxes.slice(0, MOST)) box.checked = target.checked;
  }
  if (target.id === "keys") localStorage.setItem("keys", target.checked ? "on" : "off"); // for those who dictate
});

let lookedAt = Date.now();

function look() {
  if (document.hidden || !find("#newer")) return;
  lookedAt = Date.now();
  htmx.trigger("#newer", "look");
}

prepare();
document.addEventListener("visibilitychange", look);
const address = find("#newer")?.dataset.stream;
const stream = address && new EventSource(address, { withCredentials: true });
stream?.addEventListener("news", look);
setInterval(() => {
  const wait = stream?.readyState === EventSource.OPEN ? LOOK_BESIDE_A_STREAM : LOOK_EVERY;
  if (Date.now() - lookedAt >= wait) look();
}, LOOK_EVERY);
