import { type Infer, bool, list, opt, req, string, struct, typeMeta } from "@skates/apimachinery";

export const PodExecOptions = struct(
  "core/v1.PodExecOptions",
  {
    ...typeMeta,
    stdin: opt(1, bool, "Sends standard input."),
    stdout: opt(2, bool, "Receives standard output."),
    stderr: opt(3, bool, "Receives standard error."),
    tty: opt(4, bool, "Uses a terminal."),
    container: opt(5, string, "Container meant; the only one by default."),
    command: req(6, list(string), "Program and arguments; no shell."),
  },
  { doc: "What to run in a container, and with which streams." },
);
export interface PodExecOptions extends Infer<typeof PodExecOptions> {}
