import './jitless.ts'
import './ui/base.css'
import { createRoot } from 'react-dom/client'
import { createClient } from '#preload/client.ts'
import { App } from './app.tsx'
import { openBridge } from './bridge.ts'

const root = document.getElementById('root')
if (root) createRoot(root).render(<App client={createClient(openBridge())} />)
