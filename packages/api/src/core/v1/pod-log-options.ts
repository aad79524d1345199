import { type Infer, bool, int64, opt, string, struct, time, typeMeta } from "@skates/apimachinery";

export const PodLogOptions = struct(
  "core/v1.PodLogOptions",
  {
    ...typeMeta,
    container: opt(1, string, "Container meant; the only one by default."),
    follow: opt(2, bool, "Goes on as the log grows."),
    previous: opt(3, bool, "The log of the run before this one."),
    sinceSeconds: opt(4, int64, "Only lines of the last so many seconds.", { keepZero: true }),
    sinceTime: opt(5, time, "Only lines from this time on.", { keepZero: true }),
    timestamps: opt(6, bool, "Puts the time in front of each line."),
    tailLines: opt(7, int64, "Only so many lines from the end.", { keepZero: true }),
    limitBytes: opt(8, int64, "Ends after so many bytes.", { keepZero: true }),
    insecureSkipTLSVerifyBackend: opt(9, bool, "Does not check the kubelet's certificate."),
    stream: opt(10, string, "All, Stdout or Stderr.", { keepZero: true, gate: "PodLogsQuerySplitStreams" }),
  },
  { doc: "Which part of a log, and how." },
);
export interface PodLogOptions extends Infer<typeof PodLogOptions> {}
