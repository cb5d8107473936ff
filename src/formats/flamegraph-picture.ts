/** Flame graphs that were drawn, opened again: as data, nothing in them is run. */
import { textPrefix } from '#base/text-bytes.ts';
import type { LazyFormat } from './format.ts';

const BYTES_TO_SNIFF = 65_536;
const PICTURE = /^\s*<(\?xml|!doctype|svg|html)\b/i;

export const flamegraphSvgFormat: LazyFormat = {
  id: 'flamegraph-svg',
  title: 'Flame graph in SVG',
  noun: 'flame graphs in SVG',
  endings: ['.svg'],
  reads: 'pictures of flamegraph.pl, inferno, cargo flamegraph, py-spy; read as data, without what they left out',
  sniff: (bytes) => {
    const text = textPrefix(bytes, BYTES_TO_SNIFF);
    if (!PICTURE.test(text) || !text.includes('<svg')) return false;
    return /<svg id="frames"|class="func_g"|<g id="frames"|\d%\)<\/title>/.test(text);
  },
  load: async () => (await import('./decoders/flamegraph-svg.ts')).decodeFlamegraphSvg,
};

export const flamegraphHtmlFormat: LazyFormat = {
  id: 'flamegraph-html',
  title: 'Flame graph in HTML',
  noun: 'flame graphs in HTML',
  endings: ['.html'],
  reads: 'pages of async-profiler 2 and later; read as data, nothing in them is run',
  sniff: (bytes) => {
    const text = textPrefix(bytes, BYTES_TO_SNIFF);
    return PICTURE.test(text) && /\bfunction f\((level|key), /.test(text);
  },
  load: async () => (await import('./decoders/flamegraph-html.ts')).decodeFlamegraphHtml,
};
