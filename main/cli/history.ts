import { historyFor, setExcluded } from '#api/history.ts'
import { formatDuration } from '#domain/duration.ts'
import { describeForecast, forecastsOf } from '#domain/forecast/forecast.ts'
import { EXCLUSION_WORDS, sampleKey, type DurationSample } from '#domain/forecast/history.ts'
import { createApp } from '../app.ts'
import { runNamed } from './run-named.ts'
import { EXIT, harmless, UsageError } from './terminal.ts'
import { textOption, type Command } from './usage.ts'

export const history: Command = {
  name: 'history', summary: 'Lists how long a run\'s steps took in earlier runs, and says what of it counts.', words: ['RUN'],
  options: {
    step: { type: 'string', value: 'ID', help: 'of this step only' },
    exclude: { type: 'string', value: 'NAME', help: 'do not count the length of this name any more' },
    include: { type: 'string', value: 'NAME', help: 'count the length of this name again' },
    json: { type: 'boolean', help: 'print it as JSON' },
    'data-dir': { type: 'string', value: 'DIR', help: 'read the data there instead of the usual place' },
  },
  details: 'RUN is an id from holdpoint runs, or `last`. Each step has its forecast and its lengths, oldest first: name, when, length, and why one is not counted. A name is RUN/STEP/ATTEMPT, as printed.',
  run: async (args) => {
    const app = await createApp({ door: 'cli', dataPath: textOption(args, 'data-dir'), recover: false })
    try {
      const runId = runNamed(app, args.positionals)
      for (const option of ['exclude', 'include']) {
        const name = textOption(args, option)
        if (name !== undefined) setExcluded(app.deps, runId, readName(name), option === 'exclude')
      }
      const { samples, runs } = historyFor(app.deps, runId)
      const { runbook } = app.engine.state(runId)
      const forecasts = forecastsOf(runbook, new Map(Object.entries(samples)))
      const step = textOption(args, 'step')
      const shown = [...forecasts].filter(([id]) => step === undefined || id === step)
      if (step !== undefined && shown.length === 0) throw new UsageError(`The run has no step ${step}.`)
      if (args.options['json'] === true) process.stdout.write(`${JSON.stringify({ runs, steps: shown.map(([id, forecast]) => ({ id, forecast, samples: (samples[id] ?? []).map((sample) => ({ ...sample, name: sampleKey(sample, id) })) })) }, null, 2)}\n`)
      else for (const [id, forecast] of shown) process.stdout.write(`${harmless(id)}: ${describeForecast(forecast)}\n${(samples[id] ?? []).map((sample) => `  ${line(sample, id)}\n`).join('')}`)
      return EXIT.succeeded
    } finally {
      await app.close()
    }
  },
}

const line = (sample: DurationSample, stepId: string): string =>
  harmless(`${sampleKey(sample, stepId)}  ${new Date(sample.at).toISOString()}  ${formatDuration(sample.ms).padEnd(12)}${sample.excluded === null ? '' : `  not counted: ${EXCLUSION_WORDS[sample.excluded]}`}`)

/** Neither a run's id nor an attempt has a slash; a step's id has none either. */
function readName(name: string): { runId: string; stepId: string; attempt: number } {
  const [, runId = '', stepId = '', attempt = ''] = /^([^/]+)\/([^/]+)\/(\d{1,6})$/.exec(name) ?? []
  if (runId === '') throw new UsageError(`“${name}” is no name of a length: it is RUN/STEP/ATTEMPT, as printed.`)
  return { runId, stepId, attempt: Number(attempt) }
}
