import { useState, type Ref } from "react";
import { Button } from "../ui/button.tsx";
import { classes } from "../ui/classes.ts";
import field from "../ui/field.module.css";
import { useConnection } from "../ui/hooks.ts";
import styles from "./answers.module.css";

interface QuestionBoxProps {
  readonly ref: Ref<HTMLTextAreaElement>;
  readonly first: boolean;
  readonly running: boolean;
  readonly onAsk: (question: string) => void;
  readonly onStop: () => void;
}

/** Enter asks, Shift+Enter breaks the line. What was typed stays while another answer runs or the server is gone. */
export function QuestionBox({ ref, first, running, onAsk, onStop }: QuestionBoxProps) {
  const [text, setText] = useState("");
  const { gone } = useConnection();
  const ready = text.trim() !== "" && !running && !gone;
  const submit = () => {
    if (!ready) return;
    onAsk(text.trim());
    setText("");
  };
  return (
    <form
      className={styles.question}
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <label className={field.field}>
        <span className={field.label}>{first ? "Question" : "Another question"}</span>
        <textarea
          ref={ref}
          className={classes(field.input, styles.text)}
          dir="auto"
          rows={2}
          maxLength={10_000}
          value={text}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={(event) => {
            if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
            event.preventDefault();
            submit();
          }}
        />
      </label>
      <div className={styles.actions}>
        <Button kind="primary" type="submit" disabled={!ready}>
          Ask
        </Button>
        {running && <Button onClick={onStop}>Stop</Button>}
        {gone && <span className={field.hint}>The server does not answer; what you typed stays here.</span>}
      </div>
    </form>
  );
}
