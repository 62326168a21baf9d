import '#renderer/jitless.ts'
import '#renderer/ui/base.css'
import { createRoot } from 'react-dom/client'
import { createClient } from '#preload/client.ts'
import { App } from '#renderer/app.tsx'
import { createFakeBridge } from '../fake-bridge.ts'
import type { FakeBridge } from '../fake-bridge.ts'
import { scenarios } from '../room-scenarios.ts'
import type { ScenarioName } from '../room-scenarios.ts'

/** The app over a fake bridge with one run of a named scenario: `?scenario=failed&theme=light#/run/run-1`. */
const query = new URLSearchParams(location.search)
const scenario = (query.get('scenario') ?? 'running') as ScenarioName
const theme = query.get('theme') === 'light' ? 'light' : 'dark'
const bridge = createFakeBridge()
bridge.journals['run-1'] = scenarios[scenario](Date.now())
bridge.answer('read-settings', () => ({ operator: 'mira', theme }))
Object.assign(window, { bridge } satisfies { bridge: FakeBridge })
if (location.hash === '') location.hash = '#/run/run-1'
const root = document.getElementById('root')
if (root) createRoot(root).render(<App client={createClient(bridge)} />)
