/* What is not synchronised, and what was not done, for whoever scanned it. */
"use strict";
window.parcWaiting = (() => {
  const queue = window.parcScans;
  const unsent = document.getElementById("unsent");
  const waiting = document.getElementById("waiting");
  const toSee = document.getElementById("to-see");
  let actor = "";
  let again = () => {};
  let failed = false;
  let behind = false; // since a failure, until nothing waits any more
  let signedOut = false;

  const plural = (number, word, more) => `${number} ${number > 1 ? more : word}`;
  const time = new Intl.DateTimeFormat("fr-FR", { dateStyle: "short", timeStyle: "short" });
  const named = (scan) => (scan.address === "/scan/undo" ? "Annuler le dernier" : scan.code);
  const doing = (scan) => (scan.label ? `, ${scan.label}` : "");

  function line(scan) {
    const item = document.createElement("li");
    const code = document.createElement("span");
    code.className = "tag";
    code.textContent = named(scan);
    item.append(code, ` ${time.format(scan.at)}${doing(scan)}`);
    return item;
  }
  function button(text, act) {
    const made = document.createElement("button");
    made.type = "button";
    made.className = "quiet";
    made.textContent = text;
    made.addEventListener("click", act);
    return made;
  }
  function seenLine(scan) {
    const item = line(scan);
    const word = document.createElement("strong");
    word.textContent = `${scan.answer.word}\u00a0: `;
    item.prepend(word);
    const reasons = document.createElement("p");
    reasons.textContent = scan.answer.reasons;
    const actions = document.createElement("p");
    actions.className = "actions";
    if (scan.address === "/scan") {
      actions.append(
        button("Scanner de nouveau", async () => {
          await queue.remove(scan.seq);
          again(scan.code);
        }),
      );
    }
    actions.append(button("Vu", () => queue.remove(scan.seq)));
    item.append(reasons, actions);
    return item;
  }
  function notice(mine, strangers) {
    const said = [];
    if (mine.length > 0) {
      const many = plural(mine.length, "scan non synchronisé", "scans non synchronisés");
      let why = "envoi en cours.";
      if (signedOut) why = "votre session est terminée, reconnectez-vous : ils restent sur cet appareil.";
      else if (failed) why = "la connexion manque, nouvel essai dans un instant.";
      said.push(`${many}\u00a0: ${why}`);
    }
    if (strangers.length > 0) {
      const many = plural(strangers.length, "scan d'une autre personne attend", "scans d'une autre personne attendent");
      said.push(`${many} qu'elle se connecte sur cet appareil.`);
    }
    return said.join(" ");
  }
  async function show() {
    const scans = await queue.all();
    const unanswered = scans.filter((scan) => scan.state === queue.WAITING);
    const mine = unanswered.filter((scan) => scan.actor === actor);
    const strangers = unanswered.filter((scan) => scan.actor !== actor);
    behind = (behind || failed) && mine.length > 0;
    const shown = behind ? mine : [];
    unsent.textContent = notice(shown, strangers);
    if (signedOut && shown.length > 0) {
      const link = document.createElement("a");
      link.href = `/sign-in?next=${encodeURIComponent("/scan")}`;
      link.textContent = "Se reconnecter";
      unsent.append(" ", link);
    }
    unsent.hidden = unsent.textContent === "";
    waiting.hidden = shown.length === 0;
    waiting.querySelector("ol").replaceChildren(...shown.map(line));
    const left = scans.filter((scan) => scan.state === queue.TO_SEE && scan.actor === actor);
    toSee.hidden = left.length === 0;
    toSee.querySelector("ol").replaceChildren(...left.map(seenLine));
  }
  queue.onChange(show);

  return {
    start: (who, rescan) => {
      actor = who;
      again = rescan;
      return show();
    },
    tell: (isFailed, isSignedOut = false) => {
      failed = isFailed;
      signedOut = isSignedOut;
      return show();
    },
  };
})();
