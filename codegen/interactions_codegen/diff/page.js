"use strict";
(() => {
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const search = document.getElementById("search");
  const audience = document.getElementById("audience");
  const group = document.getElementById("group");
  const unchanged = document.getElementById("unchanged");
  const boxes = all("input[name=severity]");
  const order = ["neutral", "additive", "risky", "breaking"];
  const changes = all(".change");
  const families = all(".family").map((element) => ({
    element,
    entries: all(".entry", element).map((entry) => ({
      element: entry,
      table: entry.querySelector(".sides"),
      title: entry.querySelector("h3").textContent.toLowerCase(),
      about: all(":scope > .changes > .change", entry),
      rows: all(".row", entry).map((row) => ({
        element: row,
        text: row.textContent.toLowerCase(),
        numbers: row.dataset.changes.split(" ").filter(Boolean),
      })),
    })),
  }));

  const severityOf = (change) => {
    const found = change.dataset;
    if (audience.value) return found[audience.value];
    const ranks = [found.readers, found.strict, found.senders].map((name) => order.indexOf(name));
    return order[Math.max(...ranks)];
  };

  function filter() {
    const wanted = search.value.trim().toLowerCase();
    const grave = new Set(boxes.filter((box) => box.checked).map((box) => box.value));
    const matching = new Set();
    for (const change of changes) {
      const fits = grave.has(severityOf(change)) && (!group.value || change.dataset.group === group.value);
      change.hidden = !fits;
      if (fits) matching.add(change.dataset.number);
    }
    const shown = new Set();
    for (const family of families) {
      for (const entry of family.entries) {
        const named = entry.title.includes(wanted);
        let visible = false;
        for (const row of entry.rows) {
          const found = row.numbers.filter((number) => matching.has(number));
          const wantedRow = named || row.text.includes(wanted);
          row.element.hidden = !(wantedRow && (found.length || unchanged.checked));
          if (row.element.hidden) continue;
          visible = true;
          found.forEach((number) => shown.add(number));
        }
        for (const change of entry.about) {
          if (change.hidden) continue;
          const about = named || change.textContent.toLowerCase().includes(wanted);
          change.hidden = !about && !visible;
          if (change.hidden) continue;
          visible = true;
          shown.add(change.dataset.number);
        }
        if (entry.table) entry.table.hidden = entry.rows.every((row) => row.element.hidden);
        entry.element.hidden = !visible;
      }
      family.element.hidden = family.entries.every((entry) => entry.element.hidden);
    }
    document.querySelector(".nothing").hidden = families.some((family) => !family.element.hidden);
    document.getElementById("found").textContent = `${shown.size} of ${changes.length} changes`;
  }

  const form = document.querySelector(".filter");
  form.hidden = false;
  form.addEventListener("input", filter);
  form.addEventListener("submit", (event) => event.preventDefault());
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && !/^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement.tagName)) {
      event.preventDefault();
      search.focus();
    }
    if (event.key === "Escape" && document.activeElement === search && search.value) {
      search.value = "";
      filter();
    }
  });
  filter();
})();
