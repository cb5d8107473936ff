/**
 * Which series are shown: all, all except some, or only some. By title, so that a refresh does not change the choice.
 */

export type SeriesChoice =
  | { readonly kind: 'without'; readonly titles: ReadonlySet<string> }
  | { readonly kind: 'only'; readonly titles: ReadonlySet<string> };

export const everything: SeriesChoice = { kind: 'without', titles: new Set() };

export function isShown({ kind, titles }: SeriesChoice, title: string): boolean {
  return titles.has(title) === (kind === 'only');
}

/** That one alone; all again where it already is alone. */
export function isolated(choice: SeriesChoice, title: string): SeriesChoice {
  const isAlone = choice.kind === 'only' && choice.titles.size === 1 && choice.titles.has(title);
  return isAlone ? everything : { kind: 'only', titles: new Set([title]) };
}

/** Hides one that is shown, shows one that is hidden; the last one does not go. */
export function toggled(choice: SeriesChoice, title: string): SeriesChoice {
  const titles = new Set(choice.titles);
  if (!titles.delete(title)) titles.add(title);
  return choice.kind === 'only' && titles.size === 0 ? everything : { kind: choice.kind, titles };
}

/** Beyond these a list with a search field has all. */
export const MAX_ENTRIES = 40;

/**
 * The entries of the legend: the most costly series.
 * @param order by cost, the most costly first @param isStacked they stand in the order of the layers, from below
 */
export function listedIn(order: readonly number[], isStacked: boolean): readonly number[] {
  const listed = order.slice(0, MAX_ENTRIES);
  return isStacked ? listed.sort((x, y) => x - y) : listed;
}
