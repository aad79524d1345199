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

export const Lifecycle = struct("core/v1.Lifecycle", {
  postStart: opt(
    1,
    ref<LifecycleHandler>(() => LifecycleHandler),
    "",
  ),
  preStop: opt(
    2,
    ref<LifecycleHandler>(() => LifecycleHandler),
    "",
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
    "",
    { keepZero: true },
  ),
});
export interface Lifecycle extends Infer<typeof Lifecycle> {}

export const LifecycleHandler = struct("core/v1.LifecycleHandler", {
  exec: opt(
    1,
    ref<ExecAction>(() => ExecAction),
    "",
  ),
  httpGet: opt(
    2,
    ref<HTTPGetAction>(() => HTTPGetAction),
    "",
  ),
  tcpSocket: opt(
    3,
    ref<TCPSocketAction>(() => TCPSocketAction),
    "",
  ),
  sleep: opt(
    4,
    ref<SleepAction>(() => SleepAction),
    "",
  ),
});
export interface LifecycleHandler extends Infer<typeof LifecycleHandler> {}

export const SleepAction = struct("core/v1.SleepAction", {
  seconds: req(1, int64, ""),
});
export interface SleepAction extends Infer<typeof SleepAction> {}

export const ProbeHandler = struct("core/v1.ProbeHandler", {
  exec: opt(
    1,
    ref<ExecAction>(() => ExecAction),
    "",
  ),
  httpGet: opt(
    2,
    ref<HTTPGetAction>(() => HTTPGetAction),
    "",
  ),
  tcpSocket: opt(
    3,
    ref<TCPSocketAction>(() => TCPSocketAction),
    "",
  ),
  grpc: opt(
    4,
    ref<GRPCAction>(() => GRPCAction),
    "",
  ),
});
export interface ProbeHandler extends Infer<typeof ProbeHandler> {}

export const Probe = struct("core/v1.Probe", {
  ...inline(1, ProbeHandler),
  initialDelaySeconds: opt(2, int32, "", { minimum: 0 }),
  timeoutSeconds: opt(3, int32, "", { default: 1, minimum: 0 }),
  periodSeconds: opt(4, int32, "", { default: 10, minimum: 0 }),
  successThreshold: opt(5, int32, "", { default: 1, minimum: 0 }),
  failureThreshold: opt(6, int32, "", { default: 3, minimum: 0 }),
  terminationGracePeriodSeconds: opt(7, int64, "", { keepZero: true }),
});
export interface Probe extends Infer<typeof Probe> {}

export const GRPCAction = struct("core/v1.GRPCAction", {
  port: req(1, int32, ""),
  service: opt(2, string, "", { keepZero: true, emitEmpty: true, default: "" }),
});
export interface GRPCAction extends Infer<typeof GRPCAction> {}

export const TCPSocketAction = struct("core/v1.TCPSocketAction", {
  port: req(1, intOrString, ""),
  host: opt(2, string, ""),
});
export interface TCPSocketAction extends Infer<typeof TCPSocketAction> {}

export const HTTPGetAction = struct("core/v1.HTTPGetAction", {
  path: opt(1, string, "", { default: "/" }),
  port: req(2, intOrString, ""),
  host: opt(3, string, ""),
  scheme: opt(4, oneOf("HTTP", "HTTPS"), "", { default: "HTTP" }),
  httpHeaders: opt(5, list(ref<HTTPHeader>(() => HTTPHeader)), ""),
});
export interface HTTPGetAction extends Infer<typeof HTTPGetAction> {}

export const HTTPHeader = struct("core/v1.HTTPHeader", {
  name: req(1, string, ""),
  value: req(2, string, "", { mayBeEmpty: true }),
});
export interface HTTPHeader extends Infer<typeof HTTPHeader> {}

export const ExecAction = struct("core/v1.ExecAction", {
  command: opt(1, list(string), ""),
});
export interface ExecAction extends Infer<typeof ExecAction> {}
