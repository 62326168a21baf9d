/** The value a record itself holds under a key; a runbook may well name a host or a metric `constructor`, which every object inherits. */
export const own = <T>(record: Readonly<Record<string, T>>, key: string): T | undefined => (Object.hasOwn(record, key) ? record[key] : undefined)
