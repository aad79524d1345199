import { nameWriter } from "./name-codec.ts";
import type { Name } from "./name.ts";

/** A question to another server, recursion desired. */
export function writeQuery(id: number, name: Name, type: number): Uint8Array {
  const out = nameWriter();
  out.uint16(id);
  out.uint16(0x0100);
  out.uint16(1);
  for (let i = 0; i < 3; i++) out.uint16(0);
  out.name(name);
  out.uint16(type);
  out.uint16(1);
  return out.bytes();
}
