import type { AttemptSpec } from '../../core/ports.js';
import { CARRIED_CA, pickEnvironment, withCarriedCa } from '../environment.js';

/**
 * What the agent CLI sees: the allowed part of the runner's own environment, fixed values, and the marks by which its
 * processes are found again. A CLI of ours that wants to start without certificates (it sets them empty) gets them
 * carried, for what it starts itself.
 */
export function agentEnvironment(spec: AttemptSpec, own: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const inherited = pickEnvironment(withCarriedCa(own), [...spec.passEnv, ...spec.command.passEnv, ...(spec.enginePassEnv ?? [])]);
  const fixed = { ...spec.command.setEnv, ...spec.setEnv };
  const certificates = inherited['NODE_EXTRA_CA_CERTS'];
  const carried = fixed['NODE_EXTRA_CA_CERTS'] === '' && certificates !== undefined ? { [CARRIED_CA]: certificates } : {};
  return {
    ...inherited,
    ...fixed,
    ...carried,
    SWITCHYARD_NONCE: spec.nonce,
    SWITCHYARD_RUN: spec.run,
    SWITCHYARD_TASK: spec.task,
    SWITCHYARD_ATTEMPT: String(spec.attempt),
    ...(spec.slot !== undefined && { SWITCHYARD_SLOT: String(spec.slot) }),
  };
}
