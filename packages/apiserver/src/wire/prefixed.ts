/** A protobuf field of bytes: its key, its length, itself. */
export function prefixed(key: number, bytes: Uint8Array): Uint8Array {
  const head: number[] = [key];
  let rest = bytes.length;
  while (rest >= 0x80) {
    head.push((rest & 0x7f) | 0x80);
    rest = Math.floor(rest / 128);
  }
  head.push(rest);
  const out = new Uint8Array(head.length + bytes.length);
  out.set(head);
  out.set(bytes, head.length);
  return out;
}
