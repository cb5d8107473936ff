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
  const { id } = message;
  const control = new AbortController();
  running.set(id, control);
  try {
    const transfer: Transferable[] = [];
    // Copied, not given away: the analysis keeps its trees for the next question.
    const value = withOwnColumns(await call(message, control.signal), transfer);
    post({ kind: 'answer', id, value }, transfer);
  } catch (error) {
    post({ kind: 'error', id, error: packError(error) });
  } finally {
    running.delete(id);
  }
}

function call(message: CallMessage, signal: AbortSignal): Promise<unknown> {
  switch (message.call) {
    case 'open':
      return analysis.open(...message.args, signal, (share) => post({ kind: 'progress', id: message.id, share }));
    case 'openWithTree':
      return analysis.openWithTree(...message.args, signal);
    case 'tree':
      return analysis.tree(...message.args, signal);
    case 'search':
      return analysis.search(...message.args, signal);
    case 'sandwich':
      return analysis.sandwich(...message.args, signal);
    case 'lines':
      return analysis.lines(...message.args, signal);
    case 'stacks':
      return analysis.stacks(...message.args, signal);
    case 'exportTree':
      return analysis.exportTree(...message.args, signal);
    case 'diff':
      return analysis.diff(...message.args, signal);
    case 'evidence':
      return analysis.evidence(...message.args, signal);
    case 'searchDiff':
      return analysis.searchDiff(...message.args, signal);
    case 'sandwichDiff':
      return analysis.sandwichDiff(...message.args, signal);
    case 'exportDiff':
      return analysis.exportDiff(...message.args, signal);
    case 'pack':
      return analysis.pack(...message.args);
  }
}

function post(message: FromWorker, transfer: Transferable[] = []): void {
  self.postMessage(message, transfer);
}
