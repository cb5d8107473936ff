import type { Runtime } from './frame-kind.ts';

const servers =
  'flask|werkzeug|django|rest_framework|asgiref|starlette|fastapi|uvicorn|gunicorn|hypercorn|daphne|channels|aiohttp|tornado|sanic|falcon|bottle|cherrypy|pyramid|waitress|gevent|eventlet|anyio|trio|uvloop|grpc|celery|kombu|billiard|rq|dramatiq|huey|click|typer|opentelemetry|ddtrace|sentry_sdk|newrelic|elasticapm|pyroscope|litestar|quart|graphene|strawberry';

export const pythonRuntime: Runtime = {
  language: { title: 'Python', name: /^<module>|<locals>|\.__(?:init|call|enter)__$|^_PyEval/ },
  sources: /\.py$|^<frozen /,
  systemPackages: /^(?:importlib|_frozen_importlib|threading)$/,
  systemBinaries: /^(?:libpython[\d.]*(?:[.-]|$)|python[\d.]*$)/i,
  ownCode: {
    id: 'python',
    title: 'Python',
    hidden: 'standard library, packages',
    match: String.raw`file:/(site|dist)-packages|lib\/python\d|^<frozen/ | pkg:/^(importlib|_frozen_importlib|threading)$/`,
    isSign: (name, file) => file.endsWith('.py') || /\.py:\d+\)$/.test(name),
  },
  rules: [
    {
      kind: 'idle',
      names: `
        EpollSelector.select SelectSelector.select PollSelector.select KqueueSelector.select _PollLikeSelector.select
        Thread.join Thread._wait_for_tstate_lock Thread._join_thread`,
      file: /python\d[\d.]*\/selectors\.py$/,
    },
    {
      kind: 'collection',
      names: `
        gc_collect_main gc_collect_region gc_collect_with_callback gc_collect_generations collect_with_callback
        _PyGC_Collect _PyGC_CollectNoFail _Py_RunGC PyGC_Collect deduce_unreachable subtract_refs visit_decref
        visit_reachable move_unreachable delete_garbage <gc>`,
    },
    { kind: 'compilation', names: '_PyJIT_Compile _PyOptimizer_Optimize _PyAST_Compile _PyParser_ASTFromString' },
    {
      kind: 'interpreter',
      names: `
        PyEval_EvalCode PyEval_EvalFrame PyEval_EvalFrameEx function_code_fastcall
        method_vectorcall slot_tp_call slot_tp_init object_vacall vectorcall_method run_eval_code_obj
        _pyrun_file pyrun_file Py_RunMain Py_BytesMain Py_Main partial_vectorcall`,
      pattern:
        /^(?:_PyEval_\w+|_?PyObject_(?:Vectorcall|Call|FastCall|MakeTpCall)\w*|_PyFunction_\w*[Cc]all\w*|_PyRun_\w+|PyRun_\w+|cfunction_\w*call\w*|method_vectorcall_\w+|pymain_\w+)$/,
    },
    {
      kind: 'program',
      names: `
        <module> Thread._bootstrap Thread._bootstrap_inner Thread.run BaseProcess._bootstrap BaseProcess.run
        _run_module_as_main _run_code run_module run_path _find_and_load _find_and_load_unlocked _load_unlocked
        _call_with_frames_removed _handle_fromlist import_module _gcd_import _LoaderBasics.exec_module
        SourceLoader.exec_module SourceLoader.get_code _compile_bytecode`,
      pattern: /^(?:thread \(\d+\)|thread:|process \d+|<frozen )/,
      file: /^<frozen |python\d[\d.]*\/(?:runpy|importlib\/[\w/]+|multiprocessing\/(?:process|popen_\w+|spawn|forkserver))\.py$/,
    },
    {
      kind: 'dispatch',
      names: `
        Runner.run Task.__step Task.__step_run_and_handle_result Context.run _WorkItem.run _worker
        run_in_threadpool WorkerThread.run run_sync_in_worker_thread run_endpoint_function solve_dependencies
        Flask.__call__ Flask.wsgi_app Flask.full_dispatch_request Flask.dispatch_request Flask.preprocess_request
        Flask.ensure_sync View.dispatch View.as_view.<locals>.view APIView.dispatch ViewSetMixin.as_view.<locals>.view
        convert_exception_to_response.<locals>.inner MiddlewareMixin.__call__ csrf_exempt.<locals>._view_wrapper
        request_response.<locals>.app request_response.<locals>.app.<locals>.app
        wrap_app_handling_exceptions.<locals>.wrapped_app get_request_handler.<locals>.app websocket_session.<locals>.app
        RequestResponseCycle.run_asgi ProxyHeadersMiddleware.__call__ serve_forever tag_wrapper
        build_tracer.<locals>.trace_task trace_task fast_trace_task _call_behavior _unary_response_in_pool
        RequestHandler._execute RequestHandler.start RequestHandler._handle_request Application._handle
        ServerRunner.run SyncManager.serve_client Application.run Worker.init_process`,
      pattern:
        /^(?:(?:BaseServer|TCPServer|UDPServer|HTTPServer|ThreadingMixIn|ForkingMixIn|BaseRequestHandler|StreamRequestHandler|BaseHTTPRequestHandler|SimpleHTTPRequestHandler|WSGIServer|WSGIRequestHandler|ServerHandler|BaseEventLoop|_UnixSelectorEventLoop|BaseSelectorEventLoop|_SelectorSocketTransport|Handle|TimerHandle|Arbiter|SyncWorker|ThreadWorker|GeventWorker|AsyncWorker|UvicornWorker|BaseApplication|WSGIApplication|WSGIHandler|ASGIHandler|Starlette|FastAPI|ServerErrorMiddleware|ExceptionMiddleware|AsyncExitStackMiddleware|BaseHTTPMiddleware|CORSMiddleware|GZipMiddleware|ContextTask|HTTP1ServerConnection|HTTP1Connection|_HTTPRequestContext|H11Protocol|HttpToolsProtocol|BaseAsyncIOLoop|AsyncIOLoop|IOLoop)\.|BaseHandler\.(?:run|get_response|_get_response|get_response_async|_get_response_async)$|(?:Router|Route|Mount|APIRoute)\.(?:__call__|app|handle)$|Server\.(?:run|serve|_serve|main_loop|on_tick)$|[^(]*\.do_(?:GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS)$)/,
      file: new RegExp(
        String.raw`(?:site|dist)-packages\/(?:${servers})\/|python\d[\d.]*\/(?:asyncio\/\w+|socketserver|http\/server|wsgiref\/\w+|concurrent\/futures\/\w+|threading|multiprocessing\/\w+|sched|contextvars)\.py$`,
      ),
    },
    { kind: 'library', file: /(?:site|dist)-packages\/|\blib\/python\d/ },
  ],
};
