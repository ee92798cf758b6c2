/* The list of devices without a mouse. Everything works without this file. */
"use strict";
(() => {
  /* A scanner types faster than any hand: what it sends is no shortcut. */
  const FASTER_THAN_A_HAND = 30;
  let last = -Infinity;

  const rows = () => [...document.querySelectorAll("table.ticks tbody tr")];
  const boxes = () => [...document.querySelectorAll('input[name="tag"][form="selection"]')];
  const present = () => document.activeElement?.closest("table.ticks tbody tr");

  /* Single-letter shortcuts can be turned off (WCAG 2.1.4); it is kept here only. */
  const KEPT = "parc-shortcuts";
  const active = () => localStorage.getItem(KEPT) !== "off";
  const show = () => {
    const box = document.getElementById("shortcuts-active");
    if (box) box.checked = active();
    document.getElementById("shortcuts")?.showModal();
  };

  function typing(target) {
    const field = target.closest("input, textarea, select, [contenteditable]");
    return field !== null && field.type !== "checkbox";
  }

  function go(step) {
    const all = rows();
    const at = all.indexOf(present());
    const next = at < 0 ? (step > 0 ? 0 : all.length - 1) : at + step;
    all[next]?.querySelector("th a")?.focus();
  }

  function count() {
    const ticked = boxes().filter((box) => box.checked).length;
    const all = document.getElementById("tick-all");
    const hint = document.querySelector("#selection .hint");
    if (all) {
      all.hidden = false;
      all.checked = ticked > 0 && ticked === boxes().length;
      all.indeterminate = ticked > 0 && !all.checked;
    }
    if (hint) {
      hint.textContent = ticked ? `${ticked} coché${ticked > 1 ? "s" : ""}` : "Cochez des matériels.";
    }
  }

  function tick() {
    const box = present()?.querySelector('input[name="tag"]');
    if (box) {
      box.checked = !box.checked;
      count();
    }
  }

  const KEYS = {
    "/": () => document.getElementById("quick-code")?.focus(),
    "?": show,
    j: () => go(1),
    k: () => go(-1),
    x: tick,
  };
  const INSIDE = { ArrowDown: KEYS.j, ArrowUp: KEYS.k };

  document.addEventListener("keydown", (event) => {
    const fast = event.timeStamp - last < FASTER_THAN_A_HAND && !event.repeat;
    last = event.timeStamp;
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    if (fast || !active() || document.querySelector("dialog[open]")) return;
    const act = KEYS[event.key] ?? (present() ? INSIDE[event.key] : undefined);
    if (act) {
      event.preventDefault();
      act();
    }
  });

  document.addEventListener("change", (event) => {
    if (event.target.id === "tick-all") {
      for (const box of boxes()) box.checked = event.target.checked;
    }
    if (event.target.id === "shortcuts-active") {
      localStorage.setItem(KEPT, event.target.checked ? "on" : "off");
    }
    if (event.target.closest("table.ticks")) count();
  });

  const opener = document.getElementById("show-shortcuts");
  if (opener) {
    opener.hidden = false;
    opener.addEventListener("click", show);
  }

  /* The list is replaced when a filter changes. */
  document.addEventListener("htmx:afterSettle", count);
  count();
})();
