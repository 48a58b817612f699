import { Config, SECRET_SETTINGS, settingNames, type Setting } from "../config.ts";
import { code, GENERATED, markdownTable } from "./markdown.ts";

const INTRODUCTION = `Settings come from the command line, from the environment and from a YAML or JSON file (\`--config FILE\` or \`GALEN_CONFIG\`); the
first that names a setting wins. Lists are given as one text with commas between.`;

const OTHERS = "`GALEN_DEBUG=1` prints stack traces with errors. `NO_COLOR` switches colours off.";

/** docs/configuration.md: every setting with its names, default and meaning. */
export function configurationDocument(): string {
  const defaults = Config.parse({});
  const rows = (Object.keys(Config.shape) as Setting[]).map((setting) => {
    const { env, file } = settingNames(setting);
    return [code(env), code(file), defaultOf(setting, defaults), Config.shape[setting].description ?? ""];
  });
  const table = markdownTable(["environment", "file", "default", "meaning"], rows);
  return [GENERATED, "# Configuration", INTRODUCTION, table, secrets(), OTHERS].join("\n\n").concat("\n");
}

function defaultOf(setting: Setting, defaults: Config): string {
  // The default depends on where the checkout is.
  if (setting === "playground") return code("apps/playground/dist");
  const value = defaults[setting];
  return value === undefined || (Array.isArray(value) && value.length === 0) ? "none" : code(String(value));
}

function secrets(): string {
  return `Never printed: ${SECRET_SETTINGS.map((setting) => code(settingNames(setting).env)).join(", ")}.`;
}
