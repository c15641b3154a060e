/** An event that does not fit the state: a defect in the writer or a log edited by hand. The run is refused. */
export class FoldError extends Error {
  readonly seq: number;
  constructor(message: string, seq: number) {
    super(`event ${String(seq)}: ${message}`);
    this.name = 'FoldError';
    this.seq = seq;
  }
}
