/* Lists worked from the keyboard: a current row, a selection, acts for several rows at once.
   <form data-list> … <tr data-row> <input type="checkbox" name="number" data-acts="assign forward"> <a data-row-link>
   Keys come from keys.js as commands: row-next, row-previous, row-select, row-range, row-open, row-preview. */
(() => {
  "use strict";

  const list = () => document.querySelector("[data-list]");
  const rows = () => [...document.querySelectorAll("[data-list] [data-row]")].filter((row) => row.getClientRects().length);
  const currentRow = () => rows().find((row) => row.hasAttribute("aria-current"));
  const box = (row) => row?.querySelector("input[type=checkbox][data-acts]");
  const chosen = () => [...document.querySelectorAll("[data-list] input[type=checkbox][data-acts]:checked")];
  let anchor = null;

  function makeCurrent(row) {
    if (!row) return;
    rows().forEach((other) => other.removeAttribute("aria-current"));
    row.setAttribute("aria-current", "true");
    row.querySelector("[data-row-link]")?.focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
  }

  function step(by) {
    const all = rows();
    const here = all.indexOf(currentRow());
    makeCurrent(all[Math.min(Math.max(here + by, 0), all.length - 1)]);
  }

  function select(row, checked) {
    const mark = box(row);
    if (!mark) return;
    mark.checked = checked ?? !mark.checked;
    anchor = row;
    refresh();
  }

  function selectRange() {
    const all = rows();
    const here = all.indexOf(currentRow());
    const from = Math.max(all.indexOf(anchor), 0);
    all.slice(Math.min(from, here), Math.max(from, here) + 1).forEach((row) => select(row, true));
  }

  const COMMANDS = {
    "row-next": () => step(1),
    "row-previous": () => step(-1),
    "row-select": () => select(currentRow()),
    "row-range": selectRange,
    "row-open": () => currentRow()?.querySelector("[data-row-link]")?.click(),
    "row-preview": () => currentRow() && window.htmx.trigger(currentRow(), "preview"),
  };

  /* The bar shows the acts allowed for all chosen rows and says which others some of them allow. */
  function refresh() {
    const marks = chosen();
    document.querySelectorAll("[data-list] [data-row]").forEach((row) => row.classList.toggle("row-chosen", Boolean(box(row)?.checked)));
    const bar = document.querySelector("[data-bulk]");
    if (!bar) return;
    bar.hidden = marks.length === 0;
    const count = bar.querySelector("[data-bulk-count]");
    count.textContent = count.dataset.words.replace("{count}", marks.length);
    const partly = [];
    for (const button of bar.querySelectorAll("button[data-act]")) {
      const able = marks.filter((mark) => mark.dataset.acts.split(" ").includes(button.dataset.act)).length;
      button.hidden = able < marks.length;
      if (able && able < marks.length) partly.push([button, able]);
    }
    showPartly(bar, partly, marks.length);
  }

  function showPartly(bar, partly, all) {
    const part = bar.querySelector("[data-bulk-part]");
    if (!part) return;
    part.hidden = partly.length === 0;
    const name = (button) => [...button.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE).map((node) => node.nodeValue.trim()).join("");
    part.textContent = partly
      .map(([button, able]) => part.dataset.words.replace("{some}", able).replace("{others}", all - able).replace("{acts}", name(button)))
      .join("；");
  }

  /* A key of the bar with nothing chosen means the current row. */
  function onBulk(event) {
    const button = event.detail;
    if (button.hasAttribute("data-bulk-clear")) return clear();
    if (!chosen().length) select(currentRow(), true);
    if (chosen().length && !button.hidden) button.click();
    return undefined;
  }

  function clear() {
    chosen().forEach((mark) => (mark.checked = false));
    refresh();
  }

  document.addEventListener("command", (event) => COMMANDS[event.detail]?.());
  document.addEventListener("bulk", onBulk);
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-select-all]")) rows().forEach((row) => select(row, event.target.checked));
    else if (event.target.matches("[data-acts]")) select(event.target.closest("[data-row]"), event.target.checked);
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-bulk-clear]")) clear();
  });
  document.addEventListener("focusin", (event) => {
    const row = event.target.closest("[data-list] [data-row]");
    if (row && row !== currentRow()) {
      rows().forEach((other) => other.removeAttribute("aria-current"));
      row.setAttribute("aria-current", "true");
    }
  });
  document.addEventListener("htmx:afterSettle", () => list() && refresh());
  document.addEventListener("DOMContentLoaded", () => list() && refresh());
})();
