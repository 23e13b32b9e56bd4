"use strict";
// Hides what a filter does not ask for. Without this script the page shows everything.
for (const form of document.querySelectorAll("form.filter")) {
  const section = form.closest("section");
  const things = [...section.querySelectorAll("[data-find]")];
  const holders = [...section.querySelectorAll("details.holder")];
  const none = section.querySelector(".none");
  const apply = () => {
    const wanted = form.querySelector("[type=search]").value.toLowerCase().split(/\s+/);
    const marks = [...form.querySelectorAll("[type=checkbox]:checked")].map((box) => box.name);
    let shown = 0;
    for (const thing of things) {
      const said = thing.dataset.find;
      const marked = (thing.dataset.marks || "").split(" ");
      thing.hidden =
        !wanted.every((word) => said.includes(word)) || !marks.every((mark) => marked.includes(mark));
      shown += !thing.hidden;
    }
    const asked = wanted.some(Boolean) || marks.length > 0;
    for (const holder of holders) {
      holder.hidden = !holder.querySelector("[data-find]:not([hidden])");
      holder.open = asked && !holder.hidden;
    }
    none.hidden = shown > 0;
  };
  form.addEventListener("input", apply);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.hidden = false;
}
