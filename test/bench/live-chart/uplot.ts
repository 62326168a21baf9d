import UPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'

/** The same line on a canvas, without React: the limit of what a chart here could cost. */
export function drawUPlot(target: HTMLElement, width: number, height: number, at: number[], values: (number | null)[]): UPlot {
  return new UPlot({ width, height, legend: { show: false }, cursor: { show: false }, scales: { x: { time: true } }, series: [{}, { stroke: 'steelblue', width: 1.6 }] }, [at.map((ms) => ms / 1000), values], target)
}
