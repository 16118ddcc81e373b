/* Fields that are asked for only while other fields of the same form have certain values (rulebook: needs … when).
   <div data-when='{"reply_way": ["letter", "fax"]}' data-facts='{"reply_way": "phone"}' data-required>
   "*" means any value. Facts stand in for a field that has none yet. The server judges again; without this file
   every field is shown. */
(() => {
  "use strict";

  function valueOf(form, name, facts) {
    const data = new FormData(form).getAll(name).filter((value) => typeof value !== "string" || value !== "");
    const files = data.filter((value) => typeof value !== "string" && value.size);
    const texts = data.filter((value) => typeof value === "string");
    if (files.length || texts.length) return [...texts, ...files.map((file) => file.name)];
    const fact = facts[name];
    return fact === undefined || fact === null ? [] : [].concat(fact).map(String);
  }

  /* `mobile` also fits `mobile.gsm`. */
  const fits = (value, wanted) => wanted.some((one) => value === String(one) || value.startsWith(`${one}.`));

  function holds(form, part) {
    const facts = JSON.parse(part.dataset.facts || "{}");
    return Object.entries(JSON.parse(part.dataset.when)).every(([name, wanted]) => {
      const values = valueOf(form, name, facts);
      return wanted === "*" ? values.length > 0 : values.some((value) => fits(value, wanted));
    });
  }

  function show(form) {
    for (const part of form.querySelectorAll("[data-when]")) {
      const shown = holds(form, part);
      part.hidden = !shown;
      for (const field of part.querySelectorAll("input, select, textarea")) field.disabled = !shown;
      const note = part.querySelector(".field-label .field-optional");
      if (note && part.hasAttribute("data-required")) note.hidden = shown;
    }
  }

  const formsIn = (root) => [...root.querySelectorAll("[data-when]")].map((part) => part.closest("form"));
  const showAll = (root) => new Set(formsIn(root)).forEach((form) => form && show(form));

  document.addEventListener("change", (event) => {
    const form = event.target.closest("form");
    if (form && form.querySelector("[data-when]")) show(form);
  });
  document.addEventListener("htmx:afterSettle", (event) => showAll(event.detail.elt.parentElement || document));
  document.addEventListener("DOMContentLoaded", () => showAll(document));
})();
