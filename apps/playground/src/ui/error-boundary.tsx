import { Component, type ReactNode } from "react";
import { ProblemMessage } from "./message.tsx";

/** A mistake of ours in one page leaves the shell standing. */
export class ErrorBoundary extends Component<{ children: ReactNode }, { error?: unknown }> {
  override state: { error?: unknown } = {};

  static getDerivedStateFromError(error: unknown): { error: unknown } {
    return { error };
  }

  override render(): ReactNode {
    if (this.state.error === undefined) return this.props.children;
    return (
      <ProblemMessage
        error={this.state.error}
        what="This part of the page failed."
        retry={() => this.setState({ error: undefined })}
      />
    );
  }
}
