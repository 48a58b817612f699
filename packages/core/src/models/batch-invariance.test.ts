import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import { maxDifference, readGoldenModels } from "../../../../testing/golden/golden.ts";
import { openModel } from "../model-folder/sources.ts";
import type { ModelFolder } from "../model-folder/model-folder.ts";
import { emitOnnxModel, withWeightBytes } from "../onnx-model.ts";
import { modelPrecisions } from "../quantization/model-precision.ts";
import type { ModelPrecision } from "../quantization/model-precision.ts";
import type { Feeds } from "../tensors/inference-message.ts";
import { openSession } from "../tensors/session.ts";
import type { Session } from "../tensors/session.ts";
import { openCheckpoint } from "../weights/weights.ts";

// The promise that the engine makes: it computes texts of one length together, and which of them those are changes no
// component by more than this, in parts of the largest one where that exceeds 1.
const TOLERANCE = 1e-6;
const MAX_TOKENS = 24;

const models = await readGoldenModels();

describe.each(modelPrecisions)("%s: a text has one vector, alone and in any batch of any order", (precision) => {
  test.each(models.map(({ name, folder }) => [name, folder] as const))("%s", async (_, folder) => {
    const model = await openModel(folder);
    await withSession(model, precision, async (session) => {
      await fc.assert(
        fc.asyncProperty(batches(model), async (rows) => {
          const together = await vectors(session, rows);
          for (const [index, row] of rows.entries()) {
            const alone = (await vectors(session, [row]))[0] ?? new Float32Array();
            const difference = maxDifference(together[index] ?? new Float32Array(), alone);
            expect(difference).toBeLessThanOrEqual(TOLERANCE * Math.max(1, ...alone.map(Math.abs)));
          }
        }),
        { numRuns: 12 },
      );
    });
  });
});

/** Texts of one length in tokens. */
function batches({ encoder }: ModelFolder): fc.Arbitrary<number[][]> {
  const id = fc.integer({ min: 0, max: encoder.vocabularySize - 1 });
  return fc
    .integer({ min: 1, max: Math.min(MAX_TOKENS, encoder.maxPositions) })
    .chain((length) =>
      fc.array(fc.array(id, { minLength: length, maxLength: length }), { minLength: 2, maxLength: 7 }),
    );
}

async function vectors(session: Session, rows: readonly (readonly number[])[]): Promise<Float32Array[]> {
  const dims = [rows.length, rows[0]?.length ?? 0];
  const feeds: Feeds = { input_ids: { data: Int32Array.from(rows.flat()), dims } };
  const { data } = await session.run(feeds);
  const size = data.length / rows.length;
  return rows.map((_, row) => data.slice(row * size, (row + 1) * size));
}

async function withSession(
  model: ModelFolder,
  precision: ModelPrecision,
  use: (session: Session) => Promise<void>,
): Promise<void> {
  const checkpoint = await openCheckpoint(model.weightFiles);
  const { bytes, weightsFolder } = emitOnnxModel(
    model,
    checkpoint,
    await withWeightBytes({ precision, attentionMask: false }),
  );
  const session = await openSession({ model: bytes, weightsFolder, threads: 1 });
  try {
    await use(session);
  } finally {
    await session.release();
  }
}
