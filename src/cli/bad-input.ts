/** A mistake that the user of the command can correct: one line and exit code 2. */

export class BadInput extends Error {
  override readonly name = 'BadInput';
}
