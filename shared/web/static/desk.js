// Additions for the desk: call timer, checklist, typeahead, keys, live notices. Hooks are data-* attributes; words come
// from the page.

const all = (selector, root = document) => [...root.querySelectorAll(selector)];

// <time data-timer="ISO start">: minutes and seconds since then.
for (const time of all("[data-timer]")) {
  const start = Date.parse(time.dataset.timer);
  const two = (number) => String(number).padStart(2, "0");
  const tick = () => {
    const seconds = Math.floor((Date.now() - start) / 1000);
    if (seconds < 0 || seconds > 86_400) return; // a clock that is off shows what the server wrote
    time.textContent = `${two(Math.floor(seconds / 60))}:${two(seconds % 60)}`;
  };
  tick();
  setInterval(tick, 1000);
}

// Checklist: <a data-needs="id id"> is done when each of these fields holds something. The list says the words:
// <ul data-ticks data-done="已记" data-open="未问">, <p data-tick-count data-some="…{done}…{open}…" data-all="…">.
for (const list of all("[data-ticks]")) {
  const items = all("[data-needs]", list);
  const count = document.querySelector("[data-tick-count]");
  const look = () => {
    for (const item of items) {
      const done = item.dataset.needs.split(" ").every((id) => document.getElementById(id)?.value.trim());
      if (done) item.dataset.is = "done";
      else delete item.dataset.is;
      item.querySelector("em").textContent = done ? list.dataset.done : list.dataset.open;
    }
    if (!count) return;
    const open = items.filter((item) => item.dataset.is !== "done").length;
    const words = open ? count.dataset.some : count.dataset.all;
    const said = words.replace("{done}", items.length - open).replace("{open}", open);
    if (count.textContent !== said) count.textContent = said;
  };
  look();
  document.addEventListener("input", look);
}

// Typeahead over an input's own <datalist>: <input data-combo="name of the list">. An option's label holds what else
// finds it (pinyin initials, window number).
function typeahead(input) {
  const options = [...input.list.options].map(({ value, label }) => ({ value, label, key: `${value} ${label}`.toLowerCase() }));
  const list = Object.assign(document.createElement("ul"), { id: `${input.id}-list`, hidden: true });
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", input.dataset.combo);
  input.removeAttribute("list");
  input.after(list);
  const traits = { role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id };
  for (const [name, value] of Object.entries(traits)) input.setAttribute(name, value);

  let at = -1;
  const close = () => {
    list.hidden = true;
    at = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };
  const mark = (index) => {
    const items = [...list.children];
    at = (index + items.length) % items.length;
    items.forEach((item, i) => item.setAttribute("aria-selected", String(i === at)));
    input.setAttribute("aria-activedescendant", items[at].id);
    items[at].scrollIntoView({ block: "nearest" });
  };
  const choose = (index) => {
    input.value = list.children[index].dataset.value;
    close();
    input.dispatchEvent(new Event("input", { bubbles: true }));
  };
  const offer = ({ value, label }, index) => {
    const item = Object.assign(document.createElement("li"), { id: `${list.id}-${index}`, textContent: value });
    item.setAttribute("role", "option");
    item.dataset.value = value;
    item.append(Object.assign(document.createElement("small"), { textContent: label }));
    item.addEventListener("mousedown", (event) => {
      event.preventDefault();
      choose(index);
    });
    return item;
  };
  input.addEventListener("input", (event) => {
    if (!event.isTrusted) return;
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    const found = words.length ? options.filter(({ key }) => words.every((word) => key.includes(word))).slice(0, 9) : [];
    list.replaceChildren(...found.map(offer));
    if (!found.length) return close();
    list.hidden = false;
    input.setAttribute("aria-expanded", "true");
    mark(0);
  });
  const keys = { ArrowDown: () => mark(at + 1), ArrowUp: () => mark(at - 1), Enter: () => choose(at), Escape: close };
  input.addEventListener("keydown", (event) => {
    if (list.hidden || event.ctrlKey || !keys[event.key]) return;
    event.preventDefault();
    keys[event.key]();
  });
  input.addEventListener("blur", close);
}
all("input[data-combo]").forEach(typeahead);

// Keys: data-key="alt+1", "/" or "?" on a field or link; J K X on a list. Without Alt they act outside fields only, with it everywhere.
const rows = all("[data-rows] [data-row]");
const cameFrom = new WeakMap(); // what a key opened, and what had the focus then
let current = -1;
const go = (index) => {
  current = Math.max(0, Math.min(rows.length - 1, index));
  rows[current].querySelector("a, button").focus();
};
document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input:not([type=checkbox]), textarea, select");
  if (typing && !event.altKey) return;
  const key = event.altKey ? `alt+${event.key}` : event.key;
  const target = all("[data-key]").find(({ dataset }) => dataset.key === key || `alt+${dataset.key}` === key);
  if (target) {
    event.preventDefault();
    const from = document.activeElement;
    target.focus();
    if (target.matches("summary")) target.click();
    if (from !== target) cameFrom.set(target, from);
    return;
  }
  if (!rows.length || event.ctrlKey || event.metaKey || event.altKey) return;
  current = rows.indexOf(document.activeElement.closest("[data-row]") ?? rows[current]);
  if (event.key === "j") go(current + 1);
  else if (event.key === "k") go(current - 1);
  else if (event.key === "x" && rows[current]) rows[current].querySelector("[type=checkbox]")?.click();
});
// <details data-escape>: closes by Esc, and gives the focus back to where it was opened from.
for (const list of all("[data-escape]")) {
  list.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !list.open) return;
    list.open = false;
    const summary = list.querySelector("summary");
    (cameFrom.get(summary) ?? summary).focus();
    cameFrom.delete(summary);
  });
}
for (const table of all("[data-rows]")) {
  table.addEventListener("change", () => {
    for (const row of rows) row.classList.toggle("on", row.querySelector("[type=checkbox]")?.checked ?? false);
    const picked = document.querySelector("[data-picked]");
    if (!picked) return;
    picked.textContent = picked.dataset.picked.replace("{count}", rows.filter((row) => row.matches(".on")).length);
  });
}

// <header data-live="/intake/events /workflow/events" data-shown="case=…&version=…">: while the page is looked at, its server-sent
// events are followed. "counts" fills [data-count="room"] and shows [data-while="room"]; "changed" shows [data-changed]; "call" shows [data-pop] with its link.
// A page that nobody looks at holds no connection: a browser has six for all its windows.
function follow(address, on) {
  let source;
  const close = () => source?.close();
  const open = () => {
    close();
    source = new EventSource(address);
    for (const [name, does] of Object.entries(on)) source.addEventListener(name, ({ data }) => does(data));
    source.addEventListener("error", () => {
      if (source.readyState === EventSource.CLOSED) setTimeout(look, 30_000); // refused, not broken off: later, then
    });
  };
  const look = () => (document.visibilityState === "visible" ? open() : close());
  document.addEventListener("visibilitychange", look);
  look();
}
for (const head of all("[data-live]")) {
  let before;
  const show = (selector) => all(selector).forEach((box) => (box.hidden = false));
  const fill = (data) => {
    for (const [room, count] of Object.entries(JSON.parse(data))) {
      for (const box of all(`[data-count="${room}"]`)) {
        box.textContent = count > 999 ? "999+" : count;
        box.hidden = !count;
      }
      for (const box of all(`[data-while="${room}"]`)) box.hidden = !count;
    }
  };
  const counts = (data) => {
    fill(data);
    if (before && before !== data && !head.dataset.shown) show("[data-changed]");
    before = data;
  };
  const call = (data) => {
    if (location.href.endsWith(data)) return;
    for (const link of all("[data-pop] a")) link.href = data;
    show("[data-pop]");
  };
  for (const address of head.dataset.live.split(" ")) {
    const ofCases = address.startsWith("/workflow/");
    const asked = ofCases && head.dataset.shown ? `${address}?${head.dataset.shown}` : address;
    follow(asked, ofCases ? { counts, changed: () => show("[data-changed]") } : { counts: fill, call });
  }
}

// <aside data-known="/desk/phone/known">: what is known of this caller and window, asked for again (POST, so that no number
// stands in an address) when a field named in data-watch changes. The answer is a fragment of our own page.
for (const box of all("[data-known]")) {
  const form = box.closest("form");
  const look = async () => {
    const body = new URLSearchParams();
    for (const [name, value] of new FormData(form)) if (typeof value === "string") body.append(name, value);
    const answer = await fetch(box.dataset.known, { method: "POST", body });
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    box.replaceChildren(...page.body.childNodes);
    const drawer = box.closest("details");
    if (drawer && box.querySelector("li, .notice")) drawer.open = true;
  };
  const watched = new Set(box.dataset.watch.split(" "));
  for (const kind of ["change", "focusout"]) {
    form.addEventListener(kind, (event) => {
      if (watched.has(event.target.name)) look().catch(() => {}); // the page works without it
    });
  }
}
