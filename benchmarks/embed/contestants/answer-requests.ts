import { createInterface } from "node:readline";

type Answerers<Request extends { readonly do: string }, Answers extends Record<Request["do"], unknown>> = {
  readonly [Do in Request["do"]]: (request: Request & { readonly do: Do }) => Promise<Answers[Do]>;
};

/** Answers lines of JSON on stdin until it ends, then ends the process. What goes wrong is an answer too. */
export async function answerRequests<
  Request extends { readonly do: string },
  Answers extends Record<Request["do"], unknown>,
>(answerers: Answerers<Request, Answers>): Promise<void> {
  for await (const line of createInterface({ input: process.stdin })) {
    const request = JSON.parse(line) as Request;
    const answer = await answerers[request.do as Request["do"]](request).catch((error: unknown) => ({
      error: error instanceof Error ? error.message : String(error),
    }));
    process.stdout.write(`${JSON.stringify(answer)}\n`);
  }
  process.exit();
}
