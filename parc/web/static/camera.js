/* The camera as a scanner, where the browser itself can read codes; the photo that the
   server reads does without. */
"use strict";
(() => {
  const start = document.getElementById("camera-start");
  const stop = document.getElementById("camera-stop");
  const box = document.getElementById("camera");
  const form = document.getElementById("scan-form");
  if (!start || !form || !("BarcodeDetector" in window) || !navigator.mediaDevices) return;

  const FORMATS = ["qr_code", "data_matrix", "code_128", "code_39", "ean_13"];
  const PAUSE = 150;
  const SAME_AGAIN = 3000;
  const OURS = /^[A-Z]{1,5}-[0-9]{6}-[0-9A-Z]$/i;
  const video = box.querySelector("video");
  const told = document.getElementById("camera-said");
  let stream;
  let detector;
  let before = "";
  let sent = "";
  let sentAt = -Infinity;

  async function open() {
    try {
      const supported = await BarcodeDetector.getSupportedFormats();
      detector = new BarcodeDetector({ formats: FORMATS.filter((format) => supported.includes(format)) });
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" }, audio: false });
    } catch {
      tell("La caméra n'est pas disponible : prenez une photo.");
      box.hidden = false;
      return;
    }
    box.hidden = false;
    start.hidden = true;
    stop.focus();
    video.srcObject = stream;
    video.play().catch(() => {});
    tell("Cadrez une seule étiquette.");
    look();
  }
  function close() {
    stream?.getTracks().forEach((track) => track.stop());
    stream = undefined;
    video.srcObject = null;
    box.hidden = true;
    start.hidden = false;
    start.focus();
  }
  function tell(text) {
    if (told.textContent !== text) told.textContent = text;
  }

  /* One code, read the same twice in a row: a single look is sometimes wrong. */
  async function look() {
    if (!stream) return;
    let codes = [];
    try {
      const found = await detector.detect(video);
      codes = [...new Set(found.map((one) => one.rawValue.trim()).filter(believable).map(end))];
    } catch {
      /* No frame yet. */
    }
    const only = codes.length === 1 ? codes[0] : "";
    if (codes.length > 1) tell(`${codes.length} codes dans l'image : cadrez une seule étiquette.`);
    else if (only && only === before) scan(only);
    before = only;
    setTimeout(look, PAUSE);
  }
  /* A label's address ends in its tag: with its bars, that is one code. */
  function end(code) {
    const last = code.includes("://") ? code.slice(code.lastIndexOf("/") + 1) : code;
    return OURS.test(last) ? last : code;
  }
  function believable(code) {
    return code !== "" && !(OURS.test(code) && code !== code.toUpperCase());
  }
  function scan(code) {
    const now = performance.now();
    const again = code === sent && now - sentAt < SAME_AGAIN;
    if (code === sent) sentAt = now;
    if (again) return;
    sent = code;
    sentAt = now;
    tell(`Lu : ${code}`);
    navigator.vibrate?.(60);
    form.elements.code.value = code;
    form.requestSubmit();
  }

  start.hidden = false;
  start.addEventListener("click", open);
  stop.addEventListener("click", close);
  document.addEventListener("visibilitychange", () => {
    if (document.hidden && stream) close();
  });
})();
