import { useState, type ComponentProps } from "react";
import { announce } from "../state/announcement.ts";
import { Button } from "./button.tsx";

type CopyButtonProps = Omit<ComponentProps<typeof Button>, "children" | "onClick"> & { text: string; children: string };

/** Says on the button itself whether it worked; a browser may refuse the clipboard on plain http. */
export function CopyButton({ text, children, ...rest }: CopyButtonProps) {
  const [outcome, setOutcome] = useState<string>();
  const copy = async () => {
    const said = await writeClipboard(text);
    setOutcome(said);
    announce(said);
    setTimeout(() => setOutcome(undefined), 2500);
  };
  return (
    <Button {...rest} onClick={() => void copy()}>
      {outcome ?? children}
    </Button>
  );
}

async function writeClipboard(text: string): Promise<string> {
  try {
    await navigator.clipboard.writeText(text);
    return "Copied";
  } catch {
    return "The browser refused; select and copy";
  }
}
