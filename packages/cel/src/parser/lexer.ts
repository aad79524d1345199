import type { Token, TokenKind } from "./tokens.ts";

/** Text that is no token. */
export interface LexicalIssue {
  /** In code points. */
  readonly offset: number;
  readonly message: string;
  /** Where it begins and ends in the text, in UTF-16 units. */
  readonly start: number;
  readonly end: number;
}

export interface Lexed {
  /** The last one is `<EOF>`. */
  readonly tokens: readonly Token[];
  readonly issues: readonly LexicalIssue[];
}

const BLANK = /(?:[\t \r\n\f]+|\/\/[^\n]*)+/y;
const NUMBER =
  /(\d+\.\d+(?:[eE][+-]?\d+)?|\d+[eE][+-]?\d+|\.\d+(?:[eE][+-]?\d+)?)|((?:0x[\da-fA-F]+|\d+)[uU])|(0x[\da-fA-F]+|\d+)/y;
const ESCAPE = String.raw`\\(?:[abfnrtv"'\\?${"`"}]|[xX][\da-fA-F]{2}|u[\da-fA-F]{4}|U[\da-fA-F]{8}|[0-3][0-7]{2})`;
const STRING = new RegExp(
  [
    String.raw`[bB]?[rR](?:"""[^]*?"""|'''[^]*?'''|"[^"\n\r]*"|'[^'\n\r]*')`,
    `[bB]?(?:"""(?:${ESCAPE}|[^\\\\])*?"""|'''(?:${ESCAPE}|[^\\\\])*?'''` +
      `|"(?:${ESCAPE}|[^\\\\"\\n\\r])*"|'(?:${ESCAPE}|[^\\\\'\\n\\r])*')`,
  ].join("|"),
  "y",
);
const WORD = /[A-Za-z_]\w*/y;
const ESCAPED_WORD = /`[\w.\-/ ]+`/y;
const SYMBOL = /==|!=|<=|>=|&&|\|\||[<>[\]{}().,\-!?:+*/%]/y;
const KEYWORDS: ReadonlyMap<string, TokenKind> = new Map([
  ["in", "'in'"],
  ["true", "'true'"],
  ["false", "'false'"],
  ["null", "'null'"],
]);
const SYMBOLS: ReadonlyMap<string, TokenKind> = new Map(
  (
    [
      ["==", "'=='"],
      ["!=", "'!='"],
      ["<=", "'<='"],
      [">=", "'>='"],
      ["&&", "'&&'"],
      ["||", "'||'"],
      ["<", "'<'"],
      [">", "'>'"],
      ["[", "'['"],
      ["]", "']'"],
      ["{", "'{'"],
      ["}", "'}'"],
      ["(", "'('"],
      [")", "')'"],
      [".", "'.'"],
      [",", "','"],
      ["-", "'-'"],
      ["!", "'!'"],
      ["?", "'?'"],
      [":", "':'"],
      ["+", "'+'"],
      ["*", "'*'"],
      ["/", "'/'"],
      ["%", "'%'"],
    ] as const
  ).map(([text, kind]) => [text, kind]),
);

/** Splits an expression into tokens; what is no token becomes an issue and is skipped. */
export function lex(text: string): Lexed {
  const tokens: Token[] = [];
  const issues: LexicalIssue[] = [];
  const points = new PointCounter(text);
  let at = 0;
  while (true) {
    at = matchEnd(BLANK, text, at) ?? at;
    if (at >= text.length) break;
    const token = tokenAt(text, at);
    if (token === undefined) {
      const end = Math.min(strayEnd(text, at), text.length);
      const message = `token recognition error at: '${escapeBlank(text.slice(at, end))}'`;
      issues.push({ offset: points.at(at), message, start: at, end });
      at = end;
      continue;
    }
    tokens.push({ ...token, text: text.slice(at, token.end), offset: points.at(at), start: at });
    at = token.end;
  }
  tokens.push({ kind: "<EOF>", text: "<EOF>", offset: points.at(text.length), start: text.length, end: text.length });
  return { tokens, issues };
}

function tokenAt(text: string, at: number): { readonly kind: TokenKind; readonly end: number } | undefined {
  const string = matchEnd(STRING, text, at);
  if (string !== undefined) return { kind: /[bB]/.test(text.charAt(at)) ? "BYTES" : "STRING", end: string };
  const word = matchEnd(WORD, text, at);
  if (word !== undefined) return { kind: KEYWORDS.get(text.slice(at, word)) ?? "IDENTIFIER", end: word };
  NUMBER.lastIndex = at;
  const number = NUMBER.exec(text);
  if (number !== null) {
    const kind = number[1] !== undefined ? "NUM_FLOAT" : number[2] !== undefined ? "NUM_UINT" : "NUM_INT";
    return { kind, end: NUMBER.lastIndex };
  }
  const symbol = matchEnd(SYMBOL, text, at);
  if (symbol !== undefined) {
    const kind = SYMBOLS.get(text.slice(at, symbol));
    return kind === undefined ? undefined : { kind, end: symbol };
  }
  const escaped = matchEnd(ESCAPED_WORD, text, at);
  return escaped === undefined ? undefined : { kind: "ESC_IDENTIFIER", end: escaped };
}

function matchEnd(pattern: RegExp, text: string, at: number): number | undefined {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : undefined;
}

const STRAY_STRING = new RegExp(
  `[bB]?(?:[rR](?:"[^"\\n\\r]*|'[^'\\n\\r]*)|"(?:${ESCAPE}|[^\\\\"\\n\\r])*|'(?:${ESCAPE}|[^\\\\'\\n\\r])*)`,
  "y",
);
const PARTIAL_ESCAPE = /\\(?:[xX][\da-fA-F]?|u[\da-fA-F]{0,3}|U[\da-fA-F]{0,7}|[0-3][0-7]?)?/y;

/** Where a piece of text that begins no token ends: with the first character that no token could have there. */
function strayEnd(text: string, at: number): number {
  const first = text.charAt(at);
  let end = at;
  if (first === '"' || first === "'") {
    end = matchEnd(STRAY_STRING, text, at) ?? at + 1;
    end = matchEnd(PARTIAL_ESCAPE, text, end) ?? end;
  } else if (first === "`") end = matchEnd(/`[\w.\-/ ]*/y, text, at) ?? at + 1;
  else if (first === "=" || first === "&" || first === "|") end = at + 1;
  return end + ((text.codePointAt(end) ?? 0) > 0xffff ? 2 : 1);
}

/** Line ends and tabs as messages show them. */
export function escapeBlank(text: string): string {
  return text.replaceAll("\n", "\\n").replaceAll("\r", "\\r").replaceAll("\t", "\\t");
}

/** Turns growing offsets in UTF-16 units into offsets in code points. */
class PointCounter {
  readonly #text: string;
  #at = 0;
  #points = 0;

  constructor(text: string) {
    this.#text = text;
  }

  at(index: number): number {
    while (this.#at < index) {
      this.#at += (this.#text.codePointAt(this.#at) ?? 0) > 0xffff ? 2 : 1;
      this.#points++;
    }
    return this.#points;
  }
}
