import { CelError } from "../cel-error.ts";
import { checkTextLength } from "../values/bounds.ts";

const SURROGATE = /[\ud800-\udbff]/;

/** A text whose places are counted in characters: most have one UTF-16 unit for each, and need no second look. */
class Points {
  readonly #starts: readonly number[] | undefined;
  readonly size: number;
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
    this.#starts = SURROGATE.test(text) ? startsOf(text) : undefined;
    this.size = this.#starts?.length ?? text.length;
  }

  /** The UTF-16 place of a character; past the last one, the end. */
  unit(point: number): number {
    return this.#starts === undefined ? point : (this.#starts[point] ?? this.#text.length);
  }

  /** The character that begins at a UTF-16 place; -1 for -1. */
  point(unit: number): number {
    if (this.#starts === undefined || unit < 0) return unit;
    let low = 0;
    let high = this.#starts.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#starts[middle] ?? unit) < unit) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function startsOf(text: string): readonly number[] {
  const starts: number[] = [];
  for (let i = 0; i < text.length; i += (text.codePointAt(i) ?? 0) > 0xffff ? 2 : 1) starts.push(i);
  return starts;
}

/** The characters from `start` to before `end`. Throws CelError where there are none such. */
export function slicePoints(text: string, start: number, end: number | undefined): string {
  const points = new Points(text);
  if (end !== undefined && start > end) throw new CelError(`invalid substring range. start: ${start}, end: ${end}`);
  if (start < 0 || start > points.size) throw new CelError(`index out of range: ${start}`);
  if (end !== undefined && (end < 0 || end > points.size)) throw new CelError(`index out of range: ${end}`);
  return text.slice(points.unit(start), points.unit(end ?? points.size));
}

/** The first place of a part at or after `from`; -1: there is none. */
export function indexOfText(text: string, part: string, from: number): number {
  if (part === "") return from;
  if (from < 0) throw new CelError(`index out of range: ${from}`);
  const points = new Points(text);
  if (from >= points.size) return -1;
  return points.point(text.indexOf(part, points.unit(from)));
}

/** The last place of a part at or before `from`, by default the end; -1: there is none. */
export function lastIndexOfText(text: string, part: string, from: number | undefined): number {
  const points = new Points(text);
  if (part === "") return from ?? points.size;
  if (from !== undefined && from < 0) throw new CelError(`index out of range: ${from}`);
  if (from === undefined) return points.point(text.lastIndexOf(part));
  if (from >= points.size) return -1;
  return points.point(text.lastIndexOf(part, points.unit(from)));
}

/** The text with the first `limit` occurrences of `old` replaced; negative: all. An empty `old` is between all characters. */
export function replaceText(
  text: string,
  { old, by, limit }: { readonly old: string; readonly by: string; readonly limit: number },
): string {
  const count = old === "" ? text.length + 1 : text.length / old.length;
  checkTextLength(text.length + count * by.length);
  if (limit < 0) return old === "" ? by + Array.from(text, (point) => point + by).join("") : text.split(old).join(by);
  if (limit === 0) return text;
  if (old === "") {
    const characters = Array.from(text);
    return (
      characters.map((point, index) => (index < limit ? by + point : point)).join("") +
      (limit > characters.length ? by : "")
    );
  }
  const parts = splitText(text, old, limit + 1);
  return parts.join(by);
}

/** The parts between separators, at most `limit`, the last one with what is left; negative: all. */
export function splitText(text: string, separator: string, limit: number): string[] {
  if (limit === 0) return [];
  const parts = separator === "" ? Array.from(text) : text.split(separator);
  if (limit < 0 || parts.length <= limit) return parts;
  return [...parts.slice(0, limit - 1), parts.slice(limit - 1).join(separator)];
}
