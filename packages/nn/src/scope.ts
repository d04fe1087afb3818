/** The path of the module being applied, for error messages. Graph building is synchronous, so one stack is enough. */
const stack: string[] = [];

export function currentScope(): string {
  return stack[stack.length - 1] ?? '';
}

/** Runs `body` with `name` as the current layer path. */
export function withScope<T>(name: string, body: () => T): T {
  stack.push(name);
  try {
    return body();
  } finally {
    stack.pop();
  }
}
