/** Labels of the samples of an OTLP message: equal sets are one number. */

import { PairIndex } from '#base/pair-index.ts';
import { type DecodeLimits, refuseCount } from '#formats/decode-limits.ts';
import { traceLabelsOf } from '#formats/decoders/otlp.ts';
import { entryOf, type OtlpDictionary, type OtlpSample } from '#formats/decoders/otlp-message.ts';
import type { LabelPair } from '#formats/profile-builder.ts';
import type { TraceContext } from '../incoming.ts';
import { TextNumbers } from './text-numbers.ts';

export class OtlpLabels {
  readonly #dictionary: OtlpDictionary;
  readonly #limits: DecodeLimits;
  /** By the numbers of their pairs. */
  readonly #numbers = new Map<string, number>();
  readonly #texts = new TextNumbers();
  /** By pair: the attribute of many samples. */
  readonly #keys = new Map<LabelPair, string>();
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
    // Not their texts, which may be long and in every set.
    const key = own.map((pair) => this.#key(pair)).join();
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    this.#labels += own.length;
    if (this.#labels > labels) refuseCount(labels, 'labels in different sets', 'its attributes');
    this.#numbers.set(key, this.#sets.length);
    return this.#sets.push(own) - 1;
  }

  #key(pair: LabelPair): string {
    let key = this.#keys.get(pair);
    if (key === undefined) {
      const [name, value, unit = ''] = pair;
      key = [name, `${typeof value} ${value}`, unit].map((text) => this.#texts.of(text)).join(' ');
      this.#keys.set(pair, key);
    }
    return key;
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
