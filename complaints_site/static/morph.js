/* hx-swap="morph": change only what differs, so that focus, selection, open panels and scroll places of a
   polling page survive. Elements with an id keep their node; data-keep elements are left alone. */
(() => {
  "use strict";

  const sameKind = (a, b) => a.nodeType === b.nodeType && a.nodeName === b.nodeName && (a.id || "") === (b.id || "");

  function copyAttributes(from, to) {
    for (const { name, value } of from.attributes) {
      if (to.getAttribute(name) !== value) to.setAttribute(name, value);
    }
    for (const { name } of [...to.attributes]) {
      // An open panel was opened by the user, the answer does not know of it.
      if (!from.hasAttribute(name) && !(name === "open" && to.matches("details, dialog"))) to.removeAttribute(name);
    }
  }

  function morphNode(node, wanted) {
    if (node.nodeType !== Node.ELEMENT_NODE) {
      if (node.nodeValue !== wanted.nodeValue) node.nodeValue = wanted.nodeValue;
      return;
    }
    if (node.hasAttribute("data-keep")) return;
    const typing = node === document.activeElement && node.matches("input, textarea, select");
    if (!typing) copyAttributes(wanted, node);
    morphChildren(node, wanted);
  }

  function morphChildren(parent, wantedParent) {
    const byId = new Map([...parent.children].filter((child) => child.id).map((child) => [child.id, child]));
    let here = parent.firstChild;
    for (const wanted of [...wantedParent.childNodes]) {
      const known = wanted.id ? byId.get(wanted.id) : null;
      if (known && sameKind(known, wanted)) {
        if (known !== here) parent.insertBefore(known, here);
        else here = here.nextSibling;
        morphNode(known, wanted);
      } else if (here && sameKind(here, wanted)) {
        const next = here.nextSibling;
        morphNode(here, wanted);
        here = next;
      } else {
        parent.insertBefore(wanted, here);
      }
    }
    while (here) {
      const next = here.nextSibling;
      here.remove();
      here = next;
    }
  }

  function morph(target, fragment) {
    const only = fragment.children.length === 1 ? fragment.children[0] : null;
    if (only && target.id && only.id === target.id) morphNode(target, only);
    else morphChildren(target, fragment);
    return [target];
  }

  window.htmx.defineExtension("morph", {
    isInlineSwap: (style) => style === "morph",
    handleSwap: (style, target, fragment) => (style === "morph" ? morph(target, fragment) : false),
  });
})();
