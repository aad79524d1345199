/** Which features are on. An unknown name is a bug in the caller. */
export interface FeatureGates {
  enabled(name: string): boolean;
  /** Every gate by name, for /metrics and error messages. */
  all(): ReadonlyMap<string, boolean>;
}
