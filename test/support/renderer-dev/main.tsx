import '#renderer/jitless.ts'
import '#renderer/ui/base.css'
import { createRoot } from 'react-dom/client'
import { createClient } from '#preload/client.ts'
import { App } from '#renderer/app.tsx'
import { createFakeBridge } from '#support/fake-bridge.ts'
import { scenarios } from '#support/room-scenarios.ts'
import { Plots } from './plots.tsx'

// The real page over a fake main: `?fresh` is a first start, `?scenario=failed` has that run as `run-1`, `&theme=light` is
// the other theme, `?plots` our plot beside recharts. `window.fake` pulls its strings from the console or a test.
const query = new URLSearchParams(location.search)
const bridge = createFakeBridge({ fresh: query.has('fresh') })
const scenario = Object.entries(scenarios).find(([name]) => name === query.get('scenario'))?.[1]
if (scenario) bridge.journals['run-1'] = scenario(Date.now())
const theme = query.get('theme')
if (theme === 'light' || theme === 'dark') bridge.answer('read-settings', () => ({ operator: 'mira', theme }))
Object.assign(window, { fake: bridge })
const root = document.getElementById('root')
if (root) createRoot(root).render(query.has('plots') ? <Plots /> : <App client={createClient(bridge)} />)
