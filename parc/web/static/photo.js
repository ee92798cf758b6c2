/* A photo is sent as soon as it is taken. The button does the same without this file. */
"use strict";
(() => {
  for (const form of document.querySelectorAll("form[data-photo]")) {
    const button = form.querySelector("button");
    form.photo.addEventListener("change", () => {
      if (form.photo.files.length > 0) form.requestSubmit();
    });
    form.addEventListener("submit", () => {
      button.textContent = "Lecture de la photo…";
    });
  }
})();
