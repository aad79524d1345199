/** Between the bytes that callers see and those that are stored: the seam for encryption at rest. */
export interface ValueTransformer {
  /**
   * `key` is data to authenticate: a value must not be readable under another key. Throws `Unavailable` while it cannot encrypt: nothing
   * is ever stored in the clear instead.
   */
  toStorage(key: string, value: Uint8Array): Uint8Array;
  /** Throws `Undecipherable` when the bytes are not what `toStorage` made for this key; a promise where a key service must be asked. */
  fromStorage(key: string, bytes: Uint8Array): Uint8Array | Promise<Uint8Array>;
  /** True when `toStorage` would use another key or method than the one that these bytes were made with. */
  isStale(key: string, bytes: Uint8Array): boolean;
}
