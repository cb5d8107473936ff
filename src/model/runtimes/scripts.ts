/** Ruby, PHP and .NET. */
import type { Runtime } from './frame-kind.ts';

export const rubyRuntime: Runtime = {
  language: { title: 'Ruby', name: /^(?:block (?:\(\d+ levels\) )?in |<main>|[A-Z]\w*(?:::[A-Z]\w*)*#)/ },
  sources: /\.rb$/,
  systemBinaries: /^(?:libruby[\d.]*(?:[.-]|$)|ruby$)/i,
  rules: [
    { kind: 'idle', names: 'IO.select NIO::Selector#select Thread#join Kernel#sleep Thread::Queue#pop Queue#pop' },
    {
      kind: 'collection',
      names: '(marking) (sweeping) GC.start GC.compact',
      pattern:
        /^(?:\(garbage collection\)$|rb_gc_(?:start|mark|impl|force_recycle)\w*|gc_(?:mark|sweep|start|step|compact|enter|exit|finalize|marks|rest|heap)\w*|rgengc_\w+)$/,
    },
    { kind: 'compilation', pattern: /^(?:rb_yjit_\w+|yjit::|rb_iseq_compile\w*|rjit_\w+)/ },
    {
      kind: 'interpreter',
      pattern:
        /^(?:rb_)?(?:vm_(?:exec|call|sendish|invoke|yield|cfp)\w*|yield\w*|funcallv?\w*|ec_exec_node|iseq_eval\w*|call0?|invoke_block\w*|catch\w*|ensure|protect|rescue2)$/,
    },
    {
      kind: 'program',
      names: 'ruby_run_node ruby_exec_node Kernel#require Kernel#require_relative Kernel#load StackProf.run',
      pattern: /^(?:<(?:main|top \(required\)|module:\w+|class:\w+)>$|(?:Bundler|Bootsnap|Zeitwerk)\b)/,
    },
    {
      kind: 'dispatch',
      names: 'Thread.new Thread#initialize Proc#call Method#call BasicObject#instance_exec Kernel#loop Kernel#catch',
      pattern:
        /^(?:Puma|Rack|ActionDispatch|ActionController|AbstractController|ActionCable|ActiveJob|ActiveSupport::(?:Callbacks|Notifications|Executor|ExecutionWrapper|Reloader|Cache::Strategy|TaggedLogging)|Rails|Railties|Sinatra|Unicorn|Thin|Falcon|Async|WEBrick|Sidekiq|Resque|GoodJob|DelayedJob|Delayed|Concurrent|Grape|Hanami|Roda|Warden|OmniAuth|Mustermann|GraphQL::Execution|OpenTelemetry|Datadog|NewRelic|Sentry|Pyroscope)(?:::|#|\.)/,
    },
    {
      kind: 'library',
      pattern:
        /^(?:Array|Hash|String|Enumerable|Enumerator(?:::\w+)?|Integer|Float|Range|Symbol|Struct|Set|Regexp|MatchData|Comparable|Kernel|Class|Module|BasicObject|Proc|Method|Thread|Mutex|Process|IO|File|Dir|Time|JSON(?:::\w+)*|Marshal|Random|Math)[#.]/,
      file: /\/gems\/|\/lib\/ruby\//,
    },
  ],
};

export const phpRuntime: Runtime = {
  language: { title: 'PHP', name: /^(?:<php>|\{main\}|\{closure|[A-Z]\w*\\\w)/ },
  sources: /\.php$/,
  systemBinaries: /^(?:libphp[\d.]*(?:[.-]|$)|php$)/i,
  rules: [
    { kind: 'idle', names: '[idle] fcgi_accept_request cgi-fcgi|fastcgi_finish_request' },
    {
      kind: 'collection',
      names:
        '[gc] gc_collect_cycles standard|gc_collect_cycles Core|gc_collect_cycles zend_gc_collect_cycles zend_gc_run',
    },
    {
      kind: 'compilation',
      names: '[compile] opcache_compile_file persistent_compile_file zend_jit zend_jit_hot_func',
      pattern: /^zend_(?:compile|optimize|jit_trace)\w*$/,
    },
    {
      kind: 'interpreter',
      names: `
        execute_ex zend_call_function zend_call_known_function zend_execute zend_execute_scripts php_execute_script
        standard|call_user_func standard|call_user_func_array Core|call_user_func ReflectionMethod::invoke
        ReflectionMethod::invokeArgs ReflectionFunction::invoke`,
      pattern: /^(?:zend_do_fcall\w*|ZEND_\w+_HANDLER|zend_execute_\w+|zif_call_user_func\w*|php::call_user_func\w*)$/,
    },
    {
      kind: 'program',
      names: '<php> {main} <?php [include] [eval] SPL|spl_autoload_call',
      pattern: /^(?:Composer\\Autoload\\|\{closure:\/?[^{}]*autoload|(?:\/|\w:\\)\S*\.php$)/,
    },
    {
      kind: 'dispatch',
      names: 'do_action do_action_ref_array apply_filters apply_filters_ref_array',
      pattern:
        /^(?:Symfony\\(?:Component\\(?:HttpKernel|EventDispatcher|Runtime|HttpFoundation|Routing|Security|Console|Messenger|DependencyInjection)|Bundle\\FrameworkBundle)|Container[0-9A-Za-z]{7}|Illuminate\\(?:Pipeline|Routing|Foundation|Http|Container|Queue|Bus|Console|Session|Cookie|Auth|Events)|Laravel\\Octane|Slim|Laminas|Zend|Mezzio|Yiisoft|yii\\(?:base|web)|Cake\\(?:Http|Controller|Routing)|CodeIgniter|Swoole|OpenSwoole|Spiral|React|Amp|Revolt|Livewire|Nyholm|League\\Route|DDTrace|OpenTelemetry)\\|^WP(?:_Hook)?::/,
    },
    { kind: 'library', pattern: /^\w+\|/, file: /\/vendor\// },
  ],
};

export const dotnetRuntime: Runtime = {
  language: { title: '.NET', name: /^(?:[\w.]+!)?(?:System|Microsoft)\.[A-Z]\w*\./ },
  sources: /\.(?:cs|fs|vb)$/,
  systemBinaries: /^(?:libcoreclr|coreclr|libclrjit|clrjit)(?:[.-]|$)/i,
  rules: [
    {
      kind: 'idle',
      pattern:
        /\b(?:LowLevelLifoSemaphore\.Wait\w*|LowLevelMonitor\.Wait\w*|PortableThreadPool[.+]GateThread\S*|SocketAsyncEngine\.EventLoop|Interop[.+]Sys\.WaitForSocketEvents|TimerQueue\.TimerThread)\b/,
    },
    {
      kind: 'collection',
      names: '[GC] System.GC.Collect System.GC.RunFinalizers',
      pattern: /^(?:(?:WKS|SVR)::|gc_heap::|GCHeap::|GCToEEInterface::)/,
    },
    {
      kind: 'compilation',
      names: '[JIT]',
      pattern:
        /^(?:CILJit::|jitNativeCode|Compiler::(?:comp|fg|opt|imp)\w*|LinearScan::|UnsafeJitFunction|TieredCompilation\w*::|CodeGen::gen)/,
    },
    {
      kind: 'interpreter',
      pattern:
        /^(?:CallDescrWorker\w*|MethodDescCallSite::|ThePreStub|PreStubWorker|RunMain|Assembly::ExecuteMainMethod)|\bSystem\.(?:Reflection\.(?:MethodInvoker|MethodBaseInvoker|RuntimeMethodInfo)|RuntimeMethodHandle\.InvokeMethod)/,
    },
    {
      kind: 'program',
      pattern:
        /\bSystem\.Threading\.Thread(?:\.StartCallback|\+StartHelper\S*|\.StartHelper\S*)|^(?:coreclr_execute_assembly|ManagedThreadBase\w*)/,
    },
    {
      kind: 'dispatch',
      pattern:
        /^(?:[\w.]+!)?(?:Microsoft\.(?:AspNetCore|Extensions\.(?:Hosting|DependencyInjection)|EntityFrameworkCore\.Storage)|System\.Threading\.|System\.Runtime\.CompilerServices\.(?:Async|Task|Config)|Grpc\.|MassTransit\.|MediatR\.|Quartz\.|Hangfire\.|NServiceBus\.|Orleans\.|Akka\.|Datadog\.Trace)/,
    },
    { kind: 'library', pattern: /^(?:[\w.]+!)?(?:System|Microsoft|Newtonsoft|Npgsql|Dapper|Serilog)\.[A-Z]/ },
  ],
};
