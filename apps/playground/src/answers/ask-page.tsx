import { useRef, useSyncExternalStore } from "react";
import type { Span } from "@galen/db/schemas";
import { DocumentPanel } from "../documents/document-panel.tsx";
import { navigate } from "../state/history.ts";
import { formatRoute, type AskRoute } from "../state/route.ts";
import { useHasPanel, useShortcuts } from "../ui/hooks.ts";
import { Message } from "../ui/message.tsx";
import { Workbench } from "../ui/workbench.tsx";
import styles from "./answers.module.css";
import { QuestionBox } from "./question-box.tsx";
import { ask, askAgain, stop, subscribeToTurns, turnsOf } from "./thread.ts";
import { TurnView } from "./turn-view.tsx";

export function AskPage({ route }: { route: AskRoute }) {
  const { collection, panel } = route;
  const turns = useSyncExternalStore(subscribeToTurns, () => turnsOf(collection));
  const box = useRef<HTMLTextAreaElement>(null);
  const hasPanel = useHasPanel();
  const close = () => {
    navigate({ page: "ask", collection });
    opener.current?.focus();
  };
  const opener = useRef<HTMLElement>(null);
  const open = (id: string, at: Span, from: HTMLElement | null) => {
    opener.current = from;
    navigate(hasPanel ? { page: "ask", collection, panel: { id, at } } : { page: "document", collection, id, at });
  };
  useShortcuts({
    "/": () => box.current?.focus(),
    "[": () => walkCitations(-1),
    "]": () => walkCitations(1),
    Escape: () => panel && close(),
  });
  const last = turns.at(-1);
  return (
    <Workbench
      aside={hasPanel && panel ? <DocumentPanel collection={collection} {...panel} onClose={close} /> : <AnswerKey />}
    >
      <h1 className="visually-hidden">Ask {collection}</h1>
      {turns.length === 0 && <NothingAsked collection={collection} />}
      {turns.map((turn) => (
        <TurnView
          key={turn.id}
          collection={collection}
          turn={turn}
          onOpen={open}
          onAgain={() => askAgain(collection, turn)}
        />
      ))}
      <QuestionBox
        ref={box}
        first={turns.length === 0}
        running={last?.state === "running"}
        onAsk={(question) => ask(collection, question)}
        onStop={() => last && stop(last)}
      />
    </Workbench>
  );
}

function NothingAsked({ collection }: { collection: string }) {
  return (
    <Message title="Ask the documents a question">
      <p>
        The answer is put together from passages of this collection alone, and every sentence carries the number of the
        passage it comes from. When the documents do not answer, Galen says so. To look for documents instead,{" "}
        <a href={formatRoute({ page: "search", collection, query: "", mode: "hybrid", explain: "none" })}>search</a>.
      </p>
    </Message>
  );
}

function AnswerKey() {
  return (
    <section className={styles.key}>
      <h2>Checking an answer</h2>
      <p>
        A number such as <span className={styles.sample}>1</span> leads to the passage a sentence rests on, word for
        word. Open it to read the passage here, boxed in its document.
      </p>
      <p>
        Keys <kbd>[</kbd> and <kbd>]</kbd> walk the citations of the answers.
      </p>
    </section>
  );
}

function walkCitations(step: number): void {
  const all = [...document.querySelectorAll<HTMLElement>("[data-citation]")];
  const here = all.indexOf(document.activeElement as HTMLElement);
  const next = here < 0 ? (step > 0 ? 0 : all.length - 1) : here + step;
  all[Math.max(0, Math.min(next, all.length - 1))]?.focus();
}
