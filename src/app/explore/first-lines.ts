/** The lines that send a program's profiles, by language, as its agent documents them. */

export type Language = 'go' | 'node' | 'python' | 'rust' | 'java' | 'other';

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

/** In quotes of a language that escapes as JSON does. */
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
    note: 'The Java agent sends JFR, which this server does not take yet. async-profiler writes stacks that it takes.',
    steps: [
      { title: 'Record 30 s', linesFor: () => 'asprof -d 30 -e cpu -o collapsed -f stacks.txt PID' },
      {
        title: 'Send',
        linesFor: (address) => `curl --data-binary @stacks.txt '${address}/ingest?name=my-service'`,
      },
    ],
  },
  other: {
    title: 'pprof file',
    steps: [
      {
        title: 'Send',
        linesFor: (address) => `curl --data-binary @cpu.pb.gz '${address}/ingest?format=pprof&name=my-service'`,
      },
    ],
  },
};
