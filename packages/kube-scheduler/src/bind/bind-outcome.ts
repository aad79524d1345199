/** What came of a binding. `gone`: the pod is deleted, or bound by somebody, and needs no further care. */
export type BindOutcome =
  | { readonly kind: "bound" }
  | { readonly kind: "gone" }
  | { readonly kind: "failed"; readonly error: Error };
