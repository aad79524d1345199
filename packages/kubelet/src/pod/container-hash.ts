import type { AnyContainer } from "./containers.ts";

/**
 * Changes when a running container must be replaced because its definition changed: only the image can (and the name, which
 * tells containers apart). The same number as upstream's, in hexadecimal.
 */
export function containerHash(container: AnyContainer): string {
  const text = JSON.stringify({ image: container.image ?? "", name: container.name });
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash.toString(16);
}
