/* Scans wait in this browser until they are answered: no network loses none, nor does
   a reload. Everything works without this file, one page at a time. */
"use strict";
(() => {
  const form = document.getElementById("scan-form");
  const input = document.getElementById("scan-code");
  const placeForm = document.getElementById("place-form");
  const unsent = document.getElementById("unsent");
  if (!form || !input || !unsent) return;

  const AGAIN = 3000;
  const QUEUE = `parc-stocktake-${form.dataset.queue}`;
  const PHONE = "parc-phone";
  const newKey = () =>
    [...crypto.getRandomValues(new Uint8Array(16))].map((n) => n.toString(16).padStart(2, "0")).join("");

  let phone = localStorage.getItem(PHONE);
  if (!phone) {
    phone = newKey();
    localStorage.setItem(PHONE, phone);
  }

  /* Read anew each time: another tab of this browser empties the same queue. */
  const waiting = () => JSON.parse(localStorage.getItem(QUEUE) ?? "[]");
  const keep = (queue) => localStorage.setItem(QUEUE, JSON.stringify(queue));

  let sending = false;
  function enqueue(code) {
    if (!code.trim()) return;
    keep([...waiting(), { key: newKey(), code }]);
    send();
  }
  function tell(why) {
    const left = waiting().length;
    unsent.hidden = !why || left === 0;
    const several = left > 1 ? "s" : "";
    unsent.textContent = `${left} scan${several} pas encore envoyé${several} : ${why}`;
  }
  async function send() {
    const [first, ...rest] = waiting();
    if (sending || !first) return;
    sending = true;
    let why = "la connexion manque, nouvel essai dans un instant.";
    try {
      const answer = await fetch(form.action, {
        method: "POST",
        headers: { "HX-Request": "true" },
        body: new URLSearchParams({ ...first, phone, waiting: rest.length }),
        redirect: "manual",
      });
      if (answer.ok) {
        keep(waiting().filter((one) => one.key !== first.key));
        why = "";
        show(await answer.text());
      } else if (answer.status < 500) {
        why = "rechargez la page, ou reconnectez-vous. Rien n'est perdu.";
      }
    } catch {
      /* No network: the scan stays in the queue. */
    }
    sending = false;
    tell(why);
    if (why) setTimeout(send, AGAIN);
    else send();
  }
  function show(html) {
    const box = document.createElement("template");
    box.innerHTML = html;
    for (const id of ["answer", "board"]) {
      const fresh = box.content.getElementById(id);
      if (!fresh) continue;
      document.getElementById(id).replaceWith(fresh);
      window.htmx?.process(fresh); // the counters go on living
    }
    const { outcome, place } = document.getElementById("answer").dataset;
    const select = document.getElementById("scan-place");
    const option = [...(select?.options ?? [])].find((one) => one.text === place);
    if (option) select.value = option.value;
    navigator.vibrate?.(outcome === "found" || outcome === "place" ? 40 : [90, 60, 90]);
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    enqueue(input.value);
    input.value = "";
    input.focus();
  });
  placeForm?.addEventListener("submit", (event) => {
    event.preventDefault();
    enqueue(placeForm.elements.code.value);
    input.focus();
  });
  window.addEventListener("online", send);
  send();
})();
