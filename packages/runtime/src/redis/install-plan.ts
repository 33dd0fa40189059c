/** How to get a redis-server without asking anybody: what is on the machine → commands. Pure. */

export interface Machine {
  /** Paths of the programs that are there. */
  aptGet: string | undefined;
  brew: string | undefined;
  /** Only where it asks for no password. */
  sudo: string | undefined;
  /** Only where systemd runs the machine. */
  systemctl: string | undefined;
  isRoot: boolean;
  hasAptLists: boolean;
}

export interface InstallStep {
  command: string[];
  /** Its failure changes nothing: a later step or the final look decides. */
  mayFail?: boolean | undefined;
}

export interface InstallPlan {
  manager: 'apt-get' | 'brew';
  steps: InstallStep[];
}

/** Undefined where nothing can be installed without a question. Homebrew refuses to run as root. */
export function installPlan(machine: Machine): InstallPlan | undefined {
  const { aptGet, brew, sudo, isRoot } = machine;
  if (aptGet && (isRoot || sudo)) return aptPlan(aptGet, machine);
  if (brew && !isRoot) {
    const quiet = ['HOMEBREW_NO_AUTO_UPDATE=1', 'HOMEBREW_NO_ENV_HINTS=1', 'NONINTERACTIVE=1'];
    return { manager: 'brew', steps: [{ command: ['env', ...quiet, brew, 'install', 'redis'] }] };
  }
  return undefined;
}

function aptPlan(aptGet: string, machine: Machine): InstallPlan {
  // sudo drops the environment: hand it over by env(1).
  const env = ['DEBIAN_FRONTEND=noninteractive', 'RUNLEVEL=1'];
  const root = machine.isRoot ? ['env', ...env] : [machine.sudo ?? 'sudo', '-n', 'env', ...env];
  const wait = ['-o', 'DPkg::Lock::Timeout=300'];
  const update: InstallStep = { command: [...root, aptGet, ...wait, '-q', 'update'] };
  const install: InstallStep = {
    command: [...root, aptGet, ...wait, '-q', '-y', '--no-install-recommends', 'install', 'redis-server'],
  };
  const fetch = machine.hasAptLists
    ? // The lists may be older than the mirror: then the first try fails. Installing what is installed is no work.
      [{ ...install, mayFail: true }, update, install]
    : [update, install];
  const { systemctl } = machine;
  if (!systemctl) return { manager: 'apt-get', steps: fetch };
  // The package starts a server of its own on port 6379, and RUNLEVEL stops only init scripts. Nobody asked for that
  // server: it is masked while the package is unpacked (until a reboot at most), and left disabled.
  const unit = (verb: string[]): InstallStep => ({
    command: [...root, systemctl, ...verb, 'redis-server.service'],
    mayFail: true,
  });
  return {
    manager: 'apt-get',
    steps: [unit(['mask', '--runtime']), ...fetch, unit(['unmask', '--runtime']), unit(['disable'])],
  };
}
