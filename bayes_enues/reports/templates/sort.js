// A click on a heading sorts the rows by that column, a second one the other way round.
document.addEventListener("click", (event) => {
  const button = event.target.closest("th button");
  if (!button) return;
  const head = button.parentElement, column = head.cellIndex;
  const body = head.closest("table").tBodies[0];
  const up = head.getAttribute("aria-sort") !== "ascending";
  for (const other of head.parentElement.cells) other.removeAttribute("aria-sort");
  head.setAttribute("aria-sort", up ? "ascending" : "descending");
  const text = (row) => row.cells[column].textContent.trim();
  const number = (words) => parseFloat(words.replace(/^[^-+0-9.]*/, ""));
  const compare = (one, other) => {
    const a = number(text(one)), b = number(text(other));
    if (!isNaN(a) && !isNaN(b)) return a - b;
    return text(one).localeCompare(text(other));
  };
  const rows = [...body.rows].sort((one, other) => (up ? compare(one, other) : compare(other, one)));
  body.append(...rows);
});
