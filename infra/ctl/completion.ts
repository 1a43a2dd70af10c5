import type { Command } from "commander";
import { CtlError } from "./ctl-error.ts";

/** `dsmilctl completion bash|zsh|fish`: from the commands that there are. */
export function registerCompletion(program: Command): void {
  program
    .command("completion")
    .description("Print a script that completes commands in a shell.")
    .argument("<shell>", "bash, zsh or fish")
    .addHelpText("after", '\nbash, zsh: eval "$(dsmilctl completion bash)"\nfish: dsmilctl completion fish | source')
    .action((shell: string) => {
      process.stdout.write(completionScript(program, shell));
    });
}

/** The script for a shell. @throws CtlError for one that is not known */
export function completionScript(program: Command, shell: string): string {
  const words = wordsOf(program);
  if (shell === "bash") return bash(words);
  // It has a mode for bash's.
  if (shell === "zsh") return `autoload -U +X bashcompinit && bashcompinit\n${bash(words)}`;
  if (shell === "fish") return fish(words);
  throw new CtlError(`there is no completion for ${shell}`, "name bash, zsh or fish");
}

/** What may follow `dsmilctl`, `dsmilctl tenant` … */
function wordsOf(command: Command, path: readonly string[] = []): ReadonlyMap<string, readonly string[]> {
  const options = command.options.flatMap(({ long }) => long ?? []);
  const own = [...command.commands.map((one) => one.name()), ...options, "--help"];
  const below = command.commands.flatMap((one) => [...wordsOf(one, [...path, one.name()])]);
  return new Map([[path.join(" "), own], ...below]);
}

function bash(words: ReadonlyMap<string, readonly string[]>): string {
  const cases = [...words].map(([path, own]) => `    "${path}") words="${own.join(" ")}" ;;`);
  return `_dsmilctl() {
  local i path="" words=""
  for ((i = 1; i < COMP_CWORD; i++)); do
    [[ \${COMP_WORDS[i]} == -* ]] || path="\${path:+$path }\${COMP_WORDS[i]}"
  done
  case "$path" in
${cases.join("\n")}
  esac
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -F _dsmilctl dsmilctl
`;
}

function fish(words: ReadonlyMap<string, readonly string[]>): string {
  const lines = [...words].flatMap(([path, own]) => {
    const condition =
      path === ""
        ? "__fish_use_subcommand"
        : path
            .split(" ")
            .map((word) => `__fish_seen_subcommand_from ${word}`)
            .join("; and ");
    return own.map((word) =>
      word.startsWith("--")
        ? `complete -c dsmilctl -f -n "${condition}" -l ${word.slice(2)}`
        : `complete -c dsmilctl -f -n "${condition}" -a ${word}`,
    );
  });
  return `${lines.join("\n")}\n`;
}
