/** Between the bytes that callers see and those that are stored: the seam for encryption at rest. */
export interface ValueTransformer {
  /** `key` is data to authenticate: a value must not be readable under another key. */
  toStorage(key: string, value: Uint8Array): Uint8Array;
  /** Throws when the bytes are not what `toStorage` made for this key. */
  fromStorage(key: string, bytes: Uint8Array): Uint8Array;
}

/** Stores values as they are. */
export const identityTransformer: ValueTransformer = {
  toStorage: (_key, value) => value,
  fromStorage: (_key, bytes) => bytes,
};
