/** Names of the functions that operators stand for. */
export const OPERATORS: ReadonlyMap<string, string> = new Map([
  ["+", "_+_"],
  ["-", "_-_"],
  ["*", "_*_"],
  ["/", "_/_"],
  ["%", "_%_"],
  ["==", "_==_"],
  ["!=", "_!=_"],
  ["<", "_<_"],
  ["<=", "_<=_"],
  [">", "_>_"],
  [">=", "_>=_"],
  ["in", "@in"],
  ["&&", "_&&_"],
  ["||", "_||_"],
]);

export const CONDITIONAL = "_?_:_";
export const INDEX = "_[_]";
export const OPTIONAL_INDEX = "_[?_]";
export const OPTIONAL_SELECT = "_?._";
export const NOT = "!_";
export const NEGATE = "-_";
export const AND = "_&&_";
export const OR = "_||_";
export const ADD = "_+_";
export const EQUALS = "_==_";
export const NOT_EQUALS = "_!=_";
export const IN = "@in";
/** True unless the argument is false: errors do not end a loop. */
export const NOT_STRICTLY_FALSE = "@not_strictly_false";
export const MAP_INSERT = "cel.@mapInsert";
