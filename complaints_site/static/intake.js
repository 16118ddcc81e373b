/* The intake form: long lists found by pinyin initials, keys of its sections, the answer box, files.
   Without this file lists are selects, and the answer box opens after posting. */
(() => {
  "use strict";

  const MOST = 12;
  let made = 0;

  const make = (name, attributes, text) => {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    if (text) element.textContent = text;
    return element;
  };

  /* A select becomes a field with a list below (ARIA combobox); the select stays and is what is sent. */
  class Combo {
    constructor(wrap) {
      this.select = wrap.querySelector("select");
      this.choices = [...this.select.options].filter((option) => option.value);
      this.id = this.select.id;
      this.list = make("ul", { id: `${this.id}-list`, class: "combo-list", role: "listbox", hidden: "" });
      this.field = make("input", {
        id: this.id, class: "input", type: "text", role: "combobox", autocomplete: "off",
        "aria-expanded": "false", placeholder: wrap.dataset.placeholder || "", "aria-controls": this.list.id, "aria-autocomplete": "list",
      });
      for (const name of ["aria-invalid", "aria-describedby"]) {
        if (this.select.hasAttribute(name)) this.field.setAttribute(name, this.select.getAttribute(name));
      }
      this.select.id = `${this.id}-value`;
      this.select.hidden = true;
      this.select.tabIndex = -1;
      wrap.append(this.field, this.list);
      const label = document.querySelector(`label[for="${this.id}"]`);
      if (label) {
        label.id = label.id || `${this.id}-label`;
        this.list.setAttribute("aria-labelledby", label.id);
      }
      this.show();
      this.field.addEventListener("input", () => this.filter(this.field.value));
      this.field.addEventListener("keydown", (event) => this.onKey(event));
      this.field.addEventListener("focus", () => this.field.select());
      this.field.addEventListener("click", () => this.filter(""));
      this.field.addEventListener("blur", () => this.leave());
      this.list.addEventListener("mousedown", (event) => event.preventDefault());
      this.list.addEventListener("click", (event) => {
        const item = event.target.closest("[role=option]");
        if (item) this.choose(this.choices[Number(item.dataset.at)]);
      });
    }

    show() {
      const chosen = this.select.selectedOptions[0];
      this.field.value = chosen && chosen.value ? chosen.text : "";
    }

    fits(option, words) {
      const typed = words.trim().toLowerCase();
      return !typed || option.text.toLowerCase().includes(typed) || (option.dataset.initials || "").includes(typed);
    }

    /* Those whose initials begin with what was typed come first. */
    found(words) {
      const typed = words.trim().toLowerCase();
      const rank = (option) => Number(!(option.dataset.initials || "").startsWith(typed) && !option.text.toLowerCase().startsWith(typed));
      return this.choices.filter((option) => this.fits(option, words)).sort((a, b) => rank(a) - rank(b));
    }

    filter(words) {
      const found = this.found(words);
      this.list.replaceChildren(
        ...found.slice(0, words ? MOST : this.choices.length).map((option) => {
          const item = make("li", { id: `combo-${(made += 1)}`, role: "option", "aria-selected": "false", "data-at": this.choices.indexOf(option) }, option.text);
          return item;
        }),
      );
      this.open(found.length > 0);
      this.mark(words ? 0 : -1);
    }

    open(yes) {
      this.list.hidden = !yes;
      this.field.setAttribute("aria-expanded", String(yes));
      if (!yes) this.field.removeAttribute("aria-activedescendant");
    }

    mark(place) {
      const items = [...this.list.children];
      this.at = Math.max(-1, Math.min(place, items.length - 1));
      items.forEach((item, index) => item.setAttribute("aria-selected", String(index === this.at)));
      const item = items[this.at];
      if (item) {
        this.field.setAttribute("aria-activedescendant", item.id);
        item.scrollIntoView({ block: "nearest" });
      }
    }

    choose(option) {
      const changed = this.select.value !== option.value;
      this.select.value = option.value;
      this.show();
      this.open(false);
      if (changed) this.select.dispatchEvent(new Event("change", { bubbles: true }));
    }

    leave() {
      const typed = this.field.value.trim();
      const exact = this.choices.find((option) => option.text === typed) || (typed && this.found(typed).length === 1 ? this.found(typed)[0] : null);
      if (exact) this.choose(exact);
      else if (!typed && this.select.value) {
        this.select.value = "";
        this.select.dispatchEvent(new Event("change", { bubbles: true }));
      }
      this.show();
      this.open(false);
    }

    onKey(event) {
      if (event.isComposing || event.keyCode === 229 || event.ctrlKey || event.altKey) return;
      const shown = !this.list.hidden;
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        if (!shown) this.filter("");
        this.mark(event.key === "ArrowDown" ? this.at + 1 : Math.max(0, this.at - 1));
      } else if (event.key === "Enter" && shown && this.at >= 0) {
        this.choose(this.choices[Number(this.list.children[this.at].dataset.at)]); // and Enter goes on to the next field
      } else if (event.key === "Escape" && shown) {
        event.stopPropagation();
        this.show();
        this.open(false);
      }
    }
  }

  const firstField = (section) =>
    [...section.querySelectorAll("input, select, textarea")].find((field) => field.type !== "hidden" && !field.hidden && !field.disabled && field.getClientRects().length);

  function onCommand(event) {
    if (event.detail === "section") firstField(event.target.closest("section"))?.focus();
    if (event.detail === "attach") event.target.closest(".attach").querySelector("input").click();
  }

  /* The first press opens the box of the answer, the second one sends it. */
  function onClick(event) {
    const button = event.target.closest("[data-answer]");
    const box = button && document.querySelector(button.dataset.answer);
    if (box && box.hasAttribute("data-folded")) {
      event.preventDefault();
      box.removeAttribute("data-folded");
      box.scrollIntoView({ block: "nearest" });
      (firstField(box) || box).focus();
      return;
    }
    const asks = event.target.closest("[data-confirm]");
    if (asks && !window.confirm(asks.dataset.confirm)) event.preventDefault();
  }

  /* A part that comes anew does not know that the box is open. */
  function keepOpen(event) {
    const box = document.querySelector("#answer");
    const wanted = event.detail.fragment && event.detail.fragment.querySelector && event.detail.fragment.querySelector("#answer");
    if (box && wanted && !box.hasAttribute("data-folded")) wanted.removeAttribute("data-folded");
  }

  function onUploaded(event) {
    const field = event.target;
    if (field.matches && field.matches("input[type=file][name=files]") && event.detail.successful) field.value = "";
  }

  document.addEventListener("command", onCommand);
  document.addEventListener("click", onClick);
  document.addEventListener("htmx:oobBeforeSwap", keepOpen);
  document.addEventListener("htmx:afterRequest", onUploaded);
  document.querySelectorAll("[data-combo]").forEach((wrap) => new Combo(wrap));
})();
