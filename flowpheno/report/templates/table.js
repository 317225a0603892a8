"use strict";
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
  const shown = document.getElementById("shown");
  filter.addEventListener("input", () => {
    const wanted = filter.value.toLowerCase();
    let n = 0;
    for (const row of rows) {
      row.hidden = !row.textContent.toLowerCase().includes(wanted);
      if (!row.hidden) n += 1;
    }
    shown.textContent = `${n} of ${rows.length} shown`;
  });
}
