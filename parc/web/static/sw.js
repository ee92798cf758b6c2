/* The bench without a network: a page that knows nothing but what waits on this
   telephone. No page of the server is ever kept: they show who has which device. */
"use strict";
const SHELL = "/scan/offline";
const KEPT = `parc-bench-${VERSION}`;
const TOO_LONG = 10000;
const PROXY_ALONE = [502, 503, 504];

self.addEventListener("install", (event) => {
  event.waitUntil(
    (async () => {
      const cache = await caches.open(KEPT);
      const shell = await fetch(SHELL, { credentials: "omit", cache: "no-store" });
      if (!shell.ok) throw new Error(SHELL);
      const text = await shell.clone().text();
      const files = new Set([...text.matchAll(/"(\/static\/[^"]+)"/g)].map((found) => found[1]));
      await cache.addAll([...files]);
      await cache.put(SHELL, shell);
      await self.skipWaiting();
    })(),
  );
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    (async () => {
      for (const name of await caches.keys()) {
        if (name.startsWith("parc-bench-") && name !== KEPT) await caches.delete(name);
      }
      await self.clients.claim();
    })(),
  );
});

async function shell() {
  const cache = await caches.open(KEPT);
  const kept = await cache.match(SHELL);
  if (!kept) return Response.error();
  return kept;
}

async function page(request) {
  let timer;
  const late = new Promise((resolve) => {
    timer = setTimeout(() => resolve(null), TOO_LONG);
  });
  try {
    const asked = fetch(request);
    // What was posted may have been done: it is waited for.
    const answer = await (request.method === "GET" ? Promise.race([asked, late]) : asked);
    if (answer === null || PROXY_ALONE.includes(answer.status)) return await shell();
    return answer;
  } catch {
    return shell();
  } finally {
    clearTimeout(timer);
  }
}

async function file(request) {
  const cache = await caches.open(KEPT);
  return (await cache.match(request)) ?? fetch(request);
}

self.addEventListener("fetch", (event) => {
  const address = new URL(event.request.url);
  if (address.origin !== self.location.origin) return;
  if (event.request.mode === "navigate") event.respondWith(page(event.request));
  else if (address.pathname.startsWith("/static/")) event.respondWith(file(event.request));
});
