/**
 * For `.catch()` while a part starts: ends it with what a person has to mend, and no stack.
 * @param exitCode 2 for what stands in its config, 1 for all else
 */
export function cannotStart(part: string, exitCode: 1 | 2): (error: Error) => never {
  return (error) => {
    process.stderr.write(`nightpass ${part} cannot start:\n${error.message}\n`);
    process.exit(exitCode);
  };
}
