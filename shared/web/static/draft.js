// Drafts: what is typed saves itself on the server, sealed; nothing is kept in the browser. To be loaded before shouli.js,
// which is not to count a sending that is stopped here.

const all = (selector, root = document) => [...root.querySelectorAll(selector)];

// <form data-draft="/intake/drafts/…">: PUT two seconds after the last change, and at once by Ctrl+S, when the page is left and
// when the network is back. Files stay out. With data-draft-of="…" the fields go as a JSON object that says whose desk it is.
// What is said of it stands in the form or else in the page: <output data-draft-status data-saved data-not-saved data-signed-out data-offline>.
function fieldsOf(form) {
  const fields = { desk: form.dataset.draftOf };
  for (const [name, value] of new FormData(form)) {
    if (value instanceof File || name === "csrf" || name === "idempotency_key") continue;
    fields[name] = name in fields ? [fields[name], value].flat() : value;
  }
  return fields;
}
function draftOf(form) {
  if (form.dataset.draftOf) {
    const headers = { "Content-Type": "application/json", "X-CSRF-Token": form.elements.csrf.value };
    return { headers, body: JSON.stringify(fieldsOf(form)) };
  }
  const body = new FormData(form);
  for (const [name, value] of [...body]) if (value instanceof File) body.delete(name);
  return { body };
}

// A desk's forms are tied to the session that their page was made in. Where that has run out, and the same person has signed in
// again in another window, the page takes the new session's token and goes on; what was typed stays where it is.
const person = document.querySelector("[data-person]")?.dataset.person;
const A_WHILE = 600_000;
let good = Date.now(); // when the page's token was last known to hold
async function renewed() {
  const answer = await fetch("/account/form-token");
  const now = answer.ok ? await answer.json() : {};
  if (now.person !== person) return false;
  for (const field of all("input[name=csrf]")) field.value = now.csrf;
  good = Date.now();
  return true;
}

for (const form of all("form[data-draft]")) {
  const status = form.querySelector("[data-draft-status]") ?? document.querySelector("[data-draft-status]");
  let timer;
  let typed = 0;
  let saved = 0;
  let leaving = false;
  let underWay = new AbortController();
  const tell = (words = "", time = "") => {
    if (status) status.textContent = words.replace("{time}", time);
  };
  const later = (delay) => {
    clearTimeout(timer);
    timer = setTimeout(save, delay);
  };
  const save = async () => {
    clearTimeout(timer);
    if (leaving) return;
    const now = typed;
    underWay = new AbortController();
    try {
      const put = () => fetch(form.dataset.draft, { method: "PUT", keepalive: true, signal: underWay.signal, ...draftOf(form) });
      let answer = await put();
      if (person && [401, 403].includes(answer.status)) {
        good = 0;
        if (!(await renewed())) throw new Error("signed out");
        answer = await put();
      }
      if (!answer.ok) throw new Error(`${answer.status}`);
      saved = now;
      tell(status?.dataset.saved, new Date().toTimeString().slice(0, 8));
    } catch (fault) {
      if (leaving) return;
      tell(fault.message === "signed out" ? status?.dataset.signedOut : status?.dataset.notSaved);
      later(10_000);
    }
  };
  form.addEventListener("input", () => {
    typed += 1;
    later(2_000);
  });
  form.addEventListener("submit", (event) => {
    if (!navigator.onLine && status?.dataset.offline) {
      event.preventDefault(); // what was typed is still here; an error page would take its place
      tell(status.dataset.offline);
      return;
    }
    if (event.defaultPrevented || event.submitter?.formTarget) return; // a preview in a window of its own sends nothing off
    if (person && Date.now() - good > A_WHILE) {
      event.preventDefault();
      renewed().then(
        (held) => (held ? form.requestSubmit(event.submitter) : tell(status?.dataset.signedOut)),
        () => tell(status?.dataset.offline),
      );
      return;
    }
    leaving = true;
    clearTimeout(timer);
    underWay.abort(); // so that no draft comes to lie behind what is registered
    setTimeout(() => (leaving = false), 3_000);
  });
  form.addEventListener("keydown", (event) => {
    if (event.key !== "s" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    save();
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden" && typed !== saved) save();
  });
  addEventListener("online", () => {
    if (typed !== saved) save();
  });
}
