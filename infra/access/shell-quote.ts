/**
 * One POSIX shell command line that runs exactly these arguments.
 * @throws Error on an empty vector or an argument with a NUL byte, which no process can be given.
 */
export function shellQuote(argv: readonly string[]): string {
  if (argv.length === 0) throw new Error("a command needs at least its name");
  return argv.map(quote).join(" ");
}

function quote(argument: string): string {
  if (argument.includes("\0")) throw new Error("a command argument cannot contain a NUL byte");
  if (/^[A-Za-z0-9_@%+:,./-]+$/.test(argument)) return argument;
  return `'${argument.replaceAll("'", `'\\''`)}'`;
}
