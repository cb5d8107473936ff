/** Time series as SelectSeriesResponse: points may be millions, so they go straight to bytes. */

import { WireSink } from '#wire/wire-sink.ts';
import type { SummedSeries } from '../store/profile-reader.ts';
import type { Codec } from './rpc.ts';

export function encodeSeries(series: readonly SummedSeries[], codec: Codec): Uint8Array {
  const sink = new WireSink();
  if (codec === 'proto') for (const one of series) sink.message(1, () => writeProto(sink, one));
  else writeJson(sink, series);
  return sink.take();
}

function writeProto(sink: WireSink, { labels, timesMs, sums }: SummedSeries): void {
  for (const { name, value } of labels) {
    sink.message(1, () => {
      sink.text(1, name);
      sink.text(2, value);
    });
  }
  for (let i = 0; i < timesMs.length; i++) {
    sink.message(2, () => {
      sink.double(1, sums[i]);
      sink.field(2, timesMs[i]);
    });
  }
}

function writeJson(sink: WireSink, series: readonly SummedSeries[]): void {
  if (series.length === 0) return sink.ascii('{}');
  sink.ascii('{"series":[');
  series.forEach(({ labels, timesMs, sums }, s) => {
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
      sink.ascii(`"timestamp":"${timesMs[i]}"}`);
    }
    sink.ascii(']}');
  });
  sink.ascii(']}');
}
