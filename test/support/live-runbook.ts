/** A runbook over real hosts: two of them behind one sshd, a check against a real web server, a metric probed for real. */
export const liveRunbook = (options: { checkUrl: string; marker: string; firstCommand?: string; undo?: string }): string => `---
hosts: [app1, app2]
groups:
  app: [app1, app2]
metrics:
  error rate: { source: http, url: "${options.checkUrl}", measure: error-rate, every: 1s }
---

# Live release

## Overview

* **Environment:** Test
* **Deployment Date:** 2026-12-05
* **Deployment Window:** 22:00 - 23:00 UTC

## Pre-Deployment Checklist

### Code Preparation

- [ ] All tests passing

## Deployment Steps

### Phase 1: Deploy

**22:00 - 22:10**

1. Deploy to the hosts
   \`\`\`sh {id=deploy hosts=app timeout=60s undo="${options.undo ?? 'true'}"}
   ${(options.firstCommand ?? `echo "deployed on $(hostname)"; printf 'raw \\377 byte\\n'; echo to-stderr >&2`).split('\n').join('\n   ')}
   \`\`\`
2. Ask the service
   \`\`\`http {id=check expect=200 contains=fine}
   GET ${options.checkUrl}
   \`\`\`

## Rollback Plan

### Rollback Trigger Conditions

* Error rate > 50% for 30s

### Rollback Steps

1. Put the old version back
   \`\`\`sh {id=back hosts=app}
   rm -f ${options.marker}
   \`\`\`

### Rollback Validation

- [ ] Application accessible
`
