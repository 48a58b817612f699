import { formatRoute } from "../state/route.ts";
import { ButtonLink } from "../ui/button.tsx";
import { Foreign } from "../ui/foreign.tsx";
import { Message } from "../ui/message.tsx";

export function NotFoundPage({ path }: { path: string }) {
  return (
    <Message
      title="There is no such page"
      actions={<ButtonLink href={formatRoute({ page: "collections" })}>Go to the collections</ButtonLink>}
    >
      <p>
        <Foreign>{path}</Foreign> is not an address of this page. The link may be cut or mistyped.
      </p>
    </Message>
  );
}
