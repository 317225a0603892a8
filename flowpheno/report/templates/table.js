"use strict";
/* what scrolls sideways can be scrolled by keyboard; what does not is no stop on the way */
const reach = () => {
  for (const box of document.querySelectorAll(".wide, figure.natural")) {
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
    else box.removeAttribute("tabindex");
  }
};
addEventListener("load", reach);
addEventListener("resize", reach);
for (const table of document.querySelectorAll("table.sortable")) {
  const body = table.tBodies[0];
  const value = (row, column) => {
    const cell = row.cells[column];
    const given = cell.dataset.value ?? cell.textContent.trim();
    const number = Number(given);
    return given === "" ? null : Number.isNaN(number) ? given : number;
  };
  const compare = (a, b) =>
    a === null ? 1 : b === null ? -1
    : typeof a === "number" && typeof b === "number" ? a - b
    : String(a).localeCompare(String(b), undefined, { numeric: true });
  for (const button of table.querySelectorAll("th button")) {
    button.addEventListener("click", () => {
      const heading = button.closest("th");
      const down = heading.getAttribute("aria-sort") === "ascending";
      for (const other of table.querySelectorAll("th[aria-sort]")) other.removeAttribute("aria-sort");
      heading.setAttribute("aria-sort", down ? "descending" : "ascending");
      const rows = [...body.rows].sort((x, y) => {
        const a = value(x, heading.cellIndex), b = value(y, heading.cellIndex);
        return a === null || b === null || !down ? compare(a, b) : compare(b, a);
      });
      body.append(...rows);
    });
  }
}
const filter = document.getElementById("filter");
if (filter) {
  const rows = [...document.querySelectorAll("table.sortable tbody tr")];
  const only = document.getElementById("only");
  const shown = document.getElementById("shown");
  const apply = () => {
    const wanted = filter.value.toLowerCase();
    let n = 0;
    for (const row of rows) {
      const fits = only.value === "" || row.dataset.verdict === only.value;
      const words = `${row.textContent} ${row.dataset.reasons}`.toLowerCase();
      row.hidden = !fits || !words.includes(wanted);
      if (!row.hidden) n += 1;
    }
    shown.textContent = `${n} of ${rows.length} shown`;
  };
  filter.addEventListener("input", apply);
  only.addEventListener("change", apply);
}
