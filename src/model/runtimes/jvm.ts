import type { Runtime } from './frame-kind.ts';

const libraries = String.raw`java|javax|jakarta|jdk|sun|com\.sun|kotlin|kotlinx|scala|groovy|org\.(apache|springframework|eclipse|hibernate|slf4j|junit|jetbrains)|io\.(netty|grpc|micrometer|opentelemetry|vertx|reactivex)|com\.(google|fasterxml|zaxxer)|ch\.qos|reactor|okhttp3|okio`;

export const jvmRuntime: Runtime = {
  language: {
    title: 'JVM',
    name: /^(?:java|javax|jakarta|jdk|sun|kotlin|scala|org|com|io)[./](?:[\w$]+[./])*[A-Z][\w$]*\.[\w$<>]+(?:_\[\w\])?$/,
  },
  sources: /\.(?:java|kt|scala|groovy|clj)$/,
  systemPackages: /^(?:java|javax|jdk|sun|com\.sun|kotlin|kotlinx|scala|groovy)(?:\.|$)/,
  systemBinaries: /^(?:lib(?:jvm|java)(?:[.-]|$)|java$)/i,
  ownCode: {
    id: 'jvm',
    title: 'JVM',
    hidden: 'JDK, well-known libraries',
    match: String.raw`pkg:/^(${libraries})(\.|$)/ | pkg:/^lib(jvm|java)\b/`,
    isSign: (name) => /^(?:java|jdk|sun|scala|kotlin)[./]/.test(name),
  },
  rules: [
    {
      kind: 'idle',
      names: `
        sun.nio.ch.EPoll.wait sun.nio.ch.EPollArrayWrapper.epollWait sun.nio.ch.EPollSelectorImpl.doSelect
        sun.nio.ch.KQueue.poll sun.nio.ch.KQueueSelectorImpl.doSelect sun.nio.ch.WEPoll.wait
        sun.nio.ch.SelectorImpl.lockAndDoSelect sun.nio.ch.Net.accept sun.nio.ch.ServerSocketChannelImpl.accept0
        io.netty.channel.epoll.Native.epollWait io.netty.channel.epoll.Native.epollWait0
        io.netty.channel.epoll.EpollEventLoop.epollWait io.netty.channel.kqueue.Native.keventWait
        java.util.concurrent.ThreadPoolExecutor.getTask java.util.concurrent.ForkJoinPool.awaitWork
        java.util.concurrent.ScheduledThreadPoolExecutor$DelayedWorkQueue.take
        java.lang.ref.Reference.waitForReferencePendingList java.lang.ref.ReferenceQueue.remove
        java.lang.ref.ReferenceQueue.remove0 java.net.ServerSocket.accept java.net.ServerSocket.implAccept
        java.net.PlainSocketImpl.socketAccept java.util.TimerThread.mainLoop`,
    },
    {
      kind: 'collection',
      names: 'GC_active java.lang.System.gc java.lang.Runtime.gc',
      pattern:
        /^(?:G1\w*|Z(?:GC|Mark|Driver|Worker|Relocat|Page|Heap|Barrier|Generation|Director|Stat)\w*|Shenandoah\w*|X(?:Mark|Driver|Relocate)\w*|Par(?:Scan|allel|New|Compact|Mark)\w*|PS[A-Z]\w*|PCMark\w*|Serial(?:Heap|FullGC)\w*|DefNew\w*|GenCollected\w*|CMS\w*|Concurrent(?:Mark|G1|GC|Refine)\w*|GCTask\w*|GCWorker\w*|GangWorker|WorkerThread|WorkGang|GenericTaskQueue\w*|OopStorage\w*|ReferenceProcessor\w*|MarkSweep\w*|VM_(?:G1|GC|Gen|Par)\w*|InstanceRefKlass)(?:<[^(]*>)?::/,
    },
    {
      kind: 'compilation',
      pattern:
        /^(?:CompileBroker|C[12]?Compiler|Compiler|Compile|Compilation|CompilerThread|CompileTask|Phase\w+|JVMCI\w*)::|^jdk\.vm\.ci\.|^org\.graalvm\.compiler\.|^jdk\.graal\.compiler\./,
    },
    {
      kind: 'runtime',
      pattern:
        /^(?:VMThread|WatcherThread|SafepointSynchronize|ServiceThread|MonitorDeflationThread|NMethodSweeper|SweeperThread|jdk\.jfr\.internal|one\.profiler|AsyncProfiler|Profiler|io\.pyroscope\.(?:javaagent|vendor))(?:::|\.)/,
    },
    {
      kind: 'scheduling',
      names: `
        jdk.internal.misc.Unsafe.park jdk.internal.misc.Unsafe.unpark sun.misc.Unsafe.park sun.misc.Unsafe.unpark
        java.lang.Thread.yield java.lang.Thread.yield0 java.lang.Object.wait0 Unsafe_Park Unsafe_Unpark`,
      pattern:
        /^(?:java\.util\.concurrent\.locks\.LockSupport\.|(?:Parker|PlatformEvent|ObjectMonitor|os::PlatformEvent|os::PlatformMonitor)::|jdk\.internal\.vm\.Continuation\.)/,
    },
    {
      kind: 'interpreter',
      names: `
        Interpreter call_stub java.lang.reflect.Method.invoke java.lang.reflect.Constructor.newInstance
        java.lang.reflect.Constructor.newInstanceWithCaller java.security.AccessController.doPrivileged
        java.security.AccessController.executePrivileged`,
      pattern:
        /^(?:JavaCalls::|StubRoutines|[vi]table stub|\w+ Runtime1 stub$|jni_(?:Call|invoke)|JVM_InvokeMethod|Reflection::|(?:jdk\.internal|sun)\.reflect\.|java\.lang\.invoke\.(?:LambdaForm|DirectMethodHandle|DelegatingMethodHandle|Invokers|BoundMethodHandle|MethodHandle\.)|[\w.]*\$Proxy\d*\.)/,
    },
    {
      kind: 'program',
      names: `
        java.lang.Thread.run java.lang.Thread.runWith java_start thread_native_entry thread_entry JavaMain
        jdk.internal.misc.InnocuousThread.run java.lang.VirtualThread.run`,
      pattern:
        /^(?:JavaThread::(?:run|thread_main_inner)|Thread::call_run|java\.lang\.ClassLoader\.|jdk\.internal\.loader\.)/,
    },
    {
      kind: 'dispatch',
      pattern:
        /^(?:java\.util\.concurrent\.(?:ThreadPoolExecutor|ScheduledThreadPoolExecutor|FutureTask|Executors|ForkJoin|CompletableFuture|CountedCompleter|StructuredTaskScope|ThreadPerTaskExecutor)|java\.util\.Timer|java\.lang\.VirtualThread|(?:javax|jakarta)\.(?:servlet|ws\.rs|websocket)\.|(?:com\.)?sun\.net\.httpserver\.|com\.sun\.jersey\.|com\.google\.inject\.servlet\.|com\.linecorp\.armeria\.|org\.apache\.(?:catalina|coyote|tomcat|pekko|cxf|camel|struts|kafka\.(?:clients\.consumer|streams)|rocketmq)\.|org\.(?:eclipse\.jetty|glassfish\.(?:jersey|grizzly)|jboss\.(?:resteasy|threads)|quartz|http4s|apache\.wicket)\.|org\.springframework\.(?:web|boot|security|aop|cglib|transaction|messaging|kafka|amqp|jms|scheduling|cloud|integration|graphql|retry|cache\.interceptor|core\.task)\.|io\.(?:netty|undertow|vertx|quarkus|micronaut|grpc|ktor|javalin|helidon|dropwizard|opentelemetry|micrometer|smallrye|reactivex|pyroscope\.labels|projectreactor)\.|reactor\.|rx\.|akka\.|play\.(?:core|api)\.|ratpack\.|spark\.(?:http|embeddedserver)\.|kotlinx?\.coroutines\.|scala\.concurrent\.|cats\.effect\.|zio\.|fs2\.|datadog\.trace\.|co\.elastic\.apm\.)/,
    },
    { kind: 'library', pattern: new RegExp(String.raw`^(?:${libraries})\.`) },
  ],
};
