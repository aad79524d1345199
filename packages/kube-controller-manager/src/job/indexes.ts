/** A set of completion indexes. */
export type Indexes = ReadonlySet<number>;

/** Reads `1,3-5`, leaving out what is not below `completions` or no number; a job that was made smaller forgets the rest. */
export function parseIndexes(text: string | undefined, completions: number): Indexes {
  const out = new Set<number>();
  for (const part of (text ?? "").split(",")) {
    const match = /^(\d+)(?:-(\d+))?$/.exec(part);
    if (match === null) continue;
    const last = Math.min(Number(match[2] ?? match[1]), completions - 1);
    for (let index = Number(match[1]); index <= last; index++) out.add(index);
  }
  return out;
}

/** Writes `1,3-5`; runs of two are listed one by one. */
export function formatIndexes(indexes: Indexes): string {
  const parts: string[] = [];
  let first: number | undefined;
  let last = -1;
  const flush = (): void => {
    if (first !== undefined) parts.push(first === last ? `${first}` : separated(first, last));
  };
  for (const index of [...indexes].sort((a, b) => a - b)) {
    if (first !== undefined && index === last + 1) {
      last = index;
      continue;
    }
    flush();
    first = index;
    last = index;
  }
  flush();
  return parts.join(",");
}

function separated(first: number, last: number): string {
  return last === first + 1 ? `${first},${last}` : `${first}-${last}`;
}

/** All of both. */
export function union(a: Indexes, b: Iterable<number>): Indexes {
  return new Set([...a, ...b]);
}

/** The first `count` indexes below `completions` that are not taken. */
export function firstFree(taken: Indexes, count: number, completions: number): readonly number[] {
  const out: number[] = [];
  for (let index = 0; index < completions && out.length < count; index++) {
    if (!taken.has(index)) out.push(index);
  }
  return out;
}
