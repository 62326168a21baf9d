import { z } from 'zod'
import type { Settings } from '#preload/contract.ts'
import type { ApiDeps } from './deps.ts'
import type { Handlers } from './handlers.ts'

const Theme = z.enum(['system', 'dark', 'light'])

/** The name recorded with everything this person does. */
export function operatorOf(deps: Pick<ApiDeps, 'storage' | 'info'>): string {
  return z.string().min(1).safeParse(deps.storage.settings.get('operator')).data ?? deps.info.systemUser
}

export function createSettingsHandlers(deps: ApiDeps): Pick<Handlers, 'app-info' | 'read-settings' | 'save-settings' | 'answer-prompt'> {
  const { storage, info } = deps
  const read = (): Settings => ({ operator: operatorOf(deps), theme: Theme.safeParse(storage.settings.get('theme')).data ?? 'system' })
  return {
    'app-info': () => ({ version: info.version, door: info.door, dataPath: storage.dataPath, operator: operatorOf(deps), platform: info.platform, machine: info.machine }),
    'read-settings': read,
    'save-settings': (change) => {
      if (change.operator !== undefined) storage.settings.set('operator', change.operator)
      if (change.theme !== undefined) storage.settings.set('theme', change.theme)
      return read()
    },
    'answer-prompt': ({ promptId, answer }) => {
      deps.prompts.answer(promptId, answer)
      return null
    },
  }
}
