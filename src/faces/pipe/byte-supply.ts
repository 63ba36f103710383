/** Produces the next bytes, at most `max`, at least one. */
export interface ByteSupply {
  next(max: number, signal: AbortSignal): Promise<Uint8Array>;
  /** Something to say when all is written. */
  summary?(): string;
}
