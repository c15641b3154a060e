import { Component, type ReactNode } from 'react';

/** A defect of one part must not take the page away: says what happened and keeps the rest. */
export class Boundary extends Component<{ readonly children: ReactNode; readonly what: string }, { readonly error: string | undefined }> {
  override state: { readonly error: string | undefined } = { error: undefined };

  static getDerivedStateFromError(error: unknown): { error: string } {
    return { error: error instanceof Error ? error.message : String(error) };
  }

  override render(): ReactNode {
    if (this.state.error === undefined) return this.props.children;
    return (
      <div className="note error" role="alert">
        <p>
          {this.props.what} could not be shown: {this.state.error}
        </p>
        <p>Your run is not affected. Close this tab and open the dashboard again; if it comes back, the Switchyard output channel has the details.</p>
        <p>
          <button type="button" className="link" onClick={() => this.setState({ error: undefined })}>
            Try Again
          </button>
        </p>
      </div>
    );
  }
}
