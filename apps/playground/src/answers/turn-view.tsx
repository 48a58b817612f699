import { useId } from "react";
import type { Answer, Citation, Source } from "@galen/rag/schemas";
import type { Span } from "@galen/db/schemas";
import { formatCount, formatCountOf, formatMilliseconds, formatScore } from "../state/format.ts";
import { Button } from "../ui/button.tsx";
import { CopyButton } from "../ui/copy-button.tsx";
import { Foreign } from "../ui/foreign.tsx";
import { Message, ProblemMessage } from "../ui/message.tsx";
import { AnswerText } from "./answer-text.tsx";
import styles from "./answers.module.css";
import { copiedAnswer } from "./copied-answer.ts";
import type { Turn } from "./thread.ts";

export type OpenPassage = (documentId: string, at: Span, from: HTMLElement | null) => void;

interface TurnViewProps {
  readonly collection: string;
  readonly turn: Turn;
  readonly onOpen: OpenPassage;
  readonly onAgain: () => void;
}

export function TurnView({ collection, turn, onOpen, onAgain }: TurnViewProps) {
  const heading = useId();
  const { answer, state } = turn;
  return (
    <article className={styles.turn} aria-labelledby={heading} aria-busy={state === "running"}>
      <h2 id={heading} className={styles.asked}>
        <Foreign>{turn.question}</Foreign>
      </h2>
      {answer?.declined ? <Declined answer={answer} onOpen={onOpen} /> : <AnswerText turn={turn} onOpen={onOpen} />}
      {state === "running" && turn.text === "" && (
        <p className={styles.meta}>{turn.sources.length > 0 ? "Reading the passages" : "Looking for passages"} …</p>
      )}
      {state === "stopped" && <Again what="Stopped; what stands above is not the whole answer." onAgain={onAgain} />}
      {state === "failed" && (
        <ProblemMessage error={turn.error} what="The question was not answered." retry={onAgain} />
      )}
      {answer && (
        <>
          <p className={styles.notice}>
            <Foreign>{answer.notice}</Foreign>
          </p>
          <div className={styles.meta}>
            <span>
              {answer.declined ? "" : `${formatCountOf(answer.citations.length, "citation")} · `}
              {formatCountOf(answer.sources.length, "passage")} read · {formatMilliseconds(answer.took_ms)} ·{" "}
              <Foreign>{answer.generator}</Foreign>
            </span>
            <CopyButton kind="quiet" text={copiedAnswer(turn.question, answer, collection)}>
              Copy
            </CopyButton>
          </div>
          <PrintedCitations citations={answer.citations} />
          {!answer.declined && <PassagesRead sources={answer.sources} onOpen={onOpen} />}
        </>
      )}
    </article>
  );
}

function Declined({ answer, onOpen }: { answer: Answer; onOpen: OpenPassage }) {
  return (
    <Message tone="warn" title="The documents do not answer this">
      {answer.reason && (
        <p>
          <Foreign>{answer.reason}</Foreign>
        </p>
      )}
      {answer.sources.length > 0 && (
        <>
          <p className={styles.closest}>The closest passages:</p>
          <SourceList sources={answer.sources.slice(0, 3)} onOpen={onOpen} />
        </>
      )}
    </Message>
  );
}

function PassagesRead({ sources, onOpen }: { sources: readonly Source[]; onOpen: OpenPassage }) {
  return (
    <details className={styles.read}>
      <summary>All passages that were read ({formatCount(sources.length)})</summary>
      <SourceList sources={sources} onOpen={onOpen} scored />
    </details>
  );
}

/** Paper has no popover: the quotes stand below the answer, and only there. */
function PrintedCitations({ citations }: { citations: readonly Citation[] }) {
  return (
    <ol className={styles.printed} data-testid="printed-citations">
      {citations.map(({ marker, title, document_id, start, end, quote }) => (
        <li key={`${marker} ${document_id} ${start}`}>
          [{marker}] <Foreign>{title ?? document_id}</Foreign>, <Foreign>{document_id}</Foreign> {start}–{end}:{" "}
          <q dir="auto">{quote}</q>
        </li>
      ))}
    </ol>
  );
}

interface SourceListProps {
  readonly sources: readonly Source[];
  readonly onOpen: OpenPassage;
  /** Scores are relative to the best passage: next to a declined answer they would look like confidence. */
  readonly scored?: boolean;
}

function SourceList({ sources, onOpen, scored = false }: SourceListProps) {
  return (
    <ol className={styles.sources}>
      {sources.map((source) => (
        <li key={`${source.document_id} ${source.passage.start}`}>
          {scored && <span className={styles.figure}>{formatScore(source.score)}</span>}
          <Button
            kind="quiet"
            className={styles.source}
            onClick={(event) => onOpen(source.document_id, source.passage, event.currentTarget)}
          >
            <Foreign>{source.title ?? source.document_id}</Foreign>
          </Button>
        </li>
      ))}
    </ol>
  );
}

function Again({ what, onAgain }: { what: string; onAgain: () => void }) {
  return (
    <div className={styles.meta}>
      <span>{what}</span>
      <Button kind="quiet" onClick={onAgain}>
        Ask again
      </Button>
    </div>
  );
}
