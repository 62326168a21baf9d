import ssh2 from 'ssh2'
import type { BaseAgent, ParsedKey } from 'ssh2'

const ANSWER_WITHIN_MS = 5000

export interface AgentKey {
  key: ParsedKey
  /** An agent that offers this one key only, so that each key can be tried and told apart. */
  agent: BaseAgent
}

/** The keys of an ssh-agent, or why there are none. */
export async function listAgentKeys(socket: string): Promise<AgentKey[] | Error> {
  const agent = ssh2.createAgent(socket)
  const keys = await new Promise<ParsedKey[] | Error>((resolve) => {
    const timer = setTimeout(() => resolve(new Error(`the agent at ${socket} does not answer`)), ANSWER_WITHIN_MS)
    agent.getIdentities((error, found) => {
      clearTimeout(timer)
      resolve(error ? new Error(`the agent at ${socket} cannot be used: ${error.message}`) : ((found ?? []) as ParsedKey[]))
    })
  })
  if (keys instanceof Error) return keys
  return keys.map((key) => ({ key, agent: offering(socket, key) }))
}

function offering(socket: string, key: ParsedKey): BaseAgent {
  const agent = ssh2.createAgent(socket)
  agent.getIdentities = (callback) => callback(null, [key])
  return agent
}
