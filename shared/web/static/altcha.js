// Proof of work for the public form: an ALTCHA v1 challenge (SHA-256 of salt followed by a number, the number unknown)
// solved while the form is being filled in. Without scripts, or without WebCrypto (plain http), the field stays empty and
// the server takes the form the slower way.

const AT_ONCE = 500; // hashes between two pauses: few enough that typing stays smooth, many enough to be quick

const pause = () => new Promise((resume) => setTimeout(resume));

const hex = (buffer) => [...new Uint8Array(buffer)].map((byte) => byte.toString(16).padStart(2, "0")).join("");

async function solve({ challenge, salt, max }) {
  const encoder = new TextEncoder();
  const matches = async (number) =>
    hex(await crypto.subtle.digest("SHA-256", encoder.encode(salt + number))) === challenge;
  for (let from = 0; from <= max; from += AT_ONCE) {
    const numbers = Array.from({ length: Math.min(AT_ONCE, max - from + 1) }, (_, i) => from + i);
    const found = await Promise.all(numbers.map(matches));
    if (found.includes(true)) return from + found.indexOf(true);
    await pause(); // browsers may hash at once, without giving way to what is being typed
  }
  return null;
}

const payload = ({ challenge, salt, signature }, number) =>
  btoa(JSON.stringify({ algorithm: "SHA-256", challenge, number, salt, signature }));

for (const field of document.querySelectorAll("input[data-challenge]")) {
  if (!globalThis.crypto?.subtle) continue;
  const { challenge, salt, signature, max } = field.dataset;
  const task = { challenge, salt, signature, max: Number(max) };
  const form = field.form;
  const status = form.querySelector("[data-work-status]");
  let work;

  const begin = () => {
    if (!work) {
      work = solve(task).then((number) => {
        if (number !== null) field.value = payload(task, number);
      });
    }
    return work;
  };

  form.addEventListener("input", begin, { once: true });
  form.addEventListener(
    "submit",
    async (event) => {
      if (field.value || field.dataset.tried) return;
      event.preventDefault();
      event.stopImmediatePropagation(); // whoever counts sendings must not count this one
      if (status) status.textContent = status.dataset.working;
      await Promise.all([begin(), pause()]); // a form can't be sent from within its own submit event
      field.dataset.tried = "1"; // unsolved or not, the second time it goes
      if (status) status.textContent = "";
      if (form.requestSubmit) form.requestSubmit(event.submitter ?? undefined);
      else form.submit();
    },
    true,
  );
}
