import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { criticalPathOf } from '#domain/forecast/critical-path.ts'

interface Graph { lengths: number[]; before: number[][] }

const name = (index: number): string => `s${index}`
const phaseOf = ({ lengths }: Graph, prefix = '') => ({ stepIds: lengths.map((_, index) => prefix + name(index)) })
const beforeOf = ({ before }: Graph, prefix = ''): [string, string[]][] => before.map((others, index) => [prefix + name(index), others.map((other) => prefix + name(other))])

/** A graph without cycles: a step may come after any of those before it. */
const graphs = fc.array(fc.tuple(fc.integer({ min: 1, max: 9 }), fc.array(fc.nat(6), { maxLength: 3 })), { minLength: 1, maxLength: 7 })
  .map((steps): Graph => ({ lengths: steps.map(([length]) => length), before: steps.map(([, others], index) => [...new Set(others.filter((other) => other < index))]) }))

/** Every way through the graph that goes on as far as it can, by trying them all. */
function ways({ lengths, before }: Graph): number[][] {
  const followers = (index: number): number[] => lengths.flatMap((_, other) => (before[other]?.includes(index) ? [other] : []))
  const from = (index: number): number[][] => (followers(index).length === 0 ? [[index]] : followers(index).flatMap((next) => from(next).map((way) => [index, ...way])))
  return lengths.flatMap((_, index) => (before[index]?.length === 0 ? from(index) : []))
}

const lengthOfWay = (graph: Graph, way: readonly number[]): number => way.reduce((sum, index) => sum + (graph.lengths[index] ?? 0), 0)
const solve = (graph: Graph) => criticalPathOf({ phases: [phaseOf(graph)], before: new Map(beforeOf(graph)), lengthOf: (id) => graph.lengths[Number(id.slice(1))] ?? 0 })

describe('the critical path', () => {
  it('is as long as the longest way of all, found by trying every one', () => {
    fc.assert(fc.property(graphs, (graph) => {
      const { lengthMs, path } = solve(graph)
      expect(lengthMs).toBe(Math.max(...ways(graph).map((way) => lengthOfWay(graph, way))))
      expect(ways(graph).map((way) => way.map(name).join())).toContain(path.join())
      expect(lengthOfWay(graph, path.map((id) => Number(id.slice(1))))).toBe(lengthMs)
    }))
  })

  it('gives each step as much float as the longest way through it lacks', () => {
    fc.assert(fc.property(graphs, (graph) => {
      const { steps, lengthMs } = solve(graph)
      for (const index of graph.lengths.keys()) {
        const through = ways(graph).filter((way) => way.includes(index))
        const slot = steps.get(name(index))!
        expect(slot.floatMs).toBe(lengthMs - Math.max(...through.map((way) => lengthOfWay(graph, way))))
        expect(slot.earliestStart).toBe(Math.max(...through.map((way) => lengthOfWay(graph, way.slice(0, way.indexOf(index))))))
        expect(slot).toMatchObject({ latestStart: slot.earliestStart + slot.floatMs, earliestEnd: slot.earliestStart + graph.lengths[index]!, latestEnd: slot.earliestEnd + slot.floatMs })
      }
    }))
  })

  it('changes by exactly what a step exceeds its float by', () => {
    fc.assert(fc.property(graphs, fc.nat(6), fc.integer({ min: 1, max: 20 }), (graph, chosen, extra) => {
      const index = chosen % graph.lengths.length
      const { lengthMs, steps } = solve(graph)
      const slower = { ...graph, lengths: graph.lengths.map((length, other) => (other === index ? length + extra : length)) }
      expect(solve(slower).lengthMs).toBe(lengthMs + Math.max(0, extra - steps.get(name(index))!.floatMs))
    }))
  })

  it('lets no phase begin before the one before it has ended', () => {
    fc.assert(fc.property(graphs, graphs, fc.nat(9), (first, second, emptyMs) => {
      const lengthOf = (id: string) => (id.startsWith('p') ? first : second).lengths[Number(id.slice(2))] ?? 0
      const both = criticalPathOf({
        phases: [phaseOf(first, 'p'), { stepIds: [], emptyMs }, phaseOf(second, 'q')],
        before: new Map([...beforeOf(first, 'p'), ...beforeOf(second, 'q').map(([id, others]): [string, string[]] => [id, [...others, 'ps0']])]), lengthOf,
      })
      const [alone, behind] = [solve(first).lengthMs, solve(second).lengthMs]
      expect(both.lengthMs).toBe(alone + emptyMs + behind)
      expect(Math.min(...phaseOf(second, 'q').stepIds.map((id) => both.steps.get(id)!.earliestStart))).toBe(alone + emptyMs)
    }))
  })

  it('of nothing is nothing', () => {
    expect(criticalPathOf({ phases: [], before: new Map(), lengthOf: () => 1 })).toEqual({ steps: new Map(), lengthMs: 0, path: [] })
  })
})
