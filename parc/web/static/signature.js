/* Signing on the screen: strokes of whole points in a box of 600 by 200, sent as text.
   Without this file the slip is signed on paper. */
"use strict";
(() => {
  const form = document.getElementById("sign-screen");
  const pad = document.getElementById("pad");
  const sent = document.getElementById("signature");
  const told = document.getElementById("pad-told");
  const pen = pad?.getContext("2d");
  if (!form || !pen || !sent) return;
  form.hidden = false;

  const MOST = 2400;
  let strokes = [];
  let drawing = false;

  const count = () => strokes.reduce((sum, stroke) => sum + stroke.length, 0);

  function point(event) {
    const box = pad.getBoundingClientRect();
    const x = Math.round(((event.clientX - box.left) / box.width) * pad.width);
    const y = Math.round(((event.clientY - box.top) / box.height) * pad.height);
    return [Math.min(Math.max(x, 0), pad.width), Math.min(Math.max(y, 0), pad.height)];
  }

  function draw() {
    pen.clearRect(0, 0, pad.width, pad.height);
    pen.lineWidth = 3;
    pen.lineCap = "round";
    pen.lineJoin = "round";
    pen.strokeStyle = "#10182c";
    for (const stroke of strokes) {
      pen.beginPath();
      stroke.forEach(([x, y], place) => (place ? pen.lineTo(x, y) : pen.moveTo(x, y)));
      pen.stroke();
    }
  }

  pad.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    pad.setPointerCapture(event.pointerId);
    drawing = true;
    strokes.push([point(event)]);
    told.textContent = "";
  });
  pad.addEventListener("pointermove", (event) => {
    if (!drawing || count() >= MOST) return;
    const stroke = strokes.at(-1);
    const [x, y] = point(event);
    const [lastX, lastY] = stroke.at(-1);
    /* Points too near say nothing and fill the slip. */
    if (Math.abs(x - lastX) + Math.abs(y - lastY) < 3) return;
    stroke.push([x, y]);
    draw();
  });
  for (const end of ["pointerup", "pointercancel"]) {
    pad.addEventListener(end, () => {
      drawing = false;
      draw();
    });
  }
  document.getElementById("pad-clear").addEventListener("click", () => {
    strokes = [];
    told.textContent = "";
    draw();
  });
  form.addEventListener("submit", (event) => {
    if (strokes.length === 0) {
      event.preventDefault();
      told.textContent = "Signez dans le cadre.";
      return;
    }
    sent.value = strokes.map((stroke) => stroke.map((at) => at.join(",")).join(" ")).join(";");
  });
})();
