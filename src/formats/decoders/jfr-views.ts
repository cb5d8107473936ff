/** The sample types of a flight recording: the values that are counted for each event. */
import type { SampleType } from '#model/profile.ts';

interface EventFacts {
  readonly name: string;
  /** Fields that are summed, in bytes or ns. */
  readonly fields: readonly (readonly [field: string, unit: string])[];
}

const BYTES = 'bytes';
const NS = 'nanoseconds';

/** In the order in which they are offered; the first that a recording has is the one that is shown. */
const EVENTS: readonly EventFacts[] = [
  { name: 'jdk.CPUTimeSample', fields: [['samplingPeriod', NS]] },
  { name: 'jdk.ExecutionSample', fields: [] },
  { name: 'profiler.WallClockSample', fields: [['samples', 'count']] },
  { name: 'jdk.NativeMethodSample', fields: [] },
  {
    name: 'jdk.ObjectAllocationInNewTLAB',
    fields: [
      ['tlabSize', BYTES],
      ['allocationSize', BYTES],
    ],
  },
  { name: 'jdk.ObjectAllocationOutsideTLAB', fields: [['allocationSize', BYTES]] },
  { name: 'jdk.ObjectAllocationSample', fields: [['weight', BYTES]] },
  { name: 'profiler.LiveObject', fields: [['allocationSize', BYTES]] },
  { name: 'jdk.OldObjectSample', fields: [] },
  { name: 'profiler.Malloc', fields: [['size', BYTES]] },
  { name: 'profiler.Free', fields: [] },
  { name: 'jdk.JavaMonitorEnter', fields: [['duration', NS]] },
  { name: 'jdk.JavaMonitorWait', fields: [['duration', NS]] },
  { name: 'jdk.ThreadPark', fields: [['duration', NS]] },
  { name: 'jdk.ThreadSleep', fields: [['duration', NS]] },
  { name: 'jdk.SocketRead', fields: [['duration', NS]] },
  { name: 'jdk.JavaExceptionThrow', fields: [['duration', NS]] },
];

/** Memory of `profiler.Malloc` that no later `profiler.Free` of the recording gave back. */
export const NATIVE_LIVE = 'live';

export interface JfrView {
  readonly event: string;
  /** Undefined where events are counted. */
  readonly field: string | undefined;
  readonly sampleType: SampleType;
}

/** The views of the events that a recording has. */
export function jfrViews(counts: ReadonlyMap<string, number>): readonly JfrView[] {
  return EVENTS.filter(({ name }) => (counts.get(name) ?? 0) > 0).flatMap(({ name, fields }) => {
    const type = name.replace(/^\w+\./, '');
    const views: JfrView[] = [{ event: name, field: undefined, sampleType: { type, unit: 'count' } }];
    for (const [field, unit] of fields)
      views.push({ event: name, field, sampleType: { type: `${type} ${field}`, unit } });
    if (name === 'profiler.Malloc' && (counts.get('profiler.Free') ?? 0) > 0) {
      views.push({ event: name, field: NATIVE_LIVE, sampleType: { type: `${type} ${NATIVE_LIVE}`, unit: BYTES } });
    }
    return views;
  });
}
