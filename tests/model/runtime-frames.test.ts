/** What kind of frame a function is, by name and file. */
import { describe, expect, it } from 'vitest';
import { prepareStacks } from '#model/prepared-stacks.ts';
import type { FrameKind } from '#model/runtimes/frame-kind.ts';
import { frameKind, frameKindsOf, kindCode } from '#model/runtimes/frames.ts';
import { profileFromText, treeOf } from '../support/profile-from-text.ts';

type Row = readonly [kind: FrameKind | undefined, name: string, file?: string];

const frames: Readonly<Record<string, readonly Row[]>> = {
  Go: [
    ['idle', 'runtime.findRunnable'],
    ['idle', 'internal/runtime/syscall/linux.EpollWait'],
    ['scheduling', 'runtime.asyncPreempt'],
    ['scheduling', 'runtime.morestack'],
    ['scheduling', 'runtime.mcall'],
    ['scheduling', 'runtime.systemstack'],
    ['collection', 'runtime.gcBgMarkWorker.func2'],
    ['collection', 'runtime.scanobject'],
    ['collection', 'runtime.gcAssistAlloc1'],
    ['collection', 'runtime.(*sweepLocked).sweep.(*mheap).freeSpan.func2'],
    ['collection', 'runtime.bgscavenge'],
    ['allocation', 'runtime.mallocgcSmallScanNoHeader'],
    ['allocation', 'runtime.growslice'],
    ['runtime', 'github.com/grafana/pyroscope-go/upstream/remote.(*Remote).handleJobs'],
    ['program', 'runtime.goexit'],
    ['dispatch', 'net/http.(*conn).serve'],
    ['dispatch', 'github.com/gin-gonic/gin.(*Context).Next'],
    ['dispatch', 'github.com/labstack/echo/v4.(*Echo).ServeHTTP'],
    ['dispatch', 'github.com/go-chi/chi/v5.(*Mux).routeHTTP'],
    ['dispatch', 'google.golang.org/grpc.(*Server).handleStream'],
    ['dispatch', 'github.com/acme/shop/gen/cartpb._Cart_Add_Handler.func1'],
    ['dispatch', 'golang.org/x/sync/errgroup.(*Group).Go.func1'],
    ['library', 'encoding/json.Marshal'],
    ['library', 'runtime.memmove'],
    ['library', 'crypto/sha256.Sum256'],
    [undefined, 'main.main.route.func2'],
    [undefined, 'main.gcStats'],
    [undefined, 'github.com/acme/runtime.findRunnable'],
  ],
  JVM: [
    ['idle', 'sun.nio.ch.EPoll.wait'],
    ['idle', 'java/util/concurrent/ThreadPoolExecutor.getTask'],
    ['collection', 'libjvm.so.G1ParScanThreadState::trim_queue_to_threshold'],
    ['collection', 'GangWorker::run()'],
    ['compilation', 'libjvm.so.CompileBroker::compiler_thread_loop'],
    ['compilation', 'C2Compiler::compile_method(ciEnv*, ciMethod*, int, bool, DirectiveSet*)'],
    ['scheduling', 'jdk.internal.misc.Unsafe.park'],
    ['interpreter', 'java.lang.reflect.Method.invoke'],
    ['interpreter', 'jdk.internal.reflect.GeneratedMethodAccessor12.invoke'],
    ['interpreter', 'java.lang.invoke.LambdaForm$MH/0x0000000800060840.invoke'],
    ['program', 'java/lang/Thread.run_[j]'],
    ['program', 'Ljava/lang/Thread;::run'],
    ['dispatch', 'java.util.concurrent.ThreadPoolExecutor$Worker.run'],
    ['dispatch', 'jakarta.servlet.http.HttpServlet.service'],
    ['dispatch', 'org.apache.catalina.core.StandardWrapperValve.invoke'],
    ['dispatch', 'org.springframework.web.servlet.DispatcherServlet.doDispatch'],
    ['dispatch', 'io.netty.channel.AbstractChannelHandlerContext.invokeChannelRead'],
    ['library', 'java.util.HashMap.getNode'],
    [undefined, 'app.Shop$Checkout.handle'],
  ],
  Node: [
    ['idle', ':(idle):0'],
    ['idle', '(idle)'],
    ['collection', ':Garbage Collection:0'],
    ['collection', '(garbage collector)'],
    ['runtime', ':Non JS threads activity:0'],
    ['runtime', '(program)'],
    ['runtime', './node_modules/@datadog/pprof/out/src/time-profiler.js:stop:115'],
    ['program', ':Node.js:0'],
    ['program', 'executeUserEntryPoint', 'node:internal/modules/run_main'],
    ['dispatch', ':runMicrotasks:0'],
    ['dispatch', 'node:internal/process/task_queues:processTicksAndRejections:67'],
    ['dispatch', 'node:_http_server:parserOnIncoming:1026'],
    ['dispatch', 'emit', 'node:events'],
    ['dispatch', './node_modules/express/lib/router/layer.js:handle:95'],
    ['dispatch', './node_modules/fastify/lib/handleRequest.js:handler:70'],
    ['dispatch', 'dispatch', '/srv/node_modules/koa-compose/index.js'],
    ['library', './node_modules/lodash/lodash.js:map:100'],
    ['library', ':writev:0'],
    [undefined, './svc.mjs:(anonymous:L#44:C#19):44'],
    [undefined, 'free', '/srv/app/pool.js'],
  ],
  Python: [
    ['idle', '_PollLikeSelector.select'],
    ['collection', 'gc_collect_main'],
    ['interpreter', '_PyEval_EvalFrameDefault'],
    ['program', '<module>'],
    ['program', 'Thread._bootstrap_inner (threading.py:1038)'],
    ['dispatch', 'BaseHTTPRequestHandler.handle_one_request'],
    ['dispatch', 'Flask.full_dispatch_request'],
    ['dispatch', 'BaseHandler._get_response', '/usr/lib/python3/dist-packages/django/core/handlers/base.py'],
    ['dispatch', 'get_request_handler.<locals>.app'],
    ['dispatch', 'run', '/usr/lib/python3.11/asyncio/runners.py'],
    ['dispatch', 'SyncWorker.handle_request'],
    ['dispatch', 'app (/venv/lib/python3.12/site-packages/starlette/routing.py:73)'],
    ['library', 'get', '/venv/lib/python3.11/site-packages/requests/api.py'],
    ['library', 'findall', '/usr/lib/python3.11/re/__init__.py'],
    [undefined, 'select'],
    [undefined, 'H.do_GET'],
  ],
  'Ruby, PHP, .NET': [
    ['collection', '(garbage collection)'],
    ['collection', '(marking)'],
    ['program', '<main>'],
    ['program', 'block (2 levels) in <main>'],
    ['dispatch', 'block in Puma::ThreadPool#spawn_thread'],
    ['dispatch', 'ActionController::Metal#dispatch'],
    ['library', 'Array#each'],
    [undefined, 'Cart#total'],
    [undefined, 'Object#fib'],
    ['idle', 'cgi-fcgi|fastcgi_finish_request'],
    ['collection', '[gc]'],
    ['program', '<php>'],
    ['dispatch', 'Symfony\\Component\\HttpKernel\\HttpKernel::handleRaw'],
    ['library', 'standard|explode'],
    [undefined, 'Shop\\Cart::total'],
    ['collection', 'WKS::gc_heap::mark_object_simple'],
    ['dispatch', 'Microsoft.AspNetCore.Routing.EndpointMiddleware.Invoke'],
    ['dispatch', 'System.Threading.ThreadPoolWorkQueue.Dispatch'],
    ['library', 'System.Text.Json.JsonSerializer.Serialize'],
    [undefined, 'Shop.Cart.Total'],
  ],
  native: [
    ['program', '__libc_start_main'],
    ['program', 'clone3'],
    ['program', '_start<00000000000021a0>'],
    ['allocation', 'malloc@@GLIBC_2.2.5<0000000000002de1>[inline]'],
    ['library', 'libc.so.6+0x7f9232f278eb'],
    ['library', '[vdso]'],
    [undefined, 'simgp+0x562ed9e051c0'],
    ['program', 'std::rt::lang_start::{{closure}}'],
    ['allocation', '_int_malloc'],
    ['allocation', 'operator new(unsigned long)'],
    ['dispatch', '<tokio::runtime::task::core::Core<T,S>>::poll'],
    ['dispatch', 'hyper::proto::h1::dispatch::Dispatcher<D,Bs,I,T>::poll_inner'],
    ['library', 'std::vector<int, std::allocator<int> >::push_back(int const&)'],
    ['idle', 'do_idle'],
    ['scheduling', 'finish_task_switch.isra.0'],
    [undefined, 'shop::price'],
    [undefined, 'work(int)'],
  ],
};

describe.each(Object.entries(frames))('%s', (_, rows) => {
  it.each(rows.map(([kind, name, file = '']) => ({ kind, name, file })))(
    '$kind: $name $file',
    ({ kind, name, file }) => {
      expect(frameKind(name, file)).toBe(kind);
    },
  );
});

it('names of any kind and length are read', () => {
  for (const name of ['', ':', '::0', '('.repeat(1e5), `runtime.${'a'.repeat(1e6)}`, 'constructor', '__proto__'])
    expect(() => frameKind(name, name)).not.toThrow();
  expect(frameKind('constructor', '')).toBeUndefined();
});

it('stacks are prepared: idle time counts nowhere, scheduling at its caller, collection in its topmost frame', () => {
  const profile = profileFromText(
    [
      'main.f;runtime.asyncPreempt 3',
      'main.f;runtime.mallocgc;runtime.gcAssistAlloc;runtime.gcDrainN;runtime.scanobject 4',
      'runtime.mcall;runtime.park_m;runtime.schedule;runtime.findRunnable;runtime.netpoll 5',
      'runtime.systemstack;main.g 6',
    ].join('\n'),
  );
  const tree = treeOf(profile);
  const { names } = profile.functions;
  const kinds = frameKindsOf(names);
  const { at, row } = prepareStacks(tree, kinds, true);
  const counted = new Map<string, number>();
  for (let node = 1; node < tree.length; node++) {
    if (tree.self[node] === 0) continue;
    const name = at[node] < 0 ? 'nowhere' : names[tree.func[at[node]]];
    counted.set(name, (counted.get(name) ?? 0) + tree.self[node]);
  }
  expect(Object.fromEntries(counted)).toEqual({ 'main.f': 3, 'runtime.gcAssistAlloc': 4, nowhere: 5, 'main.g': 6 });
  const inRow = [...row].flatMap((code, node) => (code === 0 ? [] : [[names[tree.func[node]], code]]));
  const collection = kindCode('collection');
  expect(inRow).toEqual([
    ['runtime.gcAssistAlloc', collection],
    ['runtime.gcDrainN', collection],
    ['runtime.scanobject', collection],
  ]);
  expect(prepareStacks(tree, kinds, false).at).not.toContain(-1);
});
