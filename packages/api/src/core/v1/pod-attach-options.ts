import { type Infer, bool, opt, string, struct, typeMeta } from "@skates/apimachinery";

export const PodAttachOptions = struct("core/v1.PodAttachOptions", {
  ...typeMeta,
  stdin: opt(1, bool, ""),
  stdout: opt(2, bool, ""),
  stderr: opt(3, bool, ""),
  tty: opt(4, bool, ""),
  container: opt(5, string, ""),
});
export interface PodAttachOptions extends Infer<typeof PodAttachOptions> {}
