/** The series that one upload may make: each is a row of the store, with its labels as a text. */

import type { IncomingSeries } from '../incoming.ts';
import { Refusal } from './refusal.ts';

const MAX_SERIES = 50_000;
/** Maximum characters of the labels of one upload, wherever it has them: in its series, its contexts or its resources. */
export const MAX_UPLOAD_LABEL_TEXT = 32 << 20;

export class SeriesBudget {
  #seriesLeft = MAX_SERIES;
  #textLeft = MAX_UPLOAD_LABEL_TEXT;

  /** Takes all of them, or none. @throws Refusal where the upload has too many */
  take(series: readonly IncomingSeries[]): void {
    let text = 0;
    for (const { labels } of series) for (const { name, value } of labels) text += name.length + value.length;
    if (series.length > this.#seriesLeft)
      throw new Refusal('too_many', `The upload makes more than ${MAX_SERIES} series: send fewer profiles in one.`);
    if (text > this.#textLeft)
      throw new Refusal(
        'too_many',
        `The series of the upload have labels of more than ${MAX_UPLOAD_LABEL_TEXT} characters: send fewer profiles in one.`,
      );
    this.#seriesLeft -= series.length;
    this.#textLeft -= text;
  }
}
