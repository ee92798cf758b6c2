/* Scans wait here, on this telephone, until the server has answered each of them:
   a reload, a crash or a dead battery loses none. Nothing else is kept, and no name. */
"use strict";
window.parcScans = (() => {
  const NAME = "parc-scans";
  const WAITING = "waiting";
  const TO_SEE = "to-see";

  /* --- a durable queue; in memory where the browser refuses one --- */
  const opened = new Promise((resolve) => {
    let asked;
    try {
      asked = indexedDB.open(NAME, 1);
    } catch {
      resolve(null);
      return;
    }
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore("scans", { keyPath: "seq", autoIncrement: true });
      asked.result.createObjectStore("memo");
    };
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => resolve(null);
    asked.onblocked = () => resolve(null);
  });
  const memory = { scans: new Map(), memo: new Map(), last: 0 };

  async function inStore(store, mode, work) {
    const database = await opened;
    if (!database) return undefined;
    return new Promise((resolve, reject) => {
      const transaction = database.transaction(store, mode, { durability: "strict" });
      const asked = work(transaction.objectStore(store));
      transaction.oncomplete = () => resolve(asked.result);
      transaction.onerror = () => reject(transaction.error);
      transaction.onabort = () => reject(transaction.error);
    });
  }
  const isDurable = async () => (await opened) !== null;

  async function add(scan) {
    const kept = { ...scan, state: WAITING, at: Date.now() };
    if (!(await isDurable())) {
      kept.seq = ++memory.last;
      memory.scans.set(kept.seq, kept);
    } else {
      await inStore("scans", "readwrite", (scans) => scans.add(kept));
      navigator.storage?.persist?.().catch(() => {});
    }
    await changed();
  }
  async function all() {
    const found = (await isDurable())
      ? await inStore("scans", "readonly", (scans) => scans.getAll())
      : [...memory.scans.values()];
    return found.sort((one, other) => one.seq - other.seq);
  }
  /* The first scan of a person that the server has not answered. */
  async function next(actor) {
    return (await all()).find((scan) => scan.state === WAITING && scan.actor === actor);
  }
  async function remove(seq) {
    if (await isDurable()) await inStore("scans", "readwrite", (scans) => scans.delete(seq));
    else memory.scans.delete(seq);
    await changed();
  }
  /* Not done: it stays until the person who scanned says that it was seen. */
  async function toSee(scan, answer) {
    const kept = { ...scan, state: TO_SEE, answer };
    if (await isDurable()) await inStore("scans", "readwrite", (scans) => scans.put(kept));
    else memory.scans.set(kept.seq, kept);
    await changed();
  }
  async function remember(bench) {
    if (await isDurable()) await inStore("memo", "readwrite", (memo) => memo.put(bench, "bench"));
    else memory.memo.set("bench", bench);
  }
  async function remembered() {
    const kept = (await isDurable())
      ? await inStore("memo", "readonly", (memo) => memo.get("bench"))
      : memory.memo.get("bench");
    return kept ?? {};
  }

  /* --- one window sends at a time, and all of them show the same --- */
  const others = window.BroadcastChannel ? new BroadcastChannel(NAME) : null;
  const listeners = [];
  async function changed() {
    others?.postMessage("changed");
    for (const listener of listeners) await listener();
  }
  others?.addEventListener("message", () => listeners.forEach((listener) => listener()));
  const alone = (work) => (navigator.locks ? navigator.locks.request(NAME, work) : work());

  /* --- the page itself works without a network, where the browser lets it --- */
  navigator.serviceWorker?.register("/sw.js", { scope: "/scan" }).catch(() => {});

  return {
    WAITING,
    TO_SEE,
    add,
    all,
    next,
    remove,
    toSee,
    remember,
    remembered,
    alone,
    isDurable,
    onChange: (listener) => listeners.push(listener),
  };
})();
