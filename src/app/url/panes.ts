/** The views of a profile and of a comparison, in the order in which they are offered. */

interface PaneWords {
  /** In a row of choices; undefined if it is a view of two sides alone. */
  readonly title?: string;
  /** In Compare; undefined if it is a view of one profile alone. */
  readonly compared?: string;
  /** In the summary of a link, where the title alone would say too little. */
  readonly summary?: string;
  /** What a profile must have to be offered it: a time for each sample, and which thread it is of too. */
  readonly needs?: 'times' | 'threads';
  /** Whether the list of functions is beside it, where there is room. */
  readonly hasList?: true;
  /** Whether it draws the zoom of the link (`z`): the other views show all, whatever the graph is zoomed to. */
  readonly zooms?: true;
}

/** A view of a profile is its line here, and `view.tsx` in the folder of its name in `views`. */
const words = {
  flame: { title: 'Flame', compared: 'Diff flame', zooms: true },
  sides: { compared: 'Side by side', zooms: true },
  functions: { title: 'Functions', compared: 'Diff table' },
  both: { title: 'Both', summary: 'Flame with functions', hasList: true, zooms: true },
  sandwich: { title: 'Sandwich', compared: 'Sandwich', hasList: true },
  tree: { title: 'Tree', compared: 'Tree' },
  source: { title: 'Source' },
  when: { title: 'When', needs: 'times' },
  chart: { title: 'Flame chart', needs: 'threads' },
} as const satisfies Record<string, PaneWords>;

export type Pane = keyof typeof words;

export const panes: Readonly<Record<Pane, PaneWords>> = words;
export const paneIds = Object.keys(words) as Pane[];
