/* The bench hears a scanner wherever the focus is. Everything works without this file. */
"use strict";
(() => {
  const form = document.getElementById("scan-form");
  const input = document.getElementById("scan-code");
  if (!form || !input) return;

  /* A scanner sends a key every few milliseconds and is silent after its code. */
  const FASTER_THAN_A_HAND = 35;
  const SILENCE = 60;
  const SHORTEST = 4;
  const AGAIN = 3000;
  const AT_ONCE = 15000;
  const KEPT = "parc-sounds";

  const queue = window.parcScans;
  const waiting = window.parcWaiting;
  const said = document.getElementById("said");
  const sounds = document.getElementById("sounds");
  const isShell = form.dataset.offline === "yes";
  const isStandIn = isShell && location.pathname !== form.dataset.own;
  const newKey = () =>
    [...crypto.getRandomValues(new Uint8Array(8))].map((n) => n.toString(16).padStart(2, "0")).join("");

  /* Who scans, in which run, and what the screen says is armed: told by the server,
     or as it last said when there is no network. */
  const bench = {};
  const ready = (async () => {
    const board = document.getElementById("board");
    if (!isShell) {
      bench.actor = form.dataset.actor;
      bench.run = form.elements.run.value;
      readBoard(board);
    } else {
      Object.assign(bench, { actor: "", run: newKey(), armed: null, label: "" }, await queue.remembered());
      const asked = new URLSearchParams(location.search).get("run") ?? "";
      if (/^[0-9a-f]{16}$/.test(asked) && asked !== bench.run) Object.assign(bench, { run: asked, armed: null, label: "" });
      form.elements.run.value = bench.run;
      document.getElementById("bench-known").textContent = bench.label || "inconnu";
    }
    await queue.remember({ ...bench });
    await waiting.start(bench.actor, (code) => enqueue("/scan", code));
    // What was left by the time before is sent, or at least told.
    if (await queue.next(bench.actor)) waiting.tell(!navigator.onLine || isShell);
    send();
  })();
  function readBoard(board) {
    bench.armed = board.dataset.armed;
    bench.label = board.querySelector(".bench-state p").innerText.trim();
  }

  /* --- sounds: one for each kind of answer, none when turned off --- */
  const TONES = {
    applied: [[880, 0.09]],
    shown: [[660, 0.07]],
    order: [[660, 0.07], [880, 0.07]],
    undone: [[660, 0.08], [440, 0.12]],
    already: [[520, 0.08], [520, 0.08]],
    refused: [[220, 0.28]],
    unknown: [[160, 0.18], [160, 0.18]],
    ambiguous: [[300, 0.12], [220, 0.2]],
  };
  let audio;
  const audible = () => localStorage.getItem(KEPT) !== "off";
  function sound(outcome) {
    const tones = TONES[outcome];
    if (!tones || !audible() || !window.AudioContext) return;
    audio ??= new AudioContext();
    let at = audio.currentTime;
    for (const [hertz, seconds] of tones) {
      const tone = audio.createOscillator();
      const volume = audio.createGain();
      tone.frequency.value = hertz;
      volume.gain.value = 0.2;
      tone.connect(volume).connect(audio.destination);
      tone.start(at);
      tone.stop(at + seconds);
      at += seconds + 0.05;
    }
  }
  function showSounds() {
    sounds.setAttribute("aria-pressed", String(audible()));
    sounds.textContent = audible() ? "Sons : oui" : "Sons : non";
  }
  sounds.hidden = false;
  sounds.addEventListener("click", () => {
    localStorage.setItem(KEPT, audible() ? "off" : "on");
    showSounds();
  });
  showSounds();

  /* --- scans are kept, then sent one by one in their order, until answered --- */
  const NOT_DONE = ["refused", "unknown", "ambiguous", "conflict"];
  const atOnce = new Set(); // keys of scans that have not had to wait
  let sending = false;
  let retry;

  async function enqueue(address, code) {
    const key = newKey() + newKey();
    if (!bench.run) await ready;
    atOnce.add(key);
    await queue.add({ address, code, key, ...bench });
    if (isShell) {
      said.textContent = `Gardé\u00a0: ${code || "annuler le dernier"}`;
      sound("order");
    }
    send();
  }
  async function send() {
    if (sending) return;
    sending = true;
    clearTimeout(retry);
    let failed = false;
    try {
      await queue.alone(async () => {
        for (let scan; !failed && (scan = await queue.next(bench.actor)); ) failed = !(await sent(scan));
      });
    } finally {
      sending = false;
    }
    if (failed) retry = setTimeout(send, AGAIN);
    else if (await queue.next(bench.actor)) send();
    else if (isStandIn && navigator.onLine && input.value === "") comeBack();
  }
  /* Send one scan; tell whether it was answered. */
  async function sent(scan) {
    const age = Math.max(0, Date.now() - scan.at);
    const isLate = !atOnce.has(scan.key) || age > AT_ONCE;
    const body = new URLSearchParams({ run: scan.run, key: scan.key, code: scan.code });
    if (isLate) {
      body.set("age", age);
      if (typeof scan.armed === "string") body.set("armed", scan.armed);
    }
    let answer;
    try {
      answer = await fetch(scan.address, {
        method: "POST",
        headers: { "HX-Request": "true" },
        body,
        redirect: "manual",
        signal: AbortSignal.timeout(20000),
      });
    } catch {
      atOnce.clear();
      await waiting.tell(true);
      return false;
    }
    if (answer.ok) {
      const box = document.createElement("template");
      box.innerHTML = await answer.text();
      const fresh = box.content.getElementById("board");
      const told = fresh?.dataset ?? {};
      if (told.key === scan.key) {
        if (isLate && NOT_DONE.includes(told.told)) {
          await queue.toSee(scan, { outcome: told.told, word: told.word, reasons: told.reasons, tag: told.tag });
        } else {
          await queue.remove(scan.seq);
        }
        await waiting.tell(false);
        if (scan.run === bench.run) show(fresh);
        return true;
      }
    }
    if ([401, 403].includes(answer.status) || answer.type === "opaqueredirect") {
      await waiting.tell(true, true); // signed out, or not allowed any more
      return false;
    }
    atOnce.clear();
    if (answer.status === 429 || answer.status >= 500 || answer.ok) {
      await waiting.tell(true);
      return false;
    }
    // It can never be answered otherwise: told, and those behind it go on.
    await queue.toSee(scan, { outcome: "refused", word: "Refusé", reasons: `Le service a refusé ce scan (${answer.status}).`, tag: "" });
    return true;
  }
  /* The network is back and all is sent: the whole page, with what is armed now. */
  async function comeBack() {
    try {
      const answer = await fetch("/health/live", { cache: "no-store" });
      if (answer.ok && input.value === "") location.replace(`/scan?run=${bench.run}`);
    } catch {
      retry = setTimeout(send, AGAIN);
    }
  }
  function show(fresh) {
    const board = document.getElementById("board");
    if (isShell || !board) return;
    board.replaceWith(fresh);
    readBoard(fresh);
    queue.remember({ ...bench });
    listening();
    sound(fresh.dataset.outcome);
    said.textContent = fresh.querySelector(".bench-answer")?.innerText ?? "";
  }
  window.addEventListener("online", send);
  // A queue in memory alone is lost with the page.
  let atRisk = false;
  queue.onChange(async () => {
    atRisk = !(await queue.isDurable()) && Boolean(await queue.next(bench.actor));
  });
  window.addEventListener("beforeunload", (event) => {
    if (atRisk) event.preventDefault();
  });

  document.addEventListener("submit", (event) => {
    const kind = event.target.dataset.scan;
    if (!kind) return;
    event.preventDefault();
    if (kind === "undo") {
      enqueue("/scan/undo", "");
      return;
    }
    const code = input.value;
    input.value = "";
    if (code.trim()) enqueue("/scan", code);
  });

  /* --- a burst of keys is a scan, even when the focus is in another field --- */
  let burst = "";
  let last = -Infinity;
  let field = null;
  let before = "";
  let silence;

  function forget() {
    burst = "";
    field = null;
    clearTimeout(silence);
  }
  function finish() {
    const code = burst;
    const inside = field;
    const was = before;
    forget();
    if (code.length < SHORTEST) {
      /* Two keys of a quick hand: what was held back is given back. */
      if (inside && code.length > 1) {
        inside.setRangeText(code.slice(1), inside.selectionStart, inside.selectionEnd, "end");
      }
      return false;
    }
    if (inside) {
      inside.value = was;
      inside.dispatchEvent(new Event("input", { bubbles: true }));
    }
    enqueue("/scan", code);
    return true;
  }
  function textField(target) {
    const found = target.closest?.("input, textarea");
    return found && (found.type === "text" || found.type === "search" || found.type === "textarea") ? found : null;
  }

  document.addEventListener(
    "keydown",
    (event) => {
      if (event.ctrlKey || event.metaKey || event.isComposing || event.repeat) return;
      const fast = event.timeStamp - last < FASTER_THAN_A_HAND;
      if (["Enter", "Tab"].includes(event.key)) {
        if (fast && finish()) {
          event.preventDefault();
          event.stopImmediatePropagation();
        } else if (!fast) {
          finish();
        }
        return;
      }
      if (event.key.length !== 1) return; // Shift, Caps Lock, a dead key
      if (!fast) {
        finish();
        field = textField(event.target);
        before = field ? field.value : "";
      }
      last = event.timeStamp;
      burst += event.key;
      if (fast) {
        /* From the second key on, it is no hand: nothing else may hear it. */
        event.preventDefault();
        event.stopImmediatePropagation();
      }
      clearTimeout(silence);
      /* Twice: keys that wait behind this task are heard before. */
      silence = setTimeout(() => (silence = setTimeout(finish, 0)), SILENCE);
    },
    true,
  );

  /* --- whether this window hears at all --- */
  function listening() {
    const deaf = !document.hasFocus();
    const line = document.getElementById("listening");
    const state = document.querySelector(".bench-state");
    if (!line || !state) return;
    state.classList.toggle("deaf", deaf);
    line.hidden = !deaf;
    line.textContent = deaf ? "EN PAUSE : cette fenêtre n'est pas active, les scans n'y arrivent pas. Cliquez ici." : "";
  }
  window.addEventListener("focus", listening);
  window.addEventListener("blur", listening);
  listening();
})();
