import type { SizeEstimate } from "../cost.ts";
import { plus, times } from "../cost-estimate.ts";

/** The size of a text in which something was replaced, as upstream bounds it. */
export function replacedSize(subject: SizeEstimate, old: SizeEstimate, by: SizeEstimate): SizeEstimate {
  const longest = replacements({ size: subject.max, old: old.min, shrinks: by.max <= old.min });
  const shortest = replacements({ size: subject.min, old: old.max, shrinks: old.max <= by.min });
  const count = { min: shortest.count, max: longest.count };
  return plus(times(count, by), { min: shortest.kept, max: longest.kept });
}

/** How often something is replaced to get the bound, and how much of the text stays. */
function replacements({
  size,
  old,
  shrinks,
}: {
  readonly size: number;
  readonly old: number;
  readonly shrinks: boolean;
}) {
  // What is empty is found before, between and after all characters.
  if (old === 0) return { count: size + 1, kept: size };
  if (shrinks) return { count: 0, kept: size };
  return { count: Math.ceil(size / old), kept: 0 };
}
