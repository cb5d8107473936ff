/** Time series as SelectSeriesResponse: points may be millions, so they go straight to bytes. */

import type { LabelSet } from '#model/labels.ts';
import { WireSink } from '#wire/wire-sink.ts';
import type { Exemplar, ProfileId, SummedSeries } from '../store/profile-reader.ts';
import { printProfileId } from './profile-id.ts';
import type { Codec } from '../rpc/rpc.ts';

export function encodeSeries(series: readonly SummedSeries[], codec: Codec): Uint8Array {
  const sink = new WireSink();
  if (codec === 'proto') for (const one of series) sink.message(1, () => writeProto(sink, one));
  else writeJson(sink, series);
  return sink.take();
}

function writeProto(sink: WireSink, { labels, timesMs, sums, exemplars }: SummedSeries): void {
  writeLabels(sink, 1, labels);
  for (let i = 0; i < timesMs.length; i++) {
    sink.message(2, () => {
      sink.double(1, sums[i]);
      sink.field(2, timesMs[i]);
      const exemplar = exemplars?.[i];
      if (exemplar) sink.message(4, () => writeExemplar(sink, exemplar));
    });
  }
}

function writeLabels(sink: WireSink, field: number, labels: LabelSet): void {
  for (const { name, value } of labels) {
    sink.message(field, () => {
      sink.text(1, name);
      sink.text(2, value);
    });
  }
}

function writeExemplar(sink: WireSink, { profile, value, labels }: Exemplar): void {
  sink.field(1, timeMs(profile));
  sink.text(2, printProfileId(profile));
  sink.field(4, value);
  writeLabels(sink, 5, labels);
}

function timeMs({ timeUs }: ProfileId): number {
  return Math.floor(timeUs / 1000);
}

function writeJson(sink: WireSink, series: readonly SummedSeries[]): void {
  if (series.length === 0) return sink.ascii('{}');
  sink.ascii('{"series":[');
  series.forEach(({ labels, timesMs, sums, exemplars }, s) => {
    sink.ascii(s === 0 ? '{' : ',{');
    if (labels.length > 0) {
      sink.ascii('"labels":');
      sink.utf8(JSON.stringify(labels.map(({ name, value }) => ({ name, value }))));
      sink.ascii(',');
    }
    sink.ascii('"points":[');
    for (let i = 0; i < timesMs.length; i++) {
      sink.ascii(i === 0 ? '{' : ',{');
      if (sums[i] !== 0) sink.ascii(`"value":${sums[i]},`);
      sink.ascii(`"timestamp":"${timesMs[i]}"`);
      const exemplar = exemplars?.[i];
      if (exemplar) {
        const { profile, value, labels: rest } = exemplar;
        const message = {
          timestamp: `${timeMs(profile)}`,
          profileId: printProfileId(profile),
          value: `${value}`,
          labels: rest,
        };
        sink.utf8(`,"exemplars":[${JSON.stringify(message)}]`);
      }
      sink.ascii('}');
    }
    sink.ascii(']}');
  });
  sink.ascii(']}');
}
