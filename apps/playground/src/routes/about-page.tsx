import { useQuery } from "@tanstack/react-query";
import { api } from "../state/api.ts";
import { Foreign } from "../ui/foreign.tsx";
import { ProblemMessage } from "../ui/message.tsx";
import { Skeleton } from "../ui/skeleton.tsx";
import facts from "../ui/facts.module.css";

export function AboutPage() {
  const about = useQuery({ queryKey: ["about"], queryFn: ({ signal }) => api.about({ signal }) });
  if (about.error)
    return (
      <ProblemMessage
        error={about.error}
        what="The server's description was not loaded."
        retry={() => void about.refetch()}
      />
    );
  if (!about.data) return <Skeleton />;
  const { notice, ...rest } = about.data;
  return (
    <div className={facts.page}>
      <h1>About Galen</h1>
      <p className={facts.lead}>
        Galen turns your documents into passages, finds them by their words and by their meaning, and answers questions
        with citations that lead to the exact place in the text. Everything runs on this server; the page talks to
        nothing else.
      </p>
      <dl className={facts.list}>
        {Object.entries(rest).map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              <Foreign>{typeof value === "string" ? value : JSON.stringify(value)}</Foreign>
            </dd>
          </div>
        ))}
      </dl>
      <section>
        <h2>Notice</h2>
        <p className={facts.lead}>
          <Foreign>{notice}</Foreign>
        </p>
      </section>
    </div>
  );
}
