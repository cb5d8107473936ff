/** C, C++, Rust and the kernel. */
import type { Runtime } from './frame-kind.ts';

export const rustRuntime: Runtime = {
  language: {
    title: 'Rust',
    name: /^<?(?:core|alloc|std::(?:rt|sys|thread|panic\w*))::|::h[0-9a-f]{16}$|\{\{closure\}\}/,
  },
  sources: /\.rs$/,
  systemPackages: /^(?:core|std|alloc)$/,
  ownCode: {
    id: 'rust',
    title: 'Rust',
    hidden: 'std, core, alloc, crates',
    match: String.raw`/^<?(std|core|alloc)::/ | file:/^\/rustc\/|\.cargo\/registry/`,
    isSign: (name, file) => file.endsWith('.rs') || /^<?(?:core|alloc)::/.test(name),
  },
  rules: [
    {
      kind: 'idle',
      pattern:
        /^<?(?:tokio::runtime::scheduler::\w+::(?:worker::Context::park|Context::park)|tokio::runtime::(?:driver|io|time|park|signal|process)\b.*::park|mio::poll::Poll::poll|crossbeam_\w+::sync::parker|rayon_core::sleep::)/,
    },
    {
      kind: 'scheduling',
      pattern:
        /^<?std::sys\w*::.*(?:futex|park(?:er|ing)?|condvar)::|^<?(?:std::thread::(?:park|yield_now)|parking_lot_core::)/,
    },
    {
      kind: 'program',
      pattern:
        /^<?(?:std::(?:rt::|panic::catch_unwind|panicking::|thread::(?:lifecycle|Builder|spawn|scoped)|sys(?:_common)?::(?:backtrace|thread|pal))|core::(?:panic::unwind_safe|ops::function::Fn)|alloc::boxed::Box<dyn core::ops::function::Fn)/,
    },
    {
      kind: 'allocation',
      pattern:
        /^<?(?:alloc::(?:alloc|raw_vec|boxed::Box<.{0,200}>::new)|__rust_(?:alloc|dealloc|realloc)|__rg_)|^__rustc?::__rust_(?:alloc|dealloc|realloc)|^core::ptr::drop_in_place<alloc::raw_vec/,
    },
    {
      kind: 'dispatch',
      pattern:
        /^<?(?:tokio(?:_util|_stream)?|hyper(?:_util)?|h2|axum(?:_core|_extra)?|tower(?:_\w+)?|actix(?:_\w+)?|warp|rocket|tonic|poem|salvo|tide|ntex|futures(?:_\w+)?|async_std|async_executor|smol|rayon(?:_core)?|crossbeam(?:_\w+)?|tracing(?:_\w+)?|opentelemetry|async_graphql|core::future|lambda_runtime)(?:::|\[)/,
    },
    {
      kind: 'library',
      pattern: /^<*&?(?:mut )?(?:std|core|alloc|hashbrown|serde(?:_json)?|memchr|regex(?:_\w+)?)(?:::|\[)/,
      file: /^\/rustc\/|\.cargo\/registry/,
    },
  ],
};

export const nativeRuntime: Runtime = {
  systemPackages: /^__gnu_cxx$/,
  systemBinaries:
    /^(?:\[?(?:vdso|vsyscall|unknown)|lib(?:c|m|gcc_s|stdc\+\+|pthread|dl|rt)(?:[.-]|$)|ld-(?:linux|musl)|ntdll|kernel32|libsystem_|jit$)/i,
  ownCode: {
    id: 'native',
    title: 'native',
    hidden: 'C and C++ libraries, kernel',
    match: String.raw`/^std::/ | pkg:/^(std|__gnu_cxx)$|^(lib(c|m|gcc_s|stdc\+\+|pthread|dl|rt)|ld)[.-]|^\[/`,
    isSign: (_, file, mapping) => /\.(?:c|cc|cpp|cxx)$/.test(file) || /\.so(?:\.|$)/.test(mapping),
  },
  rules: [
    {
      kind: 'idle',
      names:
        'epoll_wait epoll_pwait __epoll_wait __GI_epoll_wait __GI___epoll_wait __poll __GI___poll __GI___libc_poll ppoll __ppoll __select __GI___select kevent kevent64 ev_poll',
    },
    {
      kind: 'scheduling',
      names: 'sched_yield __sched_yield __lll_lock_wait futex_wait',
      pattern:
        /^(?:__(?:GI_)*)?(?:futex_abstimed_wait|_?pthread_cond_(?:timed|clock)?wait|pthread_cond_signal|futex_wait_|psynch_cvwait|ulock_wait)\w*/,
    },
    {
      kind: 'program',
      names: `
        _start start_thread clone clone3 __clone __clone3 thread_start _pthread_start pthread_start
        __libc_start_main __libc_start_main_impl __libc_start_call_main __libc_init_first BaseThreadInitThunk
        RtlUserThreadStart execute_native_thread_routine _dl_start _dl_start_user`,
      pattern: /^(?:std::thread::(?:_State_impl|_Invoker)|std::__(?:1::)?(?:invoke|thread_proxy)|__libc_start_main@)/,
    },
    {
      kind: 'allocation',
      names: `
        malloc free calloc realloc cfree malloc_consolidate _int_malloc _int_free _int_realloc __libc_malloc
        __libc_free __libc_calloc __libc_realloc __GI___libc_malloc __GI___libc_free __GI___libc_realloc
        posix_memalign aligned_alloc sysmalloc tcache_get tcache_put unlink_chunk`,
      pattern: /^(?:operator (?:new|delete)|(?:je|tc|mi|_?rjem|__?je)_\w*(?:alloc|free|dallocx)|tcmalloc::)/,
    },
    {
      kind: 'dispatch',
      names:
        'event_base_loop event_base_dispatch ev_run g_main_loop_run g_main_context_iterate g_main_context_dispatch',
      pattern:
        /^(?:boost::asio::|folly::|grpc::|grpc_core::|seastar::|ngx_(?:process|event|worker|http_(?:process|core|handler))\w*|QEventLoop::|QCoreApplication::|uv__?run|httplib::Server|drogon::|crow::)/,
    },
    {
      kind: 'library',
      pattern:
        /^(?:[\w ]+ )?(?:std|__gnu_cxx|boost|absl)::|^\[?(?:lib[\w+.-]+\.so[.\d]*|ld-[\w.-]+|vdso|vsyscall|kernel\.kallsyms)(?:\]|\+0x)/,
    },
  ],
};

export const kernelRuntime: Runtime = {
  systemBinaries: /^\[?(?:kernel|vmlinux)/i,
  rules: [
    {
      kind: 'idle',
      names: `
        do_idle cpu_startup_entry cpu_idle_loop default_idle default_idle_call arch_cpu_idle cpuidle_enter
        cpuidle_enter_state intel_idle intel_idle_irq mwait_idle acpi_idle_enter native_safe_halt pv_native_safe_halt
        acpi_processor_ffh_cstate_enter poll_idle do_epoll_wait ep_poll __x64_sys_epoll_wait __x64_sys_epoll_pwait`,
    },
    {
      kind: 'scheduling',
      names:
        'io_schedule schedule_timeout schedule_hrtimeout_range schedule_hrtimeout_range_clock __switch_to __switch_to_asm',
      pattern:
        /^(?:__schedule|finish_task_switch|preempt_schedule|__cond_resched|dequeue_task|enqueue_task|pick_next_task|try_to_wake_up|ttwu_|update_curr|futex_(?:wait|wake)|do_futex|__x64_sys_futex|hrtimer_|sysvec_apic_timer|asm_sysvec_|asm_sysvec|tick_sched|scheduler_tick)/,
    },
  ],
};
