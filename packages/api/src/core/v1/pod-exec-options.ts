import { type Infer, bool, list, opt, req, string, struct, typeMeta } from "@skates/apimachinery";

export const PodExecOptions = struct("core/v1.PodExecOptions", {
  ...typeMeta,
  stdin: opt(1, bool, ""),
  stdout: opt(2, bool, ""),
  stderr: opt(3, bool, ""),
  tty: opt(4, bool, ""),
  container: opt(5, string, ""),
  command: req(6, list(string), ""),
});
export interface PodExecOptions extends Infer<typeof PodExecOptions> {}
