import { type Infer, bool, int64, opt, string, struct, time, typeMeta } from "@skates/apimachinery";

export const PodLogOptions = struct("core/v1.PodLogOptions", {
  ...typeMeta,
  container: opt(1, string, ""),
  follow: opt(2, bool, ""),
  previous: opt(3, bool, ""),
  sinceSeconds: opt(4, int64, "", { keepZero: true }),
  sinceTime: opt(5, time, "", { keepZero: true }),
  timestamps: opt(6, bool, ""),
  tailLines: opt(7, int64, "", { keepZero: true }),
  limitBytes: opt(8, int64, "", { keepZero: true }),
  insecureSkipTLSVerifyBackend: opt(9, bool, ""),
  stream: opt(10, string, "", { keepZero: true, gate: "PodLogsQuerySplitStreams" }),
});
export interface PodLogOptions extends Infer<typeof PodLogOptions> {}
