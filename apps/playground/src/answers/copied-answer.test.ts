import type { Answer } from "@galen/rag/schemas";
import { expect, test } from "vitest";
import { copiedAnswer } from "./copied-answer.ts";

const answer: Answer = {
  answer: "Start at half the dose [1].",
  citations: [{ marker: 1, document_id: "d1", title: "Metformin", start: 4, end: 9, quote: "half" }],
  declined: false,
  generator: "extractive",
  sources: [],
  notice: "This is not medical advice.",
  took_ms: 3,
};

test("sources and notice go with the text", () => {
  expect(copiedAnswer("How much?", answer, "medquad")).toBe(
    "How much?\n\nStart at half the dose [1].\n\n[1] Metformin (medquad/d1, 4–9): “half”\n\nThis is not medical advice.",
  );
});

test("a declined answer is copied as declined", () => {
  const declined: Answer = {
    ...answer,
    answer: "",
    citations: [],
    declined: true,
    reason: "No passage is near enough.",
  };
  expect(copiedAnswer("How much?", declined, "medquad")).toBe(
    "How much?\n\nThe documents do not answer this.\n\nNo passage is near enough.\n\nThis is not medical advice.",
  );
});
