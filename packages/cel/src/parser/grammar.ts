import type { TokenKind } from "./tokens.ts";

/** The token some places ahead; 1 is the next one. */
export type Lookahead = (places: number) => TokenKind;

/** Which option to take: its index. Or that there is none: how many places ahead the token is that fits none of them. */
export type Decision = number | { readonly stuckAt: number };

/** Decides by what is ahead. `precedence` is what operators must have at least to be part of the rule as it was called. */
export type Decide = (ahead: Lookahead, precedence: number) => Decision;

/** Options of a repetition. */
const AGAIN = 0;
const ON = 1;

/**
 * A place in the grammar where the parser may be. `next` is the place after it, undefined at the end of the rule. `loop` is the end
 * of a repetition's body, where it is decided whether to go on.
 */
export type Place =
  | { readonly kind: "token"; readonly kinds: ReadonlySet<TokenKind>; readonly next: Place | undefined }
  | { readonly kind: "rule"; readonly rule: string; readonly precedence: number; readonly next: Place | undefined }
  | { readonly kind: "optional"; readonly body: Place; readonly next: Place | undefined }
  | {
      readonly kind: "choice";
      readonly options: readonly Place[];
      readonly decide: Decide;
      readonly next: Place | undefined;
    }
  | {
      readonly kind: "repeat";
      readonly atLeastOnce: boolean;
      readonly decide: Decide;
      readonly back: Place & { readonly kind: "loop" };
      readonly body: Place;
      readonly next: Place | undefined;
    }
  | { readonly kind: "loop"; readonly next: Place | undefined; body: Place | undefined };

/** Makes a place before another one. Rules are written from their ends: `sequence(token("'('"), rule("expr"), token("')'"))`. */
type Part = (next: Place | undefined) => Place;

function sequence(first: Part, ...rest: readonly Part[]): Part {
  const [second, ...others] = rest;
  return second === undefined ? first : (next) => first(sequence(second, ...others)(next));
}

function token(...kinds: readonly TokenKind[]): Part {
  return (next) => ({ kind: "token", kinds: new Set(kinds), next });
}

function rule(name: string, precedence = 0): Part {
  return (next) => ({ kind: "rule", rule: name, precedence, next });
}

function optional(body: Part): Part {
  return (next) => ({ kind: "optional", body: body(next), next });
}

function choice(decide: Decide, ...options: readonly Part[]): Part {
  return (next) => ({ kind: "choice", options: options.map((option) => option(next)), decide, next });
}

function repeat(decide: Decide, body: Part, atLeastOnce = false): Part {
  return (next) => {
    const back: Place & { kind: "loop" } = { kind: "loop", next, body: undefined };
    const made = body(back);
    back.body = made;
    return { kind: "repeat", atLeastOnce, decide, back, body: made, next };
  };
}

function again(...kinds: readonly TokenKind[]): Decide {
  return (ahead) => (kinds.includes(ahead(1)) ? AGAIN : ON);
}

/** Alternatives that the next token tells apart. */
function byFirst(...kinds: readonly (readonly TokenKind[])[]): Decide {
  return (ahead) => {
    const found = kinds.findIndex((each) => each.includes(ahead(1)));
    return found < 0 ? { stuckAt: 1 } : found;
  };
}

const SUMS: readonly TokenKind[] = ["'+'", "'-'"];
const PRODUCTS: readonly TokenKind[] = ["'*'", "'/'", "'%'"];
const RELATIONS: readonly TokenKind[] = ["'<'", "'<='", "'>='", "'>'", "'=='", "'!='", "'in'"];
const NUMBERS: readonly TokenKind[] = ["NUM_INT", "NUM_FLOAT"];
/** What an operand begins with, besides a minus sign. */
const OPERANDS: readonly TokenKind[] = [
  "'['",
  "'{'",
  "'('",
  "'.'",
  "'true'",
  "'false'",
  "'null'",
  "NUM_FLOAT",
  "NUM_INT",
  "NUM_UINT",
  "STRING",
  "BYTES",
  "IDENTIFIER",
];
/** What an expression begins with. */
const EXPRESSIONS: readonly TokenKind[] = [...OPERANDS, "'-'", "'!'"];

/** A comma before one of these goes on with a list; before anything else it is the last one. */
function moreAfterComma(kinds: readonly TokenKind[]): Decide {
  return (ahead) => (ahead(1) === "','" && kinds.includes(ahead(2)) ? AGAIN : ON);
}

const QUESTION = optional(token("'?'"));
const ARGUMENTS = optional(rule("exprList"));

/** The rules of the language, by name, as upstream's grammar divides them: messages depend on that. */
export const RULES: ReadonlyMap<string, Place> = rulesOf({
  start: sequence(rule("expr"), token("<EOF>")),
  expr: sequence(rule("or"), optional(sequence(token("'?'"), rule("or"), token("':'"), rule("expr")))),
  or: sequence(rule("and"), repeat(again("'||'"), sequence(token("'||'"), rule("and")))),
  and: sequence(rule("relation"), repeat(again("'&&'"), sequence(token("'&&'"), rule("relation")))),
  relation: sequence(
    rule("calc"),
    repeat(
      (ahead, precedence) => (precedence <= 1 && RELATIONS.includes(ahead(1)) ? AGAIN : ON),
      sequence(token(...RELATIONS), rule("relation", 2)),
    ),
  ),
  calc: sequence(
    rule("unary"),
    repeat(
      (ahead, precedence) =>
        (precedence <= 2 && PRODUCTS.includes(ahead(1))) || (precedence <= 1 && SUMS.includes(ahead(1))) ? AGAIN : ON,
      choice(
        byFirst(PRODUCTS, SUMS),
        sequence(token(...PRODUCTS), rule("calc", 3)),
        sequence(token(...SUMS), rule("calc", 2)),
      ),
    ),
  ),
  unary: choice(
    decideUnary,
    rule("member"),
    sequence(repeat(again("'!'"), token("'!'"), true), rule("member")),
    sequence(repeat(decideMinus, token("'-'"), true), rule("member")),
  ),
  member: sequence(
    rule("primary"),
    repeat(
      again("'.'", "'['"),
      choice(
        decideSuffix,
        sequence(token("'.'"), QUESTION, rule("escapeIdent")),
        sequence(token("'.'"), token("IDENTIFIER"), token("'('"), ARGUMENTS, token("')'")),
        sequence(token("'['"), QUESTION, rule("expr"), token("']'")),
      ),
    ),
  ),
  primary: choice(
    decidePrimary,
    sequence(optional(token("'.'")), token("IDENTIFIER")),
    sequence(optional(token("'.'")), token("IDENTIFIER"), token("'('"), ARGUMENTS, token("')'")),
    sequence(token("'('"), rule("expr"), token("')'")),
    sequence(token("'['"), optional(rule("listInit")), optional(token("','")), token("']'")),
    sequence(token("'{'"), optional(rule("mapInitializerList")), optional(token("','")), token("'}'")),
    sequence(
      optional(token("'.'")),
      token("IDENTIFIER"),
      repeat(again("'.'"), sequence(token("'.'"), token("IDENTIFIER"))),
      token("'{'"),
      optional(rule("fieldInitializerList")),
      optional(token("','")),
      token("'}'"),
    ),
    rule("literal"),
  ),
  exprList: sequence(rule("expr"), repeat(again("','"), sequence(token("','"), rule("expr")))),
  listInit: sequence(
    rule("optExpr"),
    repeat(moreAfterComma([...EXPRESSIONS, "'?'"]), sequence(token("','"), rule("optExpr"))),
  ),
  fieldInitializerList: sequence(
    rule("optField"),
    token("':'"),
    rule("expr"),
    repeat(
      moreAfterComma(["'?'", "IDENTIFIER", "ESC_IDENTIFIER"]),
      sequence(token("','"), rule("optField"), token("':'"), rule("expr")),
    ),
  ),
  optField: sequence(QUESTION, rule("escapeIdent")),
  mapInitializerList: sequence(
    rule("optExpr"),
    token("':'"),
    rule("expr"),
    repeat(
      moreAfterComma([...EXPRESSIONS, "'?'"]),
      sequence(token("','"), rule("optExpr"), token("':'"), rule("expr")),
    ),
  ),
  escapeIdent: choice(byFirst(["IDENTIFIER"], ["ESC_IDENTIFIER"]), token("IDENTIFIER"), token("ESC_IDENTIFIER")),
  optExpr: sequence(QUESTION, rule("expr")),
  literal: choice(
    decideLiteral,
    sequence(optional(token("'-'")), token("NUM_INT")),
    token("NUM_UINT"),
    sequence(optional(token("'-'")), token("NUM_FLOAT")),
    token("STRING"),
    token("BYTES"),
    token("'true'"),
    token("'false'"),
    token("'null'"),
  ),
});

function rulesOf(rules: Readonly<Record<string, Part>>): ReadonlyMap<string, Place> {
  return new Map(Object.entries(rules).map(([name, part]) => [name, part(undefined)]));
}

/** An operand, or one with exclamation or minus signs before it; the sign of a number is the number's. */
function decideUnary(ahead: Lookahead): Decision {
  const first = ahead(1);
  if (first === "'!'") return 1;
  if (first !== "'-'") return OPERANDS.includes(first) ? 0 : { stuckAt: 1 };
  const second = ahead(2);
  if (NUMBERS.includes(second)) return 0;
  return second === "'-'" || OPERANDS.includes(second) ? 2 : { stuckAt: 2 };
}

function decideMinus(ahead: Lookahead): Decision {
  if (ahead(1) !== "'-'") return OPERANDS.includes(ahead(1)) ? ON : { stuckAt: 1 };
  return ahead(2) === "'-'" || OPERANDS.includes(ahead(2)) ? AGAIN : { stuckAt: 2 };
}

/** A field, a method or an index. */
function decideSuffix(ahead: Lookahead): Decision {
  if (ahead(1) === "'['") return 2;
  if (ahead(1) !== "'.'") return { stuckAt: 1 };
  if (ahead(2) === "IDENTIFIER") return ahead(3) === "'('" ? 1 : 0;
  return ahead(2) === "'?'" || ahead(2) === "ESC_IDENTIFIER" ? 0 : { stuckAt: 2 };
}

function decidePrimary(ahead: Lookahead): Decision {
  const first = ahead(1);
  if (first === "'('") return 2;
  if (first === "'['") return 3;
  if (first === "'{'") return 4;
  let place = first === "'.'" ? 2 : 1;
  if (ahead(place) !== "IDENTIFIER") {
    if (place === 2) return { stuckAt: 2 };
    return first === "'-'" || OPERANDS.includes(first) ? 6 : { stuckAt: 1 };
  }
  if (ahead(place + 1) === "'('") return 1;
  while (ahead(place + 1) === "'.'" && ahead(place + 2) === "IDENTIFIER") place += 2;
  return ahead(place + 1) === "'{'" ? 5 : 0;
}

const LITERALS: readonly TokenKind[] = [
  "NUM_INT",
  "NUM_UINT",
  "NUM_FLOAT",
  "STRING",
  "BYTES",
  "'true'",
  "'false'",
  "'null'",
];

function decideLiteral(ahead: Lookahead): Decision {
  const stuckAt = ahead(1) === "'-'" ? 2 : 1;
  const kind = ahead(stuckAt);
  return (stuckAt === 1 ? LITERALS : NUMBERS).includes(kind) ? LITERALS.indexOf(kind) : { stuckAt };
}
