import type { Runtime } from './frame-kind.ts';

// Import paths of the standard library, by their first element. One's own may have no dot either.
const standard =
  'archive|bufio|bytes|cmp|compress|container|context|crypto|database|debug|embed|encoding|errors|expvar|flag|fmt|go|hash|html|image|index|internal|io|iter|log|maps|math|mime|net|os|path|plugin|reflect|regexp|runtime|slices|sort|strconv|strings|sync|syscall|testing|text|time|unicode|unique|unsafe|vendor|weak';

export const goRuntime: Runtime = {
  language: {
    title: 'Go',
    name: /^(?:runtime|main|net\/http|syscall|sync|internal\/\w[\w/]*|[\w-]+\.\w+\/[\w./-]+)\.(?:\(\*|\w)/,
  },
  sources: /\.go$/,
  systemPackages: /^(?:runtime|internal|syscall|reflect|sync)(?:\/|$)/,
  ownCode: {
    id: 'go',
    title: 'Go',
    hidden: 'runtime, standard library, modules',
    match: String.raw`pkg:/^(${standard})(\/|$)/ | pkg:/^golang\.org\/x\// | file:/\/pkg\/mod\/|@v\d|\/vendor\//`,
    isSign: (name, file) => file.endsWith('.go') || /^runtime\.(?:main|goexit|mcall|mallocgc|systemstack)$/.test(name),
  },
  rules: [
    {
      kind: 'idle',
      names: `
        runtime.findRunnable runtime.findrunnable runtime.stopm runtime.mPark runtime.notesleep runtime.notetsleep
        runtime.notetsleepg runtime.notetsleep_internal runtime.futexsleep runtime.semasleep runtime.netpoll
        runtime.epollwait runtime.kevent runtime.sysmon runtime.stealWork runtime.runqsteal runtime.runqgrab
        runtime.pthread_cond_wait runtime.pthread_cond_timedwait_relative_np runtime.scavengeSleep
        internal/runtime/syscall.EpollWait internal/runtime/syscall/linux.EpollWait`,
    },
    {
      kind: 'collection',
      names:
        'runtime.GC runtime/debug.FreeOSMemory runtime.sweepone runtime.deductSweepCredit runtime.deductAssistCredit',
      pattern:
        /^(?:runtime\.(?:gc[A-Z]|\(\*gc|bgsweep|bgscavenge|finishsweep|markroot|marknewobject|greyobject|scan(?:[Oo]bject|block|stack|frame|conservative|Span)|tryDeferToSpanScan|wb(?:Buf|Move|Zero)|\(\*wbBuf|bulkBarrier|\(\*(?:sweepLocked|sweepLocker|activeSweep)\)|\(\*mspan\)\.sweep|\(\*pageAlloc\)\.scavenge|\(\*scavengerState\)|\(\*mheap\)\.(?:reclaim|nextSpanForSweep)|(?:stop|start)TheWorld)|internal\/runtime\/gc\/)/,
    },
    {
      // The profiler itself.
      kind: 'runtime',
      names: 'runtime.mProf_Flush runtime.mProf_FlushLocked',
      pattern:
        /^(?:runtime\/pprof\.(?:profileWriter|writeHeap|writeProto|writeRuntimeProfile|\(\*profileBuilder\)|\(\*Profile\))|github\.com\/grafana\/pyroscope-go(?:\/(?:internal|upstream|godeltaprof)[./]|\.\(\*Session\)))/,
    },
    {
      kind: 'scheduling',
      names: `
        runtime.mcall runtime.systemstack runtime.systemstack_switch runtime.morestack runtime.morestack_noctxt
        runtime.newstack runtime.copystack runtime.adjustframe runtime.gopreempt_m runtime.goschedImpl runtime.gosched_m
        runtime.Gosched runtime.goschedguarded runtime.park_m runtime.schedule runtime.execute runtime.gogo
        runtime.goexit0 runtime.goexit1 runtime.gdestroy runtime.gopark runtime.goparkunlock runtime.goready
        runtime.goready.func1 runtime.ready runtime.readyWithTime runtime.readyWithTime.goready.func1 runtime.wakep
        runtime.startm runtime.newm runtime.newm1 runtime.allocm runtime.mstart runtime.mstart0 runtime.mstart1
        runtime.notewakeup runtime.futexwakeup runtime.futex runtime.semawakeup runtime.asyncPreempt
        runtime.asyncPreempt2 runtime.procyield runtime.osyield runtime.usleep runtime.netpollblock
        runtime.netpollgoready runtime.netpollunblock runtime.netpollBreak runtime.resetspinning runtime.gcstopm
        runtime.runqget runtime.runqput runtime.runqdrain runtime.casgstatus runtime.acquirem runtime.releasem
        runtime.acquirep runtime.releasep runtime.wirep runtime.handoffp runtime.lock runtime.lock2
        runtime.lockWithRank runtime.unlock runtime.unlock2 runtime.unlockWithRank runtime.tgkill runtime.retake
        runtime.suspendG runtime.resumeG runtime.pidleput runtime.pidleget internal/poll.runtime_pollWait`,
      pattern:
        /^runtime\.(?:entersyscall|exitsyscall|reentersyscall|injectglist|checkTimers|runOneTimer|\(\*timers?\)\.(?:check|run)|signalM|preempt(?:M|one|all)|sig(?:tramp|handler|fwd)|doSigPreempt|pthread_)/,
    },
    {
      kind: 'allocation',
      pattern:
        /^runtime\.(?:mallocgc|newobject|makeslice|growslice|newarray|makemap|makechan|raw(?:byte|rune|string)|concatstring|convT|slicebytetostring|stringtoslice|persistentalloc|nextFreeFast|heapSetType|heapBitsSetType|mProf_Malloc|profilealloc|\(\*(?:mcache|mcentral|fixalloc|spanSet)\)|\(\*mheap\)\.(?:alloc|grow|initSpan)|\(\*pageAlloc\)\.alloc)/,
    },
    { kind: 'program', names: 'runtime.goexit runtime.main runtime.rt0_go runtime.doInit runtime.doInit1' },
    {
      kind: 'dispatch',
      names: `
        sync.(*Once).Do sync.(*Once).doSlow sync.(*WaitGroup).Go.func1 time.goFunc testing.tRunner
        runtime/pprof.Do runtime.runfinq
        golang.org/x/sync/errgroup.(*Group).Go.func1 golang.org/x/sync/singleflight.(*Group).doCall`,
      pattern:
        /^(?:net\/http[./]|net\/rpc\.|golang\.org\/x\/net\/http2[./]|google\.golang\.org\/grpc[./]|connectrpc\.com\/|go\.opentelemetry\.io\/contrib\/|gopkg\.in\/DataDog\/dd-trace-go|go\.temporal\.io\/sdk\/|github\.com\/(?:gin-gonic|gin-contrib|labstack\/(?:echo|gommon)|go-chi|gorilla\/(?:mux|handlers)|julienschmidt\/httprouter|valyala\/fasthttp|gofiber|gogo\/grpc|grpc-ecosystem|twitchtv\/twirp|go-kit\/kit|beego|kataras\/iris|cloudwego\/(?:hertz|kitex)|zeromicro\/go-zero|go-kratos|urfave\/(?:negroni|cli)|spf13\/cobra|oklog\/run|hibiken\/asynq|riverqueue|rs\/cors|justinas\/alice|DataDog\/dd-trace-go|grafana\/pyroscope-go)[./]|[^(]*\._\w+_Handler(?:\.func\d+)?$)/,
    },
    { kind: 'library', pattern: new RegExp(String.raw`^(?:(?:${standard})(?:\/[\w/.]*)?\.[\w(]|golang\.org\/x\/)`) },
  ],
};
