/** Words as a list within a sentence: `a`, `a and b`, `a, b and c`. */
export function wordList(words: readonly string[], conjunction: 'and' | 'or'): string {
  const last = words.length - 1;
  return last < 1 ? words.join('') : `${words.slice(0, last).join(', ')} ${conjunction} ${words[last]}`;
}
