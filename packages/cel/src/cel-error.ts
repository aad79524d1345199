/**
 * Why an evaluation fails, in upstream's words. Thrown by functions and lazy variables; becomes part of the `Evaluation`. Not an
 * `Error`: a loop that absorbs failures may throw one per element, and a stack would make each fifty times as dear.
 */
export class CelError {
  readonly message: string;

  constructor(message: string) {
    this.message = message;
  }
}

/** The failure of an operation that no overload of the function takes. */
export function noSuchOverload(): CelError {
  return new CelError("no such overload");
}
