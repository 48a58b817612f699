import { styleText } from "node:util";
import { environmentFacts } from "../config.ts";

/** Where a command writes: results to `out`, everything else to `err`. */
export interface Terminal {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** Width of stderr; 80 where there is no terminal. */
  readonly columns: number;
  /** Whether stdout is a terminal: then tables are cut to its width. */
  readonly outIsTerminal: boolean;
  /** Whether a line on stderr can be drawn again. */
  readonly redraws: boolean;
  /** Colours and weights for stderr, and for stdout; plain where colour is not wanted (`NO_COLOR`, pipes). */
  readonly style: (format: Style, text: string, stream?: "out" | "err") => string;
}

type Style = "bold" | "dim" | "red" | "yellow" | "cyan" | "green";

export function processTerminal(): Terminal {
  const { stdout, stderr } = process;
  return {
    out: (text) => void stdout.write(text),
    err: (text) => void stderr.write(text),
    columns: (stderr.isTTY ? stderr.columns : undefined) ?? 80,
    outIsTerminal: stdout.isTTY,
    redraws: stderr.isTTY && environmentFacts().redraws,
    style: (format, text, stream = "err") => styleText(format, text, { stream: stream === "out" ? stdout : stderr }),
  };
}

/** A reader that closes the pipe (`| head`) has seen enough: not an error. */
export function endQuietlyOnClosedPipe(): void {
  for (const stream of [process.stdout, process.stderr])
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EPIPE") process.exit(0);
      throw error;
    });
}
