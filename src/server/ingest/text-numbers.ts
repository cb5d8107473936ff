/** Numbers of texts: sets of long texts are told apart by these in little time and memory. */

export class TextNumbers {
  readonly #numbers = new Map<string, number>();

  /** Equal texts have one number. */
  of(text: string): number {
    let number = this.#numbers.get(text);
    if (number === undefined) this.#numbers.set(text, (number = this.#numbers.size));
    return number;
  }
}
