/** A place between two lines of a log, behind the last one that was read. */
export interface LogPlace {
  readonly bytes: number;
  readonly lines: number;
  /** The line before it, by which the log is known again: a log that was cut back and written anew is another one. */
  readonly last: string;
}

/** What a log's beginning was folded to, kept beside it so that a long log opens fast. Disposable: whoever finds it unfit reads the log. */
export interface Checkpoint {
  readonly at: LogPlace;
  /** Plain JSON. */
  readonly state: unknown;
}
