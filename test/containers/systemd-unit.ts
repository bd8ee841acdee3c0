/** A systemd unit as data: sections, and in each the directives in the order they stand in. */

export interface Unit {
  /** All values of a directive, joined as systemd does; empty when it is not there. */
  values(section: string, name: string): readonly string[];
  /** Directives that systemd does not know, or that stand in the wrong section, as `Section.Name`. */
  readonly unknown: readonly string[];
}

/** Every directive that a unit of ours may use, from systemd.unit(5), .service(5), .exec(5), .kill(5), .resource-control(5). */
const KNOWN: Readonly<Record<string, string>> = {
  Unit: 'Description Documentation Wants Requires After Before StartLimitIntervalSec StartLimitBurst',
  Service: `Type User Group WorkingDirectory Environment EnvironmentFile LoadCredential ExecStart ExecStartPre ExecReload
    Restart RestartSec RestartPreventExitStatus SuccessExitStatus KillMode KillSignal TimeoutStopSec TimeoutStartSec
    OOMPolicy OOMScoreAdjust LimitNOFILE TasksMax MemoryMax CPUQuota UMask Nice
    StateDirectory StateDirectoryMode CacheDirectory CacheDirectoryMode RuntimeDirectory ReadWritePaths ReadOnlyPaths
    NoNewPrivileges CapabilityBoundingSet AmbientCapabilities ProtectSystem ProtectHome PrivateTmp PrivateDevices
    ProtectProc ProtectClock ProtectHostname ProtectKernelLogs ProtectKernelModules ProtectKernelTunables
    ProtectControlGroups RestrictAddressFamilies RestrictNamespaces RestrictRealtime RestrictSUIDSGID LockPersonality
    MemoryDenyWriteExecute RemoveIPC SystemCallArchitectures SystemCallFilter SystemCallErrorNumber`,
  Install: 'WantedBy RequiredBy Alias Also',
};

/** Throws for a line that is neither a section, a directive nor a comment. */
export function parseUnit(text: string): Unit {
  const directives: { section: string; name: string; value: string }[] = [];
  let section = '';
  for (const line of text.split('\n').filter((line) => line.trim() !== '' && !/^[#;]/.test(line))) {
    const heading = /^\[(\w+)\]$/.exec(line)?.[1];
    const [, name, value] = /^(\w+)=(.*)$/.exec(line) ?? [];
    if (heading !== undefined) section = heading;
    else if (name !== undefined) directives.push({ section, name, value: value! });
    else throw new Error(`not a line of a unit: ${line}`);
  }
  const isKnown = ({ section, name }: { section: string; name: string }): boolean =>
    (KNOWN[section] ?? '').split(/\s+/).includes(name);
  return {
    values: (section, name) =>
      directives.filter((one) => one.section === section && one.name === name).map(({ value }) => value),
    unknown: directives.filter((one) => !isKnown(one)).map(({ section, name }) => `${section}.${name}`),
  };
}

/** `Environment=` lines as variables. */
export const environmentOf = (unit: Unit): Record<string, string> =>
  Object.fromEntries(
    unit.values('Service', 'Environment').map((assignment) => {
      const [, name, value] = /^(\w+)=(.*)$/.exec(assignment) ?? [];
      return [name!, value!];
    }),
  );

/** The words of ExecStart. */
export const commandOf = (unit: Unit): string[] => unit.values('Service', 'ExecStart')[0]!.split(' ');
