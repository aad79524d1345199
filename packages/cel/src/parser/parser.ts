import type { Expr, MapEntry, Parsed, StructField } from "../ast.ts";
import { locationOf, NO_LOCATION } from "../ast.ts";
import type { CelIssue } from "../issue.ts";
import type { CelValue } from "../value.ts";
import { balance } from "./balance.ts";
import { ExprFactory, TooManyNodes } from "./expr-factory.ts";
import { lex } from "./lexer.ts";
import { LiteralError, readBytes, readDouble, readInt, readString, readUint } from "./literal.ts";
import { type Macro, MacroError, MacroExprs } from "./macro.ts";
import { CONDITIONAL, INDEX, NEGATE, NOT, OPERATORS, OPTIONAL_INDEX, OPTIONAL_SELECT } from "./operators.ts";
import { syntaxIssues } from "./syntax-issues.ts";
import type { Token, TokenKind } from "./tokens.ts";

/** Longest expression, in code points. */
const EXPRESSION_LENGTH_MAX = 100_000;
/** Deepest nesting of one grammar rule within itself; a chain of one operator counts as nesting. */
const NESTING_MAX = 250;

/** Macros by name, style and number of arguments, and what else depends on the libraries. */
export class MacroTable {
  /** Whether `a.?b`, `a[?b]` and `[?a]` are understood. */
  readonly optionalSyntax: boolean;
  readonly #macros: ReadonlyMap<string, Macro>;

  constructor(macros: readonly Macro[], optionalSyntax: boolean) {
    this.#macros = new Map(macros.map((macro) => [keyOf(macro), macro]));
    this.optionalSyntax = optionalSyntax;
  }

  find(name: string, arity: number, member: boolean): Macro | undefined {
    return this.#macros.get(keyOf({ name, arity, member }));
  }
}

function keyOf({ name, arity, member }: { name: string; arity: number; member: boolean }): string {
  return `${name}:${arity}:${member}`;
}

export type ParseResult =
  | { readonly ok: true; readonly parsed: Parsed }
  | { readonly ok: false; readonly issues: readonly CelIssue[] };

/** Parses an expression and expands its macros. */
export function parse(text: string, macros: MacroTable): ParseResult {
  const source = { text, points: Array.from(text, (point) => point.codePointAt(0) ?? 0) };
  if (source.points.length > EXPRESSION_LENGTH_MAX) {
    const size = source.points.length;
    const message = `expression code point size exceeds limit: size: ${size}, limit ${EXPRESSION_LENGTH_MAX}`;
    return { ok: false, issues: [{ ...NO_LOCATION, message }] };
  }
  const lexed = lex(text);
  const parser = new Parser(lexed.tokens, macros);
  try {
    if (lexed.issues.length > 0) throw new NoSentence();
    const expr = parser.start();
    const issues = parser.issues.map(({ offset, message }) => ({ ...locationOf(source, offset), message }));
    if (issues.length > 0) return { ok: false, issues };
    return { ok: true, parsed: { expr, offsets: parser.make.offsets, source } };
  } catch (error) {
    if (error instanceof NoSentence) return { ok: false, issues: syntaxIssues(lexed, source) };
    if (error instanceof TooDeep)
      return {
        ok: false,
        issues: [{ ...NO_LOCATION, message: `expression recursion limit exceeded: ${NESTING_MAX}` }],
      };
    if (error instanceof TooManyNodes)
      return { ok: false, issues: [{ ...NO_LOCATION, message: "expression grows too large when its macros expand" }] };
    throw error;
  }
}

/** The tokens are no sentence of the grammar; where and why is found out again, with patience. */
class NoSentence extends Error {
  override readonly name = "NoSentence";
}

class TooDeep extends Error {
  override readonly name = "TooDeep";
}

const RELATIONS: ReadonlySet<TokenKind> = new Set(["'<'", "'<='", "'>='", "'>'", "'=='", "'!='", "'in'"]);
const SUMS: ReadonlySet<TokenKind> = new Set(["'+'", "'-'"]);
const PRODUCTS: ReadonlySet<TokenKind> = new Set(["'*'", "'/'", "'%'"]);
/** Names that stand for nothing now but may one day. */
const RESERVED: ReadonlySet<string> = new Set(
  "as break const continue else for function if import let loop package namespace return var void while".split(" "),
);

/** Recursive descent; one method per rule of the grammar. */
class Parser {
  readonly make = new ExprFactory();
  readonly issues: { readonly offset: number; readonly message: string }[] = [];
  readonly #tokens: readonly Token[];
  readonly #macros: MacroTable;
  #at = 0;
  #depth = 0;
  #calcDepth = 0;
  #relationDepth = 0;
  #memberDepth = 0;

  constructor(tokens: readonly Token[], macros: MacroTable) {
    this.#tokens = tokens;
    this.#macros = macros;
  }

  start(): Expr {
    const expr = this.expr();
    this.expect("<EOF>");
    return expr;
  }

  expr(): Expr {
    if (++this.#depth > NESTING_MAX) throw new TooDeep();
    const condition = this.or();
    const op = this.accept("'?'");
    let result = condition;
    if (op !== undefined) {
      const ifTrue = this.or();
      this.expect("':'");
      const ifFalse = this.expr();
      result = this.callOrMacro(op.offset, CONDITIONAL, [condition, ifTrue, ifFalse]);
    }
    this.#depth--;
    return result;
  }

  or(): Expr {
    return this.logic("'||'", "||", () => this.and());
  }

  and(): Expr {
    return this.logic("'&&'", "&&", () => this.relation());
  }

  logic(kind: TokenKind, operator: string, term: () => Expr): Expr {
    const terms = [term()];
    const offsets: number[] = [];
    while (true) {
      const op = this.accept(kind);
      if (op === undefined) break;
      offsets.push(op.offset);
      terms.push(term());
    }
    return balance(terms, (index, left, right) =>
      this.make.call(offsets[index] ?? -1, OPERATORS.get(operator) ?? operator, left, right),
    );
  }

  relation(): Expr {
    const before = this.#relationDepth++;
    if (before >= NESTING_MAX) throw new TooDeep();
    const result = this.chain(RELATIONS, () => this.sum());
    this.#relationDepth = before;
    return result;
  }

  sum(): Expr {
    const before = this.#calcDepth++;
    if (before >= NESTING_MAX) throw new TooDeep();
    const result = this.chain(SUMS, () => this.chain(PRODUCTS, () => this.unary()));
    this.#calcDepth = before;
    return result;
  }

  chain(kinds: ReadonlySet<TokenKind>, operand: () => Expr): Expr {
    let left = operand();
    for (let length = 1; kinds.has(this.peek().kind); length++) {
      if (length > NESTING_MAX) throw new TooDeep();
      const op = this.next();
      const right = operand();
      left = this.callOrMacro(op.offset, OPERATORS.get(op.text) ?? op.text, [left, right]);
    }
    return left;
  }

  unary(): Expr {
    const first = this.peek();
    if (first.kind === "'!'") return this.prefixed("'!'", NOT);
    const second = this.#tokens[this.#at + 1]?.kind;
    if (first.kind === "'-'" && second !== "NUM_INT" && second !== "NUM_FLOAT") return this.prefixed("'-'", NEGATE);
    return this.member();
  }

  prefixed(kind: TokenKind, name: string): Expr {
    const first = this.next();
    let count = 1;
    while (this.accept(kind) !== undefined) count++;
    const operand = this.member();
    return count % 2 === 0 ? operand : this.callOrMacro(first.offset, name, [operand]);
  }

  member(): Expr {
    const before = this.#memberDepth;
    let result = this.primary();
    while (true) {
      if (++this.#memberDepth > NESTING_MAX) throw new TooDeep();
      const dot = this.accept("'.'");
      if (dot !== undefined) {
        result = this.selection(dot, result);
        continue;
      }
      const bracket = this.accept("'['");
      if (bracket === undefined) break;
      const optional = this.accept("'?'") !== undefined;
      const index = this.expr();
      this.expect("']'");
      result =
        optional && !this.#macros.optionalSyntax
          ? this.report(bracket.offset, "unsupported syntax '[?'")
          : this.callOrMacro(bracket.offset, optional ? OPTIONAL_INDEX : INDEX, [result, index]);
    }
    this.#memberDepth = before;
    return result;
  }

  selection(dot: Token, operand: Expr): Expr {
    const optional = this.accept("'?'") !== undefined;
    const name = this.peek();
    const field = this.fieldName();
    if (name.kind === "ESC_IDENTIFIER") this.report(name.offset, "unsupported syntax: '`'");
    if (optional && !this.#macros.optionalSyntax) return this.report(dot.offset, "unsupported syntax '.?'");
    if (optional) return this.make.call(dot.offset, OPTIONAL_SELECT, operand, this.make.literal(name.offset, field));
    const open = name.kind === "IDENTIFIER" ? this.accept("'('") : undefined;
    if (open === undefined) return this.make.select(dot.offset, operand, field);
    return this.callOrMacro(open.offset, field, this.args(), operand);
  }

  /** The grammar knows names between backquotes; the version of the language that Kubernetes 1.36 has does not allow them yet. */
  fieldName(): string {
    const name = this.next();
    if (name.kind === "ESC_IDENTIFIER") return name.text.slice(1, -1);
    if (name.kind === "IDENTIFIER") return name.text;
    throw new NoSentence();
  }

  args(): readonly Expr[] {
    const args: Expr[] = [];
    if (this.accept("')'") !== undefined) return args;
    do args.push(this.expr());
    while (this.accept("','") !== undefined);
    this.expect("')'");
    return args;
  }

  primary(): Expr {
    const token = this.peek();
    switch (token.kind) {
      case "'.'":
      case "IDENTIFIER":
        return this.named();
      case "'('": {
        this.next();
        const inner = this.expr();
        this.expect("')'");
        return inner;
      }
      case "'['":
        return this.listLiteral();
      case "'{'":
        return this.mapLiteral();
      default:
        return this.constant();
    }
  }

  named(): Expr {
    const struct = this.structName();
    if (struct !== undefined) return this.structLiteral(struct);
    const first = this.peek();
    const dot = this.accept("'.'") === undefined ? "" : ".";
    const id = this.expect("IDENTIFIER");
    const open = this.accept("'('");
    if (RESERVED.has(id.text)) {
      if (open !== undefined) this.args();
      return this.report(first.offset, `reserved identifier: ${id.text}`);
    }
    if (open !== undefined) return this.callOrMacro(open.offset, dot + id.text, this.args());
    return this.make.ident(id.offset, dot + id.text);
  }

  /** Consumes `a.b.C` if a `{` follows. */
  structName(): string | undefined {
    let at = this.#at;
    let name = "";
    const kindAt = (index: number) => this.#tokens[index]?.kind;
    if (kindAt(at) === "'.'") {
      name = ".";
      at++;
    }
    while (kindAt(at) === "IDENTIFIER") {
      name += this.#tokens[at]?.text ?? "";
      at++;
      if (kindAt(at) === "'{'") {
        this.#at = at;
        return name;
      }
      if (kindAt(at) !== "'.'") return undefined;
      name += ".";
      at++;
    }
    return undefined;
  }

  structLiteral(name: string): Expr {
    const open = this.expect("'{'");
    const fields: StructField[] = [];
    while (this.peek().kind !== "'}'") {
      if (this.isLoneComma(fields.length)) break;
      const optional = this.optionalMark();
      const name = this.peek();
      const field = this.fieldName();
      if (name.kind === "ESC_IDENTIFIER") this.report(name.offset, "unsupported syntax: '`'");
      const colon = this.expect("':'");
      const value = this.expr();
      fields.push({ id: this.make.id(colon.offset), name: field, value, optional });
      if (this.accept("','") === undefined) break;
    }
    this.expect("'}'");
    return this.make.struct(open.offset, name, fields);
  }

  listLiteral(): Expr {
    const open = this.expect("'['");
    const elements: Expr[] = [];
    const optional = new Set<number>();
    while (this.peek().kind !== "']'") {
      if (this.isLoneComma(elements.length)) break;
      if (this.optionalMark()) optional.add(elements.length);
      elements.push(this.expr());
      if (this.accept("','") === undefined) break;
    }
    this.expect("']'");
    return this.make.list(open.offset, elements, optional);
  }

  mapLiteral(): Expr {
    const open = this.expect("'{'");
    const entries: MapEntry[] = [];
    while (this.peek().kind !== "'}'") {
      if (this.isLoneComma(entries.length)) break;
      const optional = this.optionalMark();
      const key = this.expr();
      const colon = this.expect("':'");
      const value = this.expr();
      entries.push({ id: this.make.id(colon.offset), key, value, optional });
      if (this.accept("','") === undefined) break;
    }
    this.expect("'}'");
    return this.make.map(open.offset, entries);
  }

  /** Consumes the `?` before an element, key or field. */
  optionalMark(): boolean {
    const mark = this.accept("'?'");
    if (mark !== undefined && !this.#macros.optionalSyntax) this.report(mark.offset, "unsupported syntax '?'");
    return mark !== undefined;
  }

  /** The grammar allows `[,]` and `{,}`. */
  isLoneComma(count: number): boolean {
    return count === 0 && this.accept("','") !== undefined;
  }

  constant(): Expr {
    const first = this.next();
    const token = first.kind === "'-'" ? this.next() : first;
    const sign = first === token ? "" : "-";
    if (sign !== "" && token.kind !== "NUM_INT" && token.kind !== "NUM_FLOAT") throw new NoSentence();
    try {
      return this.make.literal(first.offset, constantOf(token.kind, sign + token.text));
    } catch (error) {
      if (!(error instanceof LiteralError)) throw error;
      return this.report(first.offset, error.message);
    }
  }

  callOrMacro(offset: number, name: string, args: readonly Expr[], target?: Expr): Expr {
    const macro = this.#macros.find(name, args.length, target !== undefined);
    if (macro !== undefined) {
      try {
        const expanded = macro.expand(new MacroExprs(this.make, offset), args, target);
        if (expanded !== undefined) return expanded;
      } catch (error) {
        if (!(error instanceof MacroError)) throw error;
        return this.report(error.at === undefined ? offset : this.make.offsetOf(error.at), error.message);
      }
    }
    return target === undefined
      ? this.make.call(offset, name, ...args)
      : this.make.memberCall(offset, name, target, ...args);
  }

  report(offset: number, message: string): Expr {
    this.issues.push({ offset, message });
    return this.make.broken(offset);
  }

  peek(): Token {
    const token = this.#tokens[this.#at];
    if (token === undefined) throw new NoSentence();
    return token;
  }

  next(): Token {
    const token = this.peek();
    this.#at++;
    return token;
  }

  accept(kind: TokenKind): Token | undefined {
    const token = this.peek();
    if (token.kind !== kind) return undefined;
    this.#at++;
    return token;
  }

  expect(kind: TokenKind): Token {
    const token = this.accept(kind);
    if (token === undefined) throw new NoSentence();
    return token;
  }
}

function constantOf(kind: TokenKind, text: string): CelValue {
  switch (kind) {
    case "NUM_INT":
      return readInt(text);
    case "NUM_UINT":
      return readUint(text);
    case "NUM_FLOAT":
      return readDouble(text);
    case "STRING":
      return readString(text);
    case "BYTES":
      return readBytes(text);
    case "'true'":
      return true;
    case "'false'":
      return false;
    case "'null'":
      return null;
    default:
      throw new NoSentence();
  }
}
