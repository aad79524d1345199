import { CelError } from "../cel-error.ts";

/** Longest text that a function makes. Costs, which are counted by what goes in, do not always keep it from growing. */
const TEXT_LENGTH_MAX = 2 ** 24;

/** Throws CelError where a text would get too long. */
export function checkTextLength(length: number): void {
  if (length > TEXT_LENGTH_MAX) throw new CelError(`a text of ${length} characters is too long`);
}

/** Counts work that costs do not show, such as comparing what is deep within lists and maps. */
export interface Meter {
  /** Throws what ends the evaluation when there has been too much. */
  work(steps: number): void;
}
