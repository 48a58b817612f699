import type { z } from "zod";
import { ServerError } from "./errors.ts";
import type { ProblemIssue } from "./schemas/problem.ts";

/** A body can be wrong in thousands of places; the first few are enough to mend it. */
const MAX_ISSUES = 20;

type Issue = z.core.$ZodIssue;

/** What a schema found wrong, as pointers and plain words; values of the request are not repeated. */
export function requestInvalid(issues: readonly Issue[], place: ProblemIssue["in"]): ServerError {
  const found = issues.flatMap((issue) => describe(issue, place));
  const listed = found.slice(0, MAX_ISSUES);
  const more = found.length > listed.length ? ` (and ${found.length - listed.length} more)` : "";
  const [first] = listed;
  const where = first === undefined || first.pointer === "" ? place : first.pointer.slice(1);
  return new ServerError("request_invalid", `${where}: ${first?.message ?? "not valid"}${more}`, {
    details: { issues: listed },
  });
}

function describe(issue: Issue, place: ProblemIssue["in"]): ProblemIssue[] {
  if (issue.code === "unrecognized_keys")
    return issue.keys.map((key) => ({
      in: place,
      pointer: pointer([...issue.path, key]),
      message: "there is no such field",
    }));
  if (issue.code === "invalid_type" && issue.input === undefined && issue.message.endsWith("received undefined"))
    return [{ in: place, pointer: pointer(issue.path), message: "is required" }];
  return [{ in: place, pointer: pointer(issue.path), message: issue.message }];
}

/** RFC 6901. */
function pointer(path: readonly PropertyKey[]): string {
  return path.map((part) => `/${String(part).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}
