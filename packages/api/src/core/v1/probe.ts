import {
  type Infer,
  inline,
  int32,
  int64,
  intOrString,
  list,
  oneOf,
  opt,
  ref,
  req,
  string,
  struct,
} from "@skates/apimachinery";

export const Lifecycle = struct(
  "core/v1.Lifecycle",
  {
    postStart: opt(
      1,
      ref<LifecycleHandler>(() => LifecycleHandler),
      "Done right after its start; failure ends it.",
    ),
    preStop: opt(
      2,
      ref<LifecycleHandler>(() => LifecycleHandler),
      "Done before it is told to end; counts against the grace period.",
    ),
    stopSignal: opt(
      3,
      oneOf(
        "SIGABRT",
        "SIGALRM",
        "SIGBUS",
        "SIGCHLD",
        "SIGCLD",
        "SIGCONT",
        "SIGFPE",
        "SIGHUP",
        "SIGILL",
        "SIGINT",
        "SIGIO",
        "SIGIOT",
        "SIGKILL",
        "SIGPIPE",
        "SIGPOLL",
        "SIGPROF",
        "SIGPWR",
        "SIGQUIT",
        "SIGRTMAX",
        "SIGRTMAX-1",
        "SIGRTMAX-10",
        "SIGRTMAX-11",
        "SIGRTMAX-12",
        "SIGRTMAX-13",
        "SIGRTMAX-14",
        "SIGRTMAX-2",
        "SIGRTMAX-3",
        "SIGRTMAX-4",
        "SIGRTMAX-5",
        "SIGRTMAX-6",
        "SIGRTMAX-7",
        "SIGRTMAX-8",
        "SIGRTMAX-9",
        "SIGRTMIN",
        "SIGRTMIN+1",
        "SIGRTMIN+10",
        "SIGRTMIN+11",
        "SIGRTMIN+12",
        "SIGRTMIN+13",
        "SIGRTMIN+14",
        "SIGRTMIN+15",
        "SIGRTMIN+2",
        "SIGRTMIN+3",
        "SIGRTMIN+4",
        "SIGRTMIN+5",
        "SIGRTMIN+6",
        "SIGRTMIN+7",
        "SIGRTMIN+8",
        "SIGRTMIN+9",
        "SIGSEGV",
        "SIGSTKFLT",
        "SIGSTOP",
        "SIGSYS",
        "SIGTERM",
        "SIGTRAP",
        "SIGTSTP",
        "SIGTTIN",
        "SIGTTOU",
        "SIGURG",
        "SIGUSR1",
        "SIGUSR2",
        "SIGVTALRM",
        "SIGWINCH",
        "SIGXCPU",
        "SIGXFSZ",
      ),
      "Signal that it is told to end with; needs the pod's os.",
      { keepZero: true, gate: "ContainerStopSignals" },
    ),
  },
  { doc: "What is done at the ends of a container's life." },
);
export interface Lifecycle extends Infer<typeof Lifecycle> {}

export const LifecycleHandler = struct(
  "core/v1.LifecycleHandler",
  {
    exec: opt(
      1,
      ref<ExecAction>(() => ExecAction),
      "Runs a program in the container.",
    ),
    httpGet: opt(
      2,
      ref<HTTPGetAction>(() => HTTPGetAction),
      "Asks the container by HTTP.",
    ),
    tcpSocket: opt(
      3,
      ref<TCPSocketAction>(() => TCPSocketAction),
      "No longer in use.",
    ),
    sleep: opt(
      4,
      ref<SleepAction>(() => SleepAction),
      "Waits.",
    ),
  },
  { doc: "What a hook does; exactly one is given." },
);
export interface LifecycleHandler extends Infer<typeof LifecycleHandler> {}

export const SleepAction = struct(
  "core/v1.SleepAction",
  {
    seconds: req(1, int64, "How long."),
  },
  { doc: "A wait." },
);
export interface SleepAction extends Infer<typeof SleepAction> {}

export const ProbeHandler = struct(
  "core/v1.ProbeHandler",
  {
    exec: opt(
      1,
      ref<ExecAction>(() => ExecAction),
      "Runs a program in the container; 0 is success.",
    ),
    httpGet: opt(
      2,
      ref<HTTPGetAction>(() => HTTPGetAction),
      "Asks by HTTP; 200 to 399 is success.",
    ),
    tcpSocket: opt(
      3,
      ref<TCPSocketAction>(() => TCPSocketAction),
      "Opens a connection.",
    ),
    grpc: opt(
      4,
      ref<GRPCAction>(() => GRPCAction),
      "Asks by the gRPC health protocol.",
    ),
  },
  { doc: "How a probe looks; exactly one is given." },
);
export interface ProbeHandler extends Infer<typeof ProbeHandler> {}

export const Probe = struct(
  "core/v1.Probe",
  {
    ...inline(1, ProbeHandler),
    initialDelaySeconds: opt(2, int32, "How long after its start the first check comes.", { minimum: 0 }),
    timeoutSeconds: opt(3, int32, "How long one check may take.", { default: 1, minimum: 0 }),
    periodSeconds: opt(4, int32, "How long from check to check.", { default: 10, minimum: 0 }),
    successThreshold: opt(5, int32, "Successes in a row that make a success.", { default: 1, minimum: 0 }),
    failureThreshold: opt(6, int32, "Failures in a row that make a failure.", { default: 3, minimum: 0 }),
    terminationGracePeriodSeconds: opt(
      7,
      int64,
      "Grace period of a container that this probe ends; the pod's by default.",
      { keepZero: true },
    ),
  },
  { doc: "A check on a container, repeated." },
);
export interface Probe extends Infer<typeof Probe> {}

export const GRPCAction = struct(
  "core/v1.GRPCAction",
  {
    port: req(1, int32, "Port it is asked on."),
    service: opt(2, string, "Service that it is about; empty for all.", {
      keepZero: true,
      emitEmpty: true,
      default: "",
    }),
  },
  { doc: "A question by the gRPC health protocol." },
);
export interface GRPCAction extends Infer<typeof GRPCAction> {}

export const TCPSocketAction = struct(
  "core/v1.TCPSocketAction",
  {
    port: req(1, intOrString, "The port, by number or name."),
    host: opt(2, string, "Host; the pod's address by default."),
  },
  { doc: "A connection to a port." },
);
export interface TCPSocketAction extends Infer<typeof TCPSocketAction> {}

export const HTTPGetAction = struct(
  "core/v1.HTTPGetAction",
  {
    path: opt(1, string, "Path of the request.", { default: "/" }),
    port: req(2, intOrString, "Port, by number or name."),
    host: opt(3, string, "Host; the pod's address by default."),
    scheme: opt(4, oneOf("HTTP", "HTTPS"), "HTTP or HTTPS.", { default: "HTTP" }),
    httpHeaders: opt(5, list(ref<HTTPHeader>(() => HTTPHeader)), "Headers of the request."),
  },
  { doc: "A GET request." },
);
export interface HTTPGetAction extends Infer<typeof HTTPGetAction> {}

export const HTTPHeader = struct(
  "core/v1.HTTPHeader",
  {
    name: req(1, string, "Its name."),
    value: req(2, string, "Its value.", { mayBeEmpty: true }),
  },
  { doc: "A header of a request." },
);
export interface HTTPHeader extends Infer<typeof HTTPHeader> {}

export const ExecAction = struct(
  "core/v1.ExecAction",
  {
    command: opt(1, list(string), "Program and arguments; no shell."),
  },
  { doc: "A program run in a container." },
);
export interface ExecAction extends Infer<typeof ExecAction> {}
