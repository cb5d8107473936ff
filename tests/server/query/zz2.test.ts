import { it } from 'vitest';
import { WireSink } from '#wire/wire-sink.ts';
it('x', () => { console.log(WireSink.toString().slice(0, 1500));
 for (let k = 0; k < 4; k++) { let s = performance.now(); const sink = new WireSink(64e6); for (let i = 0; i < 4e6; i++) sink.jsonInt64((i * 7919) % 1000000 * 10000000); console.log('int64', performance.now() - s, sink.length); 
 s = performance.now(); const sink2 = new WireSink(64e6); for (let i = 0; i < 4e6; i++) sink2.varint((i * 7919) % 1000000 * 10000000); console.log('varint', performance.now() - s);
 s = performance.now(); const sink3 = new WireSink(128e6); const from = new Uint8Array(1000); for (let i = 0; i < 1e6; i++) sink3.span(from, 3, 63); console.log('span', performance.now() - s);
 s = performance.now(); sink3.take(); console.log('take', performance.now() - s, sink3.length);
 s = performance.now(); const b = new Uint8Array(64e6); for (let i = 0; i < 60e6; i++) b[i] = i; console.log('raw', performance.now() - s);
 }});
