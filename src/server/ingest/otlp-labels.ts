/** Labels of the samples of an OTLP message: equal sets are one number. */

import { PairIndex } from '#base/pair-index.ts';
import { type DecodeLimits, refuseCount } from '#formats/decode-limits.ts';
import { traceLabelsOf } from '#formats/decoders/otlp.ts';
import type { OtlpDictionary, OtlpSample } from '#formats/decoders/otlp-message.ts';
import type { LabelPair } from '#formats/profile-builder.ts';

export class OtlpLabels {
  readonly #dictionary: OtlpDictionary;
  readonly #limits: DecodeLimits;
  /** By their pairs as JSON. */
  readonly #numbers = new Map<string, number>();
  readonly #sets: (readonly LabelPair[])[] = [];
  readonly #withLinks = new PairIndex(); // set, link
  #labels = 0;

  constructor(dictionary: OtlpDictionary, limits: DecodeLimits) {
    this.#dictionary = dictionary;
    this.#limits = limits;
  }

  /** The number of a set without the ids of a span. @throws DecodeError where the message has too many */
  set(pairs: ReadonlyMap<string, LabelPair>): number {
    const { labels, labelsOfSample } = this.#limits;
    // Room for the ids of a span and its trace.
    if (pairs.size + 2 > labelsOfSample) refuseCount(labelsOfSample - 2, 'labels at one sample', 'its attributes');
    const own = [...pairs.values()];
    const text = JSON.stringify(own);
    const known = this.#numbers.get(text);
    if (known !== undefined) return known;
    this.#labels += own.length;
    if (this.#labels > labels) refuseCount(labels, 'labels in different sets', 'its attributes');
    this.#numbers.set(text, this.#sets.length);
    return this.#sets.push(own) - 1;
  }

  /** The number of a set with the ids of the sample's span. @throws DecodeError where the link is not in the table */
  linked(set: number, sample: Pick<OtlpSample, 'link'>): number {
    const { link } = sample;
    if (link < 0 || link >= this.#dictionary.links.length) traceLabelsOf(sample, this.#dictionary);
    return this.#withLinks.intern(set, link);
  }

  /** @param linked a number from `linked` */
  pairs(linked: number): readonly LabelPair[] {
    const own = this.#sets[this.#withLinks.first(linked)];
    const link = this.#withLinks.second(linked);
    return link === 0 ? own : [...own, ...traceLabelsOf({ link }, this.#dictionary)];
  }
}
