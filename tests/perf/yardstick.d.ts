/** What the bench takes of ../shared/bench: plain JavaScript there. */
declare module 'yardstick' {
  export function loadColumns(url: string): Promise<never>;
  export function columnsOf<T>(columns: T): T;
  export function pickTarget(columns: unknown): { readonly row: number; readonly left: number; readonly right: number };
  export function layoutYardstick(columns: unknown): { readonly levels: number };
  export function cullYardstick(layout: unknown, view: unknown, boxes: unknown): number;
  export function paintYardstick(
    context: unknown,
    columns: unknown,
    boxes: unknown,
    count: number,
    options: unknown,
  ): void;
  export function boxesOf(): unknown;
  export function measure(trigger: () => void, options: { quiet: number }): Promise<{ painted: number; sync: number }>;
}
