// Small additions to pages that are complete without them. Hooks are data-* attributes, and words come from the page, so
// that they are translated with it.

const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const controlKey = (event) => event.ctrlKey || event.metaKey;

// <button data-print>
for (const button of all("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}

// <form data-send="ctrl-enter">
for (const form of all('form[data-send="ctrl-enter"]')) {
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !controlKey(event)) return;
    event.preventDefault();
    form.requestSubmit();
  });
}

// <form data-once>: the second click of a double click does nothing, and coming back to a form already sent says so. After
// a moment it can be sent again, since the first try may have been stopped: by its key the server takes it only once.
for (const form of all("form[data-once]")) {
  let busy = false;
  let sent = false;
  form.addEventListener("submit", (event) => {
    if (event.defaultPrevented || event.submitter?.formTarget) return; // a preview in a window of its own sends nothing off
    if (busy) event.preventDefault();
    busy = sent = true;
    setTimeout(() => (busy = false), 3_000);
  });
  addEventListener("pageshow", (event) => {
    if (!event.persisted || !sent) return;
    busy = false;
    for (const note of all("[data-sent-note]", form)) note.hidden = false;
  });
}

// <select data-narrows="window">: only the chosen unit's windows are offered, and choosing a window chooses its unit.
// The groups of the narrowed list carry the unit's value in data-of.
for (const unit of all("select[data-narrows]")) {
  const list = document.getElementById(unit.dataset.narrows);
  const groups = all("optgroup", list);
  const narrow = () => {
    const known = groups.some((group) => group.dataset.of === unit.value);
    for (const group of groups) group.hidden = group.disabled = known && group.dataset.of !== unit.value;
    const chosen = list.selectedOptions[0]?.closest("optgroup");
    if (chosen?.disabled) list.value = "";
  };
  list.addEventListener("change", () => {
    const of = list.selectedOptions[0]?.closest("optgroup")?.dataset.of;
    if (of && unit.value !== of) unit.value = of;
    narrow();
  });
  unit.addEventListener("change", narrow);
  narrow();
}

// <input type="file" data-each="bytes" data-count="n" data-total="bytes">: what is too large or too many is told before it is uploaded.
for (const input of all("input[type=file][data-each]")) {
  const note = document.getElementById(input.dataset.note);
  input.addEventListener("change", () => {
    const large = [...input.files].find((file) => file.size > Number(input.dataset.each));
    const many = input.files.length > Number(input.dataset.count);
    const heavy = [...input.files].reduce((sum, file) => sum + file.size, 0) > Number(input.dataset.total ?? Infinity);
    const others = many ? note.dataset.many : heavy ? note.dataset.heavy : "";
    const words = large ? note.dataset.large.replace("{name}", large.name) : others;
    note.textContent = words;
    if (words) input.setAttribute("aria-invalid", "true");
    else input.removeAttribute("aria-invalid");
  });
}
