import { locationOf, NO_LOCATION, type Source } from "../ast.ts";
import type { CelIssue } from "../issue.ts";
import { type Decision, type Place, RULES } from "./grammar.ts";
import { escapeBlank, type Lexed } from "./lexer.ts";
import { TOKEN_KINDS, type Token, type TokenKind } from "./tokens.ts";

/** As often as upstream tries to go on after an error. */
const ATTEMPTS_MAX = 30;
/** As many tokens as upstream leaves out to go on. */
const SKIPPED_MAX = 256;
const ISSUES_MAX = 100;
/** Deepest nesting of one rule that is still looked into. */
const DEPTH_MAX = 250;

/**
 * Why the tokens are no sentence of the grammar. Upstream's parser is made by ANTLR, and its messages are about what that parser
 * does to go on after an error: it leaves out one token, acts as if a missing one were there, or skips to where an enclosing rule
 * can go on. So this parser does the same; it only runs for expressions that are wrong.
 */
export function syntaxIssues(lexed: Lexed, source: Source): readonly CelIssue[] {
  const parser = new PatientParser(lexed, source.text);
  parser.parse();
  // Upstream says of nothing at all that it ends before it begins.
  if (source.text === "") return parser.found.map(({ message }) => ({ line: 1, column: -1, message }));
  return parser.found
    .toSorted((one, other) => one.offset - other.offset)
    .map(({ offset, message }) => ({ ...(offset < 0 ? NO_LOCATION : locationOf(source, offset)), message }));
}

interface Found {
  /** Negative: nowhere in particular. */
  readonly offset: number;
  readonly message: string;
}

/** An error after which the rule is left. */
class Misfit extends Error {
  override readonly name = "Misfit";
  readonly token: Token;

  constructor(token: Token, message: string) {
    super(message);
    this.token = token;
  }
}

/** Enough is enough. */
class GivenUp extends Error {
  override readonly name = "GivenUp";
}

type Expected = ReadonlySet<TokenKind | "end">;

class PatientParser {
  readonly found: Found[] = [];
  readonly #lexed: Lexed;
  readonly #text: string;
  /** Where rules were called from, the outermost first. */
  readonly #callers: Place[] = [];
  readonly #depths = new Map<string, number>();
  #at = 0;
  #furthest = 0;
  #place: Place | undefined;
  #isRecovering = false;
  #attempts = 0;
  #lastErrorAt = -1;
  #lastErrorPlaces = new Set<Place | undefined>();

  constructor(lexed: Lexed, text: string) {
    this.#lexed = lexed;
    this.#text = text;
  }

  parse(): void {
    try {
      this.#rule("start", 0);
    } catch (error) {
      if (!(error instanceof GivenUp)) throw error;
    }
    const until = this.#lexed.tokens[this.#furthest]?.offset ?? Infinity;
    for (const { offset, message } of this.#lexed.issues) {
      if (offset <= until && this.found.length < ISSUES_MAX)
        this.found.push({ offset, message: `Syntax error: ${message}` });
    }
  }

  #rule(name: string, precedence: number): void {
    const depth = (this.#depths.get(name) ?? 0) + 1;
    if (depth > DEPTH_MAX) this.#giveUp(`expression recursion limit exceeded: ${DEPTH_MAX}`);
    this.#depths.set(name, depth);
    try {
      this.#walk(RULES.get(name), undefined, precedence);
    } catch (error) {
      if (!(error instanceof Misfit)) throw error;
      this.#report(error.token, error.message);
      this.#recover();
    }
    this.#depths.set(name, depth - 1);
  }

  #giveUp(message: string): never {
    this.found.push({ offset: -1, message });
    throw new GivenUp();
  }

  #walk(from: Place | undefined, until: Place | undefined, precedence: number): void {
    for (let place = from; place !== undefined && place !== until; place = place.next) this.#step(place, precedence);
  }

  #step(place: Place, precedence: number): void {
    this.#place = place;
    switch (place.kind) {
      case "token":
        if (place.kinds.has(this.#ahead(1))) this.#match();
        else this.#recoverInline(place);
        return;
      case "rule":
        this.#callers.push(place);
        this.#rule(place.rule, place.precedence);
        this.#callers.pop();
        this.#place = place;
        return;
      case "optional":
        this.#synchronize(place);
        if (expectedAt(place.body).has(this.#ahead(1))) this.#walk(place.body, place.next, precedence);
        return;
      case "choice":
        this.#synchronize(place);
        this.#walk(place.options[this.#decide(place, precedence)], place.next, precedence);
        return;
      case "repeat":
        this.#synchronize(place);
        if (!place.atLeastOnce && this.#decide(place, precedence) !== 0) return;
        do {
          this.#walk(place.body, place.back, precedence);
          this.#place = place.back;
          this.#synchronize(place.back);
        } while (this.#decide(place, precedence) === 0);
        return;
      case "loop":
    }
  }

  #decide({ decide }: Place & { readonly kind: "choice" | "repeat" }, precedence: number): number {
    const decision: Decision = decide((places) => this.#ahead(places), precedence);
    if (typeof decision === "number") return decision;
    const { stuckAt } = decision;
    const text = this.#ahead(1) === "<EOF>" ? "<EOF>" : this.#textOf(this.#token(1), this.#token(stuckAt));
    throw new Misfit(this.#token(stuckAt), nowhereToGo(text));
  }

  /** The text from one token to another, without what is no token. */
  #textOf(first: Token, last: Token): string {
    const end = last.kind === "<EOF>" ? this.#text.length : last.end;
    let text = "";
    let at = first.start;
    for (const stray of this.#lexed.issues) {
      if (stray.start < at || stray.start >= end) continue;
      text += this.#text.slice(at, stray.start);
      at = stray.end;
    }
    return text + this.#text.slice(at, end);
  }

  #token(places: number): Token {
    const { tokens } = this.#lexed;
    const index = Math.min(this.#at + places - 1, tokens.length - 1);
    this.#furthest = Math.max(this.#furthest, index);
    const token = tokens[index];
    if (token === undefined) throw new GivenUp();
    return token;
  }

  #ahead(places: number): TokenKind {
    return this.#token(places).kind;
  }

  #consume(): void {
    if (this.#ahead(1) !== "<EOF>") this.#at++;
  }

  #match(): void {
    this.#settle();
    this.#consume();
  }

  /** All is well again. */
  #settle(): void {
    this.#isRecovering = false;
    this.#lastErrorAt = -1;
    this.#lastErrorPlaces = new Set();
  }

  /** At a place where it is decided how to go on: makes sure that the next token is one of those that can come. */
  #synchronize(place: Place): void {
    if (this.#isRecovering) return;
    const expected = expectedAt(place);
    if (expected.has("end") || expected.has(this.#ahead(1))) return;
    if (place.kind === "loop") {
      this.#reportUnwanted();
      this.#skipUntil(new Set([...this.#expected(this.#place), ...this.#recoverySet()]), Infinity);
      return;
    }
    if (!this.#leaveOutOne()) throw this.#mismatch();
  }

  #recoverInline(place: Place): void {
    this.#countAttempt();
    if (this.#leaveOutOne()) {
      this.#consume();
      return;
    }
    if (!this.#expected(place.next).has(this.#ahead(1))) throw this.#mismatch();
    this.#report(this.#token(1), `missing ${listed(this.#expected(place))} at ${shown(this.#token(1))}`);
  }

  /** Leaves out a token if the one after it is as expected. */
  #leaveOutOne(): boolean {
    if (!this.#expected(this.#place).has(this.#ahead(2))) return false;
    this.#reportUnwanted();
    this.#consume();
    this.#settle();
    return true;
  }

  #reportUnwanted(): void {
    const token = this.#token(1);
    this.#report(token, `extraneous input ${shown(token)} expecting ${listed(this.#expected(this.#place))}`);
  }

  #mismatch(): Misfit {
    const token = this.#token(1);
    return new Misfit(token, `mismatched input ${shown(token)} expecting ${listed(this.#expected(this.#place))}`);
  }

  #report({ offset }: Token, message: string): void {
    if (this.#isRecovering) return;
    this.#isRecovering = true;
    this.#find(offset, message);
  }

  #find(offset: number, message: string): void {
    if (this.found.length < ISSUES_MAX) {
      this.found.push({ offset, message: `Syntax error: ${message}` });
      return;
    }
    this.found.push({ offset, message: `Syntax error: More than ${ISSUES_MAX} syntax errors` });
    throw new GivenUp();
  }

  /** After a rule was left: skips to where one of those that called it can go on. */
  #recover(): void {
    this.#countAttempt();
    let skippable = SKIPPED_MAX;
    if (this.#lastErrorAt === this.#at && this.#lastErrorPlaces.has(this.#place)) {
      this.#consume();
      skippable--;
    }
    this.#lastErrorAt = this.#at;
    this.#lastErrorPlaces.add(this.#place);
    this.#skipUntil(this.#recoverySet(), skippable);
  }

  #countAttempt(): void {
    if (this.#attempts++ < ATTEMPTS_MAX) return;
    this.#find(this.#token(1).offset, `error recovery attempt limit exceeded: ${ATTEMPTS_MAX}`);
    throw new GivenUp();
  }

  #skipUntil(kinds: ReadonlySet<TokenKind>, skippable: number): void {
    let left = skippable;
    while (this.#ahead(1) !== "<EOF>" && !kinds.has(this.#ahead(1))) {
      if (left-- <= 0) this.#giveUp(`error recovery token lookahead limit exceeded: ${SKIPPED_MAX}`);
      this.#consume();
    }
  }

  #recoverySet(): Set<TokenKind> {
    return new Set(this.#callers.flatMap(({ next }) => [...expectedAt(next)].filter((kind) => kind !== "end")));
  }

  /** What can come at a place of the rule that the parser is in, and after it in the rules that called it. */
  #expected(place: Place | undefined): Set<TokenKind> {
    const kinds = new Set<TokenKind>();
    let at = expectedAt(place);
    for (let caller = this.#callers.length - 1; ; caller--) {
      for (const kind of at) if (kind !== "end") kinds.add(kind);
      if (!at.has("end")) return kinds;
      if (caller < 0) return kinds.add("<EOF>");
      at = expectedAt(this.#callers[caller]?.next);
    }
  }
}

const known = new Map<Place, Expected>();
const END: Expected = new Set(["end"]);

/** What can come at a place, `end` if the rule may be over there. */
function expectedAt(place: Place | undefined): Expected {
  if (place === undefined) return END;
  const before = known.get(place);
  if (before !== undefined) return before;
  const expected = new Set(startsOf(place).flatMap((each) => [...each]));
  known.set(place, expected);
  return expected;
}

function startsOf(place: Place): readonly Expected[] {
  switch (place.kind) {
    case "token":
      return [place.kinds];
    case "rule":
      return [expectedAt(RULES.get(place.rule))];
    case "optional":
    case "loop":
      return [expectedAt(place.body), expectedAt(place.next)];
    case "choice":
      return place.options.map(expectedAt);
    case "repeat":
      return place.atLeastOnce ? [expectedAt(place.body)] : [expectedAt(place.body), expectedAt(place.next)];
  }
}

function listed(kinds: ReadonlySet<TokenKind>): string {
  const names = TOKEN_KINDS.filter((kind) => kinds.has(kind));
  return names.length === 1 ? names.join() : `{${names.join(", ")}}`;
}

function shown({ text }: Token): string {
  return `'${escapeBlank(text)}'`;
}

/** Words that could be fields but for the grammar have a message of their own. */
function nowhereToGo(text: string): string {
  const reserved = /^.(true|false|null)$/.exec(text)?.[1];
  return reserved === undefined
    ? `no viable alternative at input '${escapeBlank(text)}'`
    : `mismatched input '${reserved}' expecting IDENTIFIER`;
}
