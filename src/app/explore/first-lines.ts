/** The lines that send a program's profiles, by language, as its agent documents them. */

export type Language = 'go' | 'node' | 'python' | 'rust' | 'java' | 'otel' | 'ebpf' | 'scrape' | 'other';

interface Step {
  readonly title: string;
  /** @param address of the server, without a slash at its end */
  linesFor(address: string): string;
}

interface Lines {
  readonly title: string;
  /** What is not obvious. */
  readonly note?: string;
  readonly steps: readonly Step[];
}

/** In quotes, for languages that escape as JSON does. */
const quoted = (text: string): string => JSON.stringify(text);

export const languages: Readonly<Record<Language, Lines>> = {
  go: {
    title: 'Go',
    steps: [
      { title: 'Install', linesFor: () => 'go get github.com/grafana/pyroscope-go' },
      {
        title: 'In main()',
        linesFor: (address) => `pyroscope.Start(pyroscope.Config{
	ApplicationName: "my-service",
	ServerAddress:   ${quoted(address)},
})`,
      },
    ],
  },
  node: {
    title: 'Node.js',
    note: 'The first profile arrives after about a minute.',
    steps: [
      { title: 'Install', linesFor: () => 'npm install @pyroscope/nodejs' },
      {
        title: 'Before everything else',
        linesFor: (address) => `import Pyroscope from '@pyroscope/nodejs';
Pyroscope.init({ appName: 'my-service', serverAddress: ${quoted(address)}, wall: { collectCpuTime: true } });
Pyroscope.start();`,
      },
    ],
  },
  python: {
    title: 'Python',
    steps: [
      { title: 'Install', linesFor: () => 'pip install pyroscope-io' },
      {
        title: 'At the start',
        linesFor: (address) => `import pyroscope
pyroscope.configure(application_name="my-service", server_address=${quoted(address)})`,
      },
    ],
  },
  rust: {
    title: 'Rust',
    steps: [
      { title: 'Install', linesFor: () => 'cargo add pyroscope pyroscope_pprofrs' },
      {
        title: 'In main()',
        linesFor: (address) => `use pyroscope::PyroscopeAgent;
use pyroscope_pprofrs::{pprof_backend, PprofConfig};

let agent = PyroscopeAgent::builder(${quoted(address)}, "my-service")
    .backend(pprof_backend(PprofConfig::new().sample_rate(100)))
    .build()?;
let running = agent.start()?;`,
      },
    ],
  },
  java: {
    title: 'Java',
    note: 'The agent is pyroscope.jar of github.com/grafana/pyroscope-java.',
    steps: [
      {
        title: 'Start with the agent',
        linesFor: (address) => `PYROSCOPE_APPLICATION_NAME=my-service PYROSCOPE_SERVER_ADDRESS=${quoted(address)} \\
PYROSCOPE_FORMAT=jfr PYROSCOPE_PROFILER_EVENT=itimer PYROSCOPE_PROFILER_ALLOC=512k PYROSCOPE_PROFILER_LOCK=10ms \\
java -javaagent:pyroscope.jar -jar my-service.jar`,
      },
      {
        title: 'Or send a recording',
        linesFor: (address) => `curl --data-binary @recording.jfr '${address}/ingest?format=jfr&name=my-service'`,
      },
    ],
  },
  otel: {
    title: 'OpenTelemetry',
    note: 'Profiles are alpha in OpenTelemetry. The service name is service.name, or else the name of the deployment, container or program.',
    steps: [
      {
        title: 'Start Flametide on the ports that exporters send to by default, 4317 and 4318',
        linesFor: () => 'npm start -- --otlp',
      },
      {
        title: 'Or a collector, with --feature-gates=service.profilesSupport',
        linesFor: (address) => `exporters:
  otlphttp:
    profiles_endpoint: ${address}/v1development/profiles
service:
  pipelines:
    profiles: { receivers: [otlp], exporters: [otlphttp] }`,
      },
    ],
  },
  ebpf: {
    title: 'eBPF',
    note: 'The profiler of github.com/open-telemetry/opentelemetry-ebpf-profiler sees all programs of a Linux machine, each a service called after its deployment, container or executable.',
    steps: [
      {
        title: 'eBPF profiler, by gRPC',
        linesFor: (address) =>
          `sudo ./ebpf-profiler -collection-agent=${address.replace(/^https?:\/\//, '')} -disable-tls`,
      },
    ],
  },
  scrape: {
    title: 'Without an agent',
    note: 'A Go program that imports net/http/pprof, or any other that serves /debug/pprof: Flametide fetches its profiles every 15 s.',
    steps: [
      { title: 'Start Flametide with the target', linesFor: () => 'npm start -- --scrape my-service=localhost:6060' },
    ],
  },
  other: {
    title: 'pprof file',
    note: 'The server refuses profiles older than its --max-profile-age; 0 accepts any age. Files opens a file of any age without sending it.',
    steps: [
      {
        title: 'Send',
        linesFor: (address) => `curl --data-binary @cpu.pb.gz '${address}/ingest?format=pprof&name=my-service'`,
      },
    ],
  },
};
