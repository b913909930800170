import type { ConflictHistoryEntry, ConflictStats } from "./types.js";

/** Counts the entries of a history. */
export function statsOf(entries: readonly ConflictHistoryEntry[]): ConflictStats {
  const pending = entries.filter(({ resolvedAt }) => resolvedAt === undefined).length;
  return {
    totalConflicts: entries.length,
    resolvedConflicts: entries.length - pending,
    pendingConflicts: pending,
    byType: count(entries.map(({ type }) => type)),
    byStrategy: count(entries.map(({ strategy }) => strategy)),
  };
}

function count<T extends string>(values: readonly T[]): Partial<Record<T, number>> {
  const counts = new Map<T, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return Object.fromEntries(counts) as Partial<Record<T, number>>;
}
