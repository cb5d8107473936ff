/** What a frame is to a comparison, by its name. */

/** `fold`: counted with its caller, or as runtime where it has none. */
export type FrameRole = 'code' | 'idle' | 'dispatch' | 'runtime' | 'fold';

const IDLE = /^:?\(idle\)/;
const RUNTIME = /^:?(\((garbage collector|program)\)|Garbage Collection|Non JS threads activity)|^(syscall\.|internal\/poll\.|internal\/runtime\/syscall)|^:(writev|write[A-Z]\w*String|writeBuffer|readStart|shutdown|close)(:|$)/;
/** Native functions of V8 have no file. */
const NATIVE = /^:\w+(:0)?$/;
const GO_RUNTIME = /^(runtime\.|runtime\/internal|internal\/runtime|gcWriteBarrier|gogo$|memeqbody|aeshashbody|cmpbody|indexbytebody|countbody|memclr)/;
const DISPATCH = new RegExp(
  [
    '^runtime\\.(main|goexit)$',
    '^net/http\\.(\\(\\*conn\\)\\.serve|serverHandler\\.ServeHTTP|\\(\\*ServeMux\\)\\.ServeHTTP|HandlerFunc\\.ServeHTTP|.*[hH]andler\\.ServeHTTP)$',
    '^node:internal/(timers|process/task_queues|async_hooks|main|modules)',
    '^:(runMicrotasks|Node\\.js|\\(root\\))(:|$)',
    '^node:(_http_common|_http_server|events|net|internal/stream_base_commons:onStreamRead)',
    '^(<module>|BaseServer\\.|BaseRequestHandler\\.__init__|BaseHTTPRequestHandler\\.handle|Thread\\.|ThreadPoolExecutor)',
    '\\.do_(GET|POST|PUT|DELETE|PATCH|HEAD|OPTIONS)$',
  ].join('|'),
);

export function roleOf(name: string): FrameRole {
  if (DISPATCH.test(name)) return 'dispatch';
  if (IDLE.test(name)) return 'idle';
  if (RUNTIME.test(name)) return 'runtime';
  return GO_RUNTIME.test(name) || NATIVE.test(name) ? 'fold' : 'code';
}
