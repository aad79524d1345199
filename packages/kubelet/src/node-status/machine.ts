/** What a machine is and has. Found out once, at start. */
export interface MachineInfo {
  readonly cpus: number;
  readonly memoryBytes: number;
  readonly ephemeralStorageBytes: number;
  readonly machineId: string;
  readonly systemUuid: string;
  readonly bootId: string;
  readonly kernelVersion: string;
  readonly osImage: string;
  /** As Go spells it: `linux`, `amd64`. */
  readonly operatingSystem: string;
  readonly architecture: string;
}

/** What a machine runs short of now. */
export interface Pressure {
  readonly memory: boolean;
  readonly disk: boolean;
  readonly pid: boolean;
}
