/* What forms do beside posting: focus on the error summary, Enter goes on, drafts, counters, small helpers.
   Without this file every form still works. */
(() => {
  "use strict";

  const DRAFT_MS = 5000;
  const RETRY_MS = 10000;
  const headers = () => JSON.parse(document.body.getAttribute("hx-headers") || "{}");
  const fill = (words, places) => words.replace(/\{(\w+)\}/g, (whole, name) => places[name] ?? whole);

  /* Fresh content: the summary of errors takes the focus, else what asked for it. */
  function settle(root) {
    const target = root.querySelector("[data-error-summary]") || root.querySelector("[data-focus]");
    if (target) target.focus();
    root.querySelectorAll("[data-show-password], [data-print]").forEach((button) => (button.hidden = false));
    root.querySelectorAll("[data-count-of]").forEach(countCharacters);
    root.querySelectorAll("[data-old-browser]").forEach(warnOldBrowser);
  }

  function jump(event) {
    const link = event.target.closest("[data-error-summary] a[href^='#']");
    const field = link && document.getElementById(link.getAttribute("href").slice(1));
    if (!field) return;
    event.preventDefault();
    (field.closest(".field") || field).scrollIntoView({ block: "center" });
    (field.matches("fieldset") ? field.querySelector("input") || field : field).focus({ preventScroll: true });
  }

  /* Enter in a field goes on to the next, it never submits (Ctrl+Enter does). */
  function onEnter(event) {
    if (event.key !== "Enter" || event.isComposing || event.keyCode === 229 || event.ctrlKey || event.altKey) return;
    const form = event.target.closest("form[data-enter='next']");
    if (!form || event.defaultPrevented || !event.target.matches("input, select")) return;
    if (event.target.matches("[type=submit], [type=button], [type=file]")) return;
    event.preventDefault();
    const fields = [...form.elements].filter((field) => !field.disabled && field.type !== "hidden" && field.tabIndex >= 0 && field.getClientRects().length);
    fields[fields.indexOf(event.target) + 1]?.focus();
  }

  /* Drafts: five seconds after a change and when the form loses the focus; kept in this tab while offline. */
  const draftKey = (form) => `draft:${form.dataset.draft}`;

  function scheduleDraft(event) {
    const form = event.target.closest("form[data-draft]");
    if (!form) return;
    clearTimeout(form.draftTimer);
    form.draftTimer = setTimeout(() => saveDraft(form), event.type === "focusout" ? 0 : DRAFT_MS);
    form.draftDirty = form.draftDirty || event.type !== "focusout";
  }

  async function saveDraft(form) {
    if (!form.draftDirty) return;
    const data = new FormData(form);
    for (const [name, value] of [...data]) if (value instanceof File || name === "csrfmiddlewaretoken") data.delete(name);
    try {
      const answer = await fetch(form.dataset.draft, { method: "POST", headers: headers(), body: new URLSearchParams(data) });
      if (!answer.ok) throw new Error(String(answer.status));
      form.draftDirty = false;
      sessionStorage.removeItem(draftKey(form));
      const { saved_at: savedAt } = await answer.json();
      tell(form, "saved", { time: savedAt });
    } catch {
      sessionStorage.setItem(draftKey(form), new URLSearchParams(data).toString());
      tell(form, "offline", {});
      form.draftTimer = setTimeout(() => saveDraft(form), RETRY_MS);
    }
  }

  /* <span data-draft-status role="status" data-saved="草稿已存 {time}" data-offline="…"> */
  function tell(form, kind, places) {
    const status = form.querySelector("[data-draft-status]");
    if (status) status.textContent = fill(status.dataset[kind], places);
  }

  function countCharacters(counter) {
    const field = document.querySelector(counter.dataset.countOf);
    if (field) counter.textContent = `${field.value.length.toLocaleString()} / ${Number(field.maxLength).toLocaleString()}`;
  }

  function warnOldBrowser(note) {
    const version = Number((navigator.userAgent.match(/Chrom(?:e|ium)\/(\d+)/) || [])[1]);
    note.hidden = !(version && version < Number(note.dataset.oldBrowser));
  }

  function showPassword(button) {
    const field = document.querySelector(button.dataset.showPassword);
    const label = button.querySelector("span");
    const shown = field.type === "text";
    button.dataset.hidden = button.dataset.hidden || label.textContent;
    field.type = shown ? "password" : "text";
    label.textContent = shown ? button.dataset.hidden : button.dataset.shown;
    button.setAttribute("aria-pressed", String(!shown));
  }

  document.addEventListener("click", (event) => {
    jump(event);
    const show = event.target.closest("[data-show-password]");
    if (show) showPassword(show);
    const clear = event.target.closest("[data-clear]");
    if (clear) {
      document.querySelector(clear.dataset.clear).replaceChildren();
      document.querySelector("#actions a, #main")?.focus();
    }
    if (event.target.closest("[data-print]")) window.print();
  });
  document.addEventListener("keydown", onEnter);
  document.addEventListener("input", (event) => {
    scheduleDraft(event);
    document.querySelectorAll("[data-count-of]").forEach((counter) => {
      if (document.querySelector(counter.dataset.countOf) === event.target) countCharacters(counter);
    });
  });
  document.addEventListener("focusout", scheduleDraft);
  document.addEventListener("htmx:afterSettle", (event) => settle(event.detail.elt));
  document.addEventListener("DOMContentLoaded", () => settle(document));
})();
