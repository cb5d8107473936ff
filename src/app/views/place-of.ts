/** The source location of a function as text. */

/** `fmt/print.go:219`, or the binary, or nothing known. */
export function placeOf(file: string, line: number, mapping: string): string {
  if (file !== '') return line > 0 ? `${file}:${line}` : file;
  return mapping === '' ? 'file unknown' : mapping;
}
