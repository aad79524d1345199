import { type Infer, opt, string, struct } from "@skates/apimachinery";

export const Preconditions = struct(
  "core/v1.Preconditions",
  {
    uid: opt(1, string, "Uid that the object must have.", { keepZero: true }),
  },
  { doc: "What must hold for a request to be carried out." },
);
export interface Preconditions extends Infer<typeof Preconditions> {}
