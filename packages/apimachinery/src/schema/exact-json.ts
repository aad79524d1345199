import { DecodeError } from "./decode-error.ts";
import { newMap } from "./record.ts";

/** How deep JSON may nest. */
export const DEPTH_LIMIT = 1_000;

/** A number written with a fraction or exponent though it is whole (`1.0`): integers refuse it, as Go does. */
export class FractionLiteral {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

export interface ExactJson {
  readonly value: unknown;
  /** Paths of keys that came twice, `spec.containers[0].name`; the last one counts. */
  readonly duplicates: readonly string[];
}

/**
 * Reads JSON slowly and exactly: integers beyond 2^53 become bigints, duplicate keys are reported, syntax errors are worded
 * as Go words them. Throws DecodeError.
 */
export function parseExactJson(text: string): ExactJson {
  const parser = new Parser(text);
  const value = parser.document();
  return { value, duplicates: parser.duplicates };
}

/** Where in the text each of these keys stands; of one that came twice, where it came again. */
export function keyPlaces(text: string, paths: ReadonlySet<string>): ReadonlyMap<string, number> {
  const places = new Map<string, number>();
  const parser = new Parser(text, (path, at) => {
    if (paths.has(path)) places.set(path, at);
  });
  parser.document();
  return places;
}

class Parser {
  readonly text: string;
  readonly duplicates: string[] = [];
  readonly onKey: ((path: string, at: number) => void) | undefined;
  at = 0;
  depth = 0;
  constructor(text: string, onKey?: (path: string, at: number) => void) {
    this.text = text;
    this.onKey = onKey;
  }

  document(): unknown {
    const value = this.value("");
    this.space();
    if (this.at < this.text.length) this.unexpected("after top-level value");
    return value;
  }

  value(path: string): unknown {
    this.space();
    switch (this.text.charAt(this.at)) {
      case "{":
        return this.nested(() => this.object(path));
      case "[":
        return this.nested(() => this.array(path));
      case '"':
        return this.string();
      case "t":
        return this.word("true", true);
      case "f":
        return this.word("false", false);
      case "n":
        return this.word("null", null);
      default:
        return this.number();
    }
  }

  nested<T>(read: () => T): T {
    if (++this.depth > DEPTH_LIMIT) throw new DecodeError("exceeded max depth");
    this.at++;
    const value = read();
    this.depth--;
    return value;
  }

  object(path: string): unknown {
    const out = newMap<unknown>();
    this.space();
    if (this.take("}")) return out;
    for (;;) {
      this.space();
      if (this.text.charAt(this.at) !== '"') this.unexpected("looking for beginning of object key string");
      const key = this.string();
      const inner = path === "" ? key : `${path}.${key}`;
      this.space();
      if (!this.take(":")) this.unexpected("after object key");
      if (Object.hasOwn(out, key)) this.duplicates.push(inner);
      this.onKey?.(inner, this.at);
      out[key] = this.value(inner);
      this.space();
      if (this.take("}")) return out;
      if (!this.take(",")) this.unexpected("after object key:value pair");
    }
  }

  array(path: string): unknown {
    const out: unknown[] = [];
    this.space();
    if (this.take("]")) return out;
    for (;;) {
      out.push(this.value(`${path}[${out.length}]`));
      this.space();
      if (this.take("]")) return out;
      if (!this.take(",")) this.unexpected("after array element");
    }
  }

  string(): string {
    const start = this.at++;
    for (;;) {
      const code = this.text.charCodeAt(this.at);
      if (Number.isNaN(code)) throw new DecodeError("unexpected end of JSON input");
      if (code === 0x22) break;
      if (code < 0x20) this.unexpected("in string literal");
      if (code === 0x5c) this.escape();
      else this.at++;
    }
    this.at++;
    const parsed: unknown = JSON.parse(this.text.slice(start, this.at));
    return String(parsed);
  }

  escape(): void {
    this.at++;
    if (!this.text.charAt(this.at).match(/["\\/bfnrtu]/)) this.unexpected("in string escape code");
    if (this.text.charAt(this.at++) !== "u") return;
    for (let i = 0; i < 4; i++, this.at++) {
      if (!this.text.charAt(this.at).match(/[0-9a-fA-F]/)) this.unexpected("in \\u hexadecimal character escape");
    }
  }

  word<T>(word: string, value: T): T {
    this.at++;
    for (const char of word.slice(1)) {
      if (!this.take(char)) this.unexpected(`in literal ${word} (expecting ${quoteChar(char)})`);
    }
    return value;
  }

  number(): unknown {
    const start = this.at;
    const minus = this.take("-");
    if (!this.take("0")) {
      if (!/[1-9]/.test(this.text.charAt(this.at))) {
        this.unexpected(minus ? "in numeric literal" : "looking for beginning of value");
      }
      this.digits();
    }
    const whole = this.at;
    if (this.take(".") && !this.digits()) this.unexpected("after decimal point in numeric literal");
    if (this.take("e") || this.take("E")) {
      if (!this.take("+")) this.take("-");
      if (!this.digits()) this.unexpected("in exponent of numeric literal");
    }
    const text = this.text.slice(start, this.at);
    const value = Number(text);
    if (this.at === whole) return Number.isSafeInteger(value) ? value : BigInt(text);
    if (!Number.isFinite(value))
      throw new DecodeError(`json: cannot unmarshal number ${text} into Go value of type float64`);
    return Number.isInteger(value) ? new FractionLiteral(text) : value;
  }

  digits(): boolean {
    const start = this.at;
    while (/[0-9]/.test(this.text.charAt(this.at))) this.at++;
    return this.at > start;
  }

  take(char: string): boolean {
    if (this.text.charAt(this.at) !== char) return false;
    this.at++;
    return true;
  }

  space(): void {
    while (/[ \t\r\n]/.test(this.text.charAt(this.at))) this.at++;
  }

  unexpected(where: string): never {
    const char = String.fromCodePoint(this.text.codePointAt(this.at) ?? 0);
    if (this.at >= this.text.length) throw new DecodeError("unexpected end of JSON input");
    throw new DecodeError(`invalid character ${quoteChar(char)} ${where}`);
  }
}

function quoteChar(char: string): string {
  if (char === "'") return "'\\''";
  if (char === '"') return "'\"'";
  const code = char.codePointAt(0) ?? 0;
  const short = { "\n": "\\n", "\r": "\\r", "\t": "\\t", "\\": "\\\\" }[char];
  if (short !== undefined) return `'${short}'`;
  return code < 0x20 || code === 0x7f ? `'\\x${code.toString(16).padStart(2, "0")}'` : `'${char}'`;
}
