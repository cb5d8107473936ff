/** How a subcommand ends. */
export interface Outcome {
  /** 0: done; 1: a change passes the threshold; 2: bad input. */
  readonly code: 0 | 1 | 2;
  readonly stdout: string;
  readonly stderr: string;
}
