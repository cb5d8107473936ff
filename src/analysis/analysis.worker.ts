/** The worker: messages in, columns out. */
import { InProcessAnalysis } from './in-process.ts';
import { type CallMessage, type FromWorker, packError, type ToWorker, withOwnColumns } from './protocol.ts';

declare const self: DedicatedWorkerGlobalScope;

// A message to oneself is the shortest way to let waiting messages in; a timer of 0 ms takes 4.
const channel = new MessageChannel();
let resume: (() => void)[] = [];
channel.port1.onmessage = () => {
  const waiting = resume;
  resume = [];
  for (const run of waiting) run();
};

const analysis = new InProcessAnalysis(
  () =>
    new Promise((resolve) => {
      resume.push(resolve);
      channel.port2.postMessage(undefined);
    }),
);
const running = new Map<number, AbortController>();

self.onmessage = ({ data }: MessageEvent<ToWorker>) => {
  switch (data.kind) {
    case 'call':
      void answer(data);
      return;
    case 'abort':
      running.get(data.id)?.abort();
      return;
    case 'close':
      analysis.close(data.handle);
      return;
  }
};

async function answer(message: CallMessage): Promise<void> {
  const { id, call, args } = message;
  const run = analysis[call].bind(analysis) as (...args: readonly unknown[]) => Promise<unknown>;
  const report = (share: number): void => post({ kind: 'progress', id, share });
  const control = new AbortController();
  running.set(id, control);
  try {
    const transfer: Transferable[] = [];
    // Copied, not given away: the analysis keeps its trees for the next question.
    const value = withOwnColumns(await run(...args, control.signal, report), transfer);
    post({ kind: 'answer', id, value }, transfer);
  } catch (error) {
    post({ kind: 'error', id, error: packError(error) });
  } finally {
    running.delete(id);
  }
}

function post(message: FromWorker, transfer: Transferable[] = []): void {
  self.postMessage(message, transfer);
}
