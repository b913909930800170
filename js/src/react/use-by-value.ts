"use client";

import { useMemo } from "react";

/** The same object for as long as its JSON is the same: options written inline then cause nothing. */
export function useByValue<T>(value: T): T {
  const json = JSON.stringify(value);
  return useMemo(() => JSON.parse(json) as T, [json]);
}
