/** Characters of all warnings together; beyond, each is cut. Upstream's numbers. */
const ALL_MAX = 4096;
const EACH_MAX = 256;

/** What is sent of the warnings of a request: each once, and no more than headers bear. */
export function shownWarnings(texts: readonly string[]): readonly string[] {
  const distinct = [...new Set(texts)].filter((text) => text !== "");
  const lengths = distinct.map((text) => Array.from(text).length);
  if (lengths.reduce((sum, length) => sum + length, 0) <= ALL_MAX) return distinct;
  const out: string[] = [];
  let written = 0;
  for (const [index, text] of distinct.entries()) {
    // Those that the limit was found with are all sent, cut; of what comes later only what fits.
    if (written >= ALL_MAX) break;
    const cut = (lengths[index] ?? 0) > EACH_MAX ? Array.from(text).slice(0, EACH_MAX).join("") : text;
    written += Math.min(lengths[index] ?? 0, EACH_MAX);
    out.push(cut);
  }
  return out;
}
