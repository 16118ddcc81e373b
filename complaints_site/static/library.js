/* The library beside a text (opened by a button with the key Alt+K): a press puts the words where the caret stood and notes the version used. Escape closes it.
   Without this file texts are typed. */
(() => {
  "use strict";

  const USED = "wordings_used";

  function insert(button, panel) {
    const field = document.getElementById(panel.dataset.libraryPanel);
    const words = button.dataset.insert;
    const start = field.selectionStart ?? field.value.length;
    field.setRangeText(words, start, field.selectionEnd ?? start, "end");
    if (button.dataset.used && field.form) note(field.form, button.dataset.used);
    panel.parentElement.replaceChildren();
    field.focus();
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  function note(form, used) {
    if ([...form.elements].some((one) => one.name === USED && one.value === used)) return;
    form.append(Object.assign(document.createElement("input"), { type: "hidden", name: USED, value: used }));
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-insert]");
    const panel = button && button.closest("[data-library-panel]");
    if (panel) insert(button, panel);
  });

  document.addEventListener("keydown", (event) => {
    const panel = event.code === "Escape" && !event.isComposing && event.target.closest?.("[data-library-panel]");
    if (!panel) return;
    event.preventDefault();
    document.getElementById(panel.dataset.libraryPanel).focus();
    panel.parentElement.replaceChildren();
  });
})();
