// As much of a test runner as the examples call.

const running: Promise<void>[] = [];

export function describe(_subject: string, body: () => void): void {
  body();
}

export function it(_behaviour: string, body: () => Promise<void>): void {
  running.push(body());
}

export function expect(value: unknown) {
  return {
    toHaveProperty(name: string): void {
      if (!Object.hasOwn(Object(value), name)) throw new Error(`no property ${name}`);
    },
  };
}

/** Resolves when every test passed. */
export async function finished(): Promise<number> {
  return (await Promise.all(running)).length;
}
