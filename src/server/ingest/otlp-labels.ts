/** Labels of the samples of an OTLP message: equal sets are one number. */

import { PairIndex } from '#base/pair-index.ts';
import { type DecodeLimits, refuseCount } from '#formats/decode-limits.ts';
import { traceLabelsOf } from '#formats/decoders/otlp.ts';
import { entryOf, type OtlpDictionary, type OtlpSample } from '#formats/decoders/otlp-message.ts';
import type { LabelPair } from '#formats/profile-builder.ts';
import type { TraceContext } from '../incoming.ts';

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

  /** The set within a number from `linked`. */
  setOf(linked: number): number {
    return this.#withLinks.first(linked);
  }

  /** @param set a number from `set` or `setOf` */
  pairs(set: number): readonly LabelPair[] {
    return this.#sets[set];
  }

  /** The link within a number from `linked`; 0 is none. */
  linkOf(linked: number): number {
    return this.#withLinks.second(linked);
  }

  /** @param link from `linkOf`, not 0 @returns undefined where it names neither a span nor a trace */
  context(link: number): TraceContext | undefined {
    const { span, trace } = entryOf(this.#dictionary.links, link)!;
    return span === '' && trace === '' ? undefined : { span, root: '', trace };
  }
}
