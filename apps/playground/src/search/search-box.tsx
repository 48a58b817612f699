import { Search } from "lucide-react";
import { useEffect, useRef, useState, type Ref } from "react";
import { Button } from "../ui/button.tsx";
import styles from "./search.module.css";

/** A pause this long while typing starts the search. */
const PAUSE_MS = 150;

interface SearchBoxProps {
  readonly ref: Ref<HTMLInputElement>;
  readonly query: string;
  readonly onQuery: (query: string, options: { replace: boolean }) => void;
}

/** Searches on Enter and on a pause. The first letter after a search makes a step for Back, the next ones replace it. */
export function SearchBox({ ref, query, onQuery }: SearchBoxProps) {
  const [text, setText] = useState(query);
  const [typing, setTyping] = useState(false);
  const sent = useRef(query);
  const send = (value: string, replace: boolean) => {
    sent.current = value;
    onQuery(value, { replace });
  };

  // The address moved by itself (Back, a link): what it says counts.
  useEffect(() => {
    if (query === sent.current) return;
    sent.current = query;
    setText(query);
    setTyping(false);
  }, [query]);

  const pending = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(pending.current), []);
  const onType = (value: string, composing: boolean) => {
    setText(value);
    clearTimeout(pending.current);
    if (composing) return;
    pending.current = setTimeout(() => {
      send(value, typing);
      setTyping(true);
    }, PAUSE_MS);
  };

  return (
    <form
      className={styles.box}
      role="search"
      onSubmit={(event) => {
        event.preventDefault();
        clearTimeout(pending.current);
        if (text !== sent.current) send(text, typing);
        setTyping(false);
      }}
    >
      <Search size={20} strokeWidth={1.75} aria-hidden className={styles.glass} />
      <input
        ref={ref}
        className={styles.query}
        type="search"
        dir="auto"
        aria-label="Search"
        aria-keyshortcuts="/"
        placeholder="Words or a question"
        autoComplete="off"
        enterKeyHint="search"
        maxLength={10_000}
        value={text}
        onChange={(event) =>
          onType(event.target.value, event.nativeEvent instanceof InputEvent && event.nativeEvent.isComposing)
        }
        onKeyDown={(event) => {
          if (event.key !== "Escape") return;
          // Leaves the field for the single keys; the browser would empty it instead.
          event.preventDefault();
          event.currentTarget.blur();
        }}
        onCompositionEnd={(event) => onType(event.currentTarget.value, false)}
      />
      <Button kind="primary" type="submit">
        Search
      </Button>
    </form>
  );
}
