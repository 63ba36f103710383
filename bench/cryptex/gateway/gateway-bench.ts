/** Shared by the parts of the benchmark of the gateway. */
export interface GatewayBench {
  /** Empty at first; each part has a folder of its own below it. */
  readonly folder: string;
  readonly rounds: number;
  /** For which nothing happens, or a load lasts. */
  readonly seconds: number;
}
