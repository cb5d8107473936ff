/** "Only my code": what each runtime brings along is merged into its callers. */

interface OwnCodePreset {
  readonly id: string;
  readonly title: string;
  /** A search for what is not one's own. */
  readonly match: string;
}

export const ownCodePresets: readonly OwnCodePreset[] = [
  // Import paths of the standard library have no dot in them.
  { id: 'go', title: 'Go: without runtime and standard library', match: String.raw`pkg:/^[^.]+$/ -pkg:/^main$/` },
  {
    id: 'node',
    title: 'Node.js: without node_modules and internals',
    match: 'file:node_modules | file:/^node:/ | pkg:/^node:/',
  },
  {
    id: 'python',
    title: 'Python: without packages and standard library',
    match: 'file:site-packages | file:/lib.python/ | file:/^<frozen/',
  },
  {
    id: 'jvm',
    title: 'JVM: without java., jdk. and sun.',
    match: String.raw`/^(java|javax|jdk|sun|kotlin|scala)[./]/`,
  },
  { id: 'rust', title: 'Rust: without std, core and alloc', match: '/^<?(std|core|alloc)::/' },
];
