import { type Infer, opt, string, struct } from "@skates/apimachinery";

export const Preconditions = struct("core/v1.Preconditions", {
  uid: opt(1, string, "", { keepZero: true }),
});
export interface Preconditions extends Infer<typeof Preconditions> {}
