/** What the one who typed the command can mend: one line, and exit code 2. */

export class BadInput extends Error {
  override readonly name = 'BadInput';
}
