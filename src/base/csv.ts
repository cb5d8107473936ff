/** Comma-separated values (RFC 4180) that a spreadsheet opens without running them. */

/** Spreadsheets run a cell that begins with one of these as a formula, some after they trim its start. */
const FORMULA = /^[=+\-@\t\r\n]/;

/**
 * Numbers are written unchanged, texts that would be formulas get an apostrophe in front; undefined is an empty cell.
 */
export type Cell = string | number | bigint | undefined;

export function writeCsv(rows: Iterable<readonly Cell[]>): string {
  const lines: string[] = [];
  for (const row of rows) lines.push(`${row.map(printCell).join(',')}\r\n`);
  return lines.join('');
}

function printCell(cell: Cell): string {
  if (typeof cell !== 'string') return cell === undefined ? '' : String(cell);
  const safe = FORMULA.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
