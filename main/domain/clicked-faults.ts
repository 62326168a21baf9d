/** Faults a person can cause on a stand-in while a rehearsal runs, in words: what it is, and what it does to the command. */
export const CLICKED_FAULTS = {
  'link-drop': { name: 'Link drop', does: 'The connection goes for 30 s; the command goes on there.' },
  'slow-link': { name: 'Slow link', does: 'Everything the host says arrives two seconds late.' },
  exit: { name: 'Exit code 1', does: 'The command fails.' },
  hang: { name: 'Hang', does: 'The command says nothing more and does not end.' },
  reboot: { name: 'Host reboot', does: 'The host is gone for 60 s, and the command with it.' },
  'disk-full': { name: 'Disk full', does: 'The command fills the disk; one that comes later cannot be put there.' },
  'output-flood': { name: 'Output flood', does: 'The command prints until it is stopped.' },
  'sudo-prompt': { name: 'Sudo prompt', does: 'sudo wants a password that nobody can type.' },
  'clock-skew': { name: 'Clock skew', does: 'The host’s own clock is 67 minutes behind.' },
  'refuse-auth': { name: 'Authentication refused', does: 'The host does not accept the login for its next command.' },
  'changed-host-key': { name: 'Changed host key', does: 'The host shows another key for its next command.' },
} as const

export type ClickedFault = keyof typeof CLICKED_FAULTS

export const CLICKED_FAULT_IDS = Object.keys(CLICKED_FAULTS) as [ClickedFault, ...ClickedFault[]]
