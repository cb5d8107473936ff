import type { Runtime } from './frame-kind.ts';

const servers =
  'express|router|connect|finalhandler|fastify|@fastify|avvio|find-my-way|koa|@koa|koa-[\\w-]+|@hapi|restify|@nestjs|@apollo|graphql-http|hono|@hono|polka|micro|next|@sveltejs|nuxt|h3|socket\\.io|ws|body-parser|cors|helmet|compression|morgan|passport|express-[\\w-]+|on-finished|async-hook-jl|bullmq|bull|amqplib|kafkajs|@grpc|p-queue|p-limit|async|@opentelemetry|dd-trace|newrelic|elastic-apm-node|@sentry|rxjs|zone\\.js';

export const nodeRuntime: Runtime = {
  language: {
    title: 'JavaScript',
    name: /^(?:\((?:anonymous|idle|program|garbage collector)\b|processTicksAndRejections$|node::|v8::)/,
  },
  sources: /\.(?:[cm]?[jt]sx?|vue|svelte)$|^node:/,
  systemPackages: /^(?:node:|v8$|node$)/,
  systemBinaries: /^(?:libnode(?:[.-]|$)|node$)/i,
  ownCode: {
    id: 'node',
    title: 'Node.js',
    hidden: 'internals, node_modules',
    match: String.raw`file:node_modules | file:/^node:/ | pkg:/^node:/ | /^\((garbage collector|program|idle|root)\)$/`,
    isSign: (name, file) => /^node:|\.[cm]?[jt]s$/.test(file) || /^\(garbage collector\)$|\.[cm]?js:\d/.test(name),
  },
  rules: [
    { kind: 'idle', names: '(idle) uv__io_poll uv__run_timers_wait uv__metrics_update_idle_time' },
    {
      kind: 'collection',
      pattern:
        /^(?:\(garbage collector\)$|Garbage Collection$|v8::internal::(?:Heap|Scavenger\w*|MarkCompact\w*|Minor\w*|MinorMarkCompact\w*|Mark\w*|Sweeper|IncrementalMarking\w*|ConcurrentMarking|GCTracer|\(anonymous namespace\)::(?:Evacuat|PageEvacuat|Scaveng)\w*|RootScavengeVisitor|GlobalHandles|ArrayBufferSweeper)::|cppgc::)/,
    },
    {
      kind: 'compilation',
      pattern:
        /^v8::internal::(?:compiler|maglev|baseline|turboshaft|interpreter|Compiler|OptimizingCompile\w*|Optimized\w*|TurbofanCompil\w*|BackgroundCompile\w*|wasm::\w*Compil\w*|parsing|Parser|PreParser)::/,
    },
    {
      kind: 'runtime',
      names: '(program) (external) monitorOutOfMemory',
      pattern: /^Non JS threads activity$/,
      // The profiler itself.
      file: /node_modules\/(?:@pyroscope\/nodejs|@datadog\/pprof|pprof(?:-format)?)\//,
    },
    {
      kind: 'interpreter',
      names: 'v8::Function::Call v8::internal::Execution::Call v8::internal::Execution::CallScript',
      pattern:
        /^(?:Builtins_(?:InterpreterEntryTrampoline|JS(?:Entry|Construct)\w*|Call(?:Function|BoundFunction|WithSpread|WithArrayLike)?_?\w*|ArgumentsAdaptorTrampoline|Construct\w*|InterpreterPushArgs\w*|RunMicrotasks\w*|BaselineOutOfLinePrologue|CEntry\w*)$|v8::internal::(?:\(anonymous namespace\)::Invoke|Builtin_HandleApiCall|Builtins::InvokeApiFunction)|node::(?:MakeCallback|InternalMakeCallback|InternalCallbackScope|AsyncWrap::MakeCallback))/,
    },
    {
      kind: 'program',
      names: `
        (root) Node.js executeUserEntryPoint Module._load Module.load Module._compile Module._extensions..js
        Module.require wrapModuleLoad wrapSafe compileFunction compileForInternalLoader compileFunctionForCJSLoader
        requireBuiltin nativeModuleRequire loadESM prepareMainThreadExecution`,
      pattern: /^node::(?:Start\w*|LoadEnvironment|NodeMainInstance|Realm|builtins)\b/,
      file: /^node:internal\/(?:main|modules|bootstrap|process\/(?:esm_loader|execution|pre_execution)|vm)\b/,
    },
    {
      kind: 'dispatch',
      names: `
        runMicrotasks runNextTicks processTicksAndRejections processImmediate processTimers listOnTimeout
        parserOnHeadersComplete parserOnIncoming onStreamRead uv_run uv__stream_io uv__read uv__work_done`,
      pattern:
        /^(?:Layer\.handle|Route\.dispatch|router\.(?:handle|process_params)|Function\.(?:handle|process_params)$|node::(?:SpinEventLoop|Parser|StreamBase|LibuvStreamWrap|Environment|AsyncWrap|StreamWrapCallbacks|TCPWrap|ConnectionWrap)\b)/,
      file: new RegExp(String.raw`^node:|node_modules\/(?:\.pnpm\/[^/]+\/node_modules\/)?(?:${servers})\/`),
    },
    { kind: 'library', file: /node_modules\// },
  ],
};
