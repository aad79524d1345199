import { type Infer, bool, opt, string, struct, typeMeta } from "@skates/apimachinery";

export const PodAttachOptions = struct(
  "core/v1.PodAttachOptions",
  {
    ...typeMeta,
    stdin: opt(1, bool, "Sends standard input."),
    stdout: opt(2, bool, "Receives standard output."),
    stderr: opt(3, bool, "Receives standard error."),
    tty: opt(4, bool, "Uses a terminal."),
    container: opt(5, string, "Container meant; the only one by default."),
  },
  { doc: "How to attach to a container." },
);
export interface PodAttachOptions extends Infer<typeof PodAttachOptions> {}
