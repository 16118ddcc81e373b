/* Every key of the product. The attribute data-key on (or inside) a control is the key, its hint and its line
   in the map: "R", "Shift+X", "G Q" (a chord), "Ctrl+Enter", "/", "?", "Space", "Escape".
   Rules of design §5: nothing while a Chinese input method composes, no single keys in a field or when the
   user turned them off, event.code instead of the character, and never a key that the browser needs. */
(() => {
  "use strict";

  const CHORD_MS = 1500;
  const CODES = { "/": "Slash", "?": "Shift+Slash", Space: "Space", Enter: "Enter", Escape: "Escape" };
  let chord = "";
  let chordTimer = 0;

  const code = (key) => {
    if (CODES[key]) return CODES[key];
    if (/^[A-Z]$/.test(key)) return `Key${key}`;
    if (/^\d$/.test(key)) return `Digit${key}`;
    return key;
  };

  /* "Ctrl+Shift+Enter" and "G Q" in the form of pressed(): modifiers in one order, codes, a space for a chord. */
  const wanted = (keys) =>
    keys
      .split(" ")
      .map((stroke) => {
        const parts = stroke === "+" ? [stroke] : stroke.split("+");
        return [...parts.slice(0, -1), code(parts[parts.length - 1])].join("+");
      })
      .join(" ");

  function pressed(event) {
    if (event.key === "?" && !event.ctrlKey && !event.altKey) return "Shift+Slash"; // wherever a layout has it
    const parts = [];
    if (event.ctrlKey) parts.push("Ctrl");
    if (event.altKey) parts.push("Alt");
    if (event.shiftKey) parts.push("Shift");
    parts.push(event.code === "NumpadEnter" ? "Enter" : event.code);
    return parts.join("+");
  }

  const isField = (element) =>
    element.isContentEditable ||
    (element.matches("input, textarea, select") && !element.matches("[type=checkbox], [type=radio], [type=button], [type=submit]"));

  const control = (element) =>
    element.closest("a[href], button, summary, input, select, textarea, [data-do]") || element;

  const usable = (element) => {
    const target = control(element);
    if (target.hasAttribute("data-do")) return true;
    return !target.disabled && target.getAttribute("aria-disabled") !== "true" && target.getClientRects().length > 0;
  };

  /* Where keys count now: an open dialog takes them all. */
  const ground = () => document.querySelector("dialog[open]") || document;

  function find(keys) {
    const all = [...ground().querySelectorAll("[data-key]")].filter((element) => wanted(element.dataset.key) === keys);
    const inBulk = all.find((element) => element.closest("[data-bulk]"));
    if (inBulk) return inBulk;
    const here = all.filter(usable);
    return here.find((element) => element.closest("[data-row][aria-current]")) || here.find((element) => !element.closest("[data-row]")) || here[0];
  }

  const startsChord = (keys) =>
    [...ground().querySelectorAll("[data-key*=' ']")].some((element) => wanted(element.dataset.key).split(" ")[0] === keys);

  function press(element) {
    const target = control(element);
    if (target.hasAttribute("data-do")) {
      target.dispatchEvent(new CustomEvent("command", { bubbles: true, detail: target.dataset.do }));
    } else if (target.closest("[data-bulk]")) {
      target.dispatchEvent(new CustomEvent("bulk", { bubbles: true, detail: target }));
    } else if (isField(target)) {
      target.focus();
      target.select?.();
    } else {
      if (!target.closest("summary")) target.focus();
      target.click();
    }
  }

  function onKey(event) {
    if (event.isComposing || event.keyCode === 229 || event.defaultPrevented || event.metaKey) return;
    const single = !event.ctrlKey && !event.altKey;
    const escape = event.code === "Escape";
    if (single && !escape && (isField(event.target) || document.body.dataset.singleKeys === "off")) return;
    // Enter and Space belong to the control that has the focus.
    if (single && /^(Enter|NumpadEnter)$/.test(event.code) && event.target.closest("a, button, summary, input, [role=button]")) return;
    if (single && event.code === "Space" && event.target.closest("button, summary, input, [role=button]")) return;
    if (escape && closeInnermost()) {
      event.preventDefault();
      return;
    }
    const keys = chord ? `${chord} ${pressed(event)}` : pressed(event);
    clearTimeout(chordTimer);
    const inChord = chord !== "";
    chord = "";
    const element = find(keys);
    if (element) {
      event.preventDefault();
      press(element);
    } else if (!inChord && single && startsChord(keys)) {
      chord = keys;
      chordTimer = setTimeout(() => (chord = ""), CHORD_MS);
    }
  }

  function closeInnermost() {
    if (document.querySelector("dialog[open]")) return false; // the browser closes it
    const open = [...document.querySelectorAll("details[open][data-closes]")].pop();
    if (!open) return false;
    open.open = false;
    open.querySelector("summary").focus();
    return true;
  }

  /* The map: a list for each group, drawn when it opens. */
  function words(element) {
    const target = control(element);
    if (element.dataset.keyName) return element.dataset.keyName;
    if (target.getAttribute("aria-label")) return target.getAttribute("aria-label");
    const copy = target.cloneNode(true);
    copy.querySelectorAll(".keys, .visually-hidden, .count, svg, kbd").forEach((part) => part.remove());
    return copy.textContent.trim().replace(/\s+/g, " ");
  }

  /* What stands on the caps: the hint's own words where there is one. */
  function faces(element) {
    const caps = [...element.querySelectorAll("kbd")].map((cap) => cap.textContent);
    return caps.length ? caps : element.dataset.key.split(/[ +]/);
  }

  function fillMap(dialog) {
    const groups = new Map();
    const seen = new Set();
    for (const element of document.querySelectorAll("[data-key]")) {
      const name = words(element);
      if (!name || seen.has(element.dataset.key)) continue;
      seen.add(element.dataset.key);
      const group = element.dataset.keyGroup || dialog.dataset.here;
      if (!groups.has(group)) groups.set(group, []);
      groups.get(group).push([faces(element), name]);
    }
    const body = dialog.querySelector("[data-key-map-body]");
    body.replaceChildren();
    if (document.body.dataset.singleKeys === "off") body.append(Object.assign(document.createElement("p"), { textContent: dialog.dataset.off }));
    for (const [group, lines] of groups) body.append(...drawGroup(group, lines));
  }

  function drawGroup(group, lines) {
    const title = Object.assign(document.createElement("h3"), { textContent: group });
    const list = Object.assign(document.createElement("dl"), { className: "key-list" });
    for (const [caps, name] of lines) {
      const term = document.createElement("dt");
      for (const cap of caps) term.append(Object.assign(document.createElement("kbd"), { textContent: cap }));
      list.append(term, Object.assign(document.createElement("dd"), { textContent: name }));
    }
    return [title, list];
  }

  function onClick(event) {
    const opener = event.target.closest("[data-open]");
    if (opener) {
      const dialog = document.querySelector(opener.dataset.open);
      if (dialog.id === "key-map") fillMap(dialog);
      dialog.showModal();
    }
    const closer = event.target.closest("[data-close]");
    if (closer) {
      const panel = closer.closest("dialog, details");
      if (panel.matches("dialog")) panel.close();
      else {
        panel.open = false;
        panel.querySelector("summary").focus();
      }
    }
    // A click elsewhere closes menus and popovers.
    for (const open of document.querySelectorAll("details[open][data-closes]")) {
      if (!open.contains(event.target)) open.open = false;
    }
  }

  document.addEventListener("keydown", onKey);
  document.addEventListener("click", onClick);
})();
