import { useEffect, useRef, type ReactNode } from 'react';
import { app, send, useApp } from '../app.js';
import { Button } from './toolkit.js';

/** Asks before an act that another click cannot take back. A native modal dialog keeps the focus and gives it back. */
export function QuestionDialog(): ReactNode {
  const question = useApp((state) => state.question);
  const ref = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (question !== undefined && ref.current?.open === false) ref.current.showModal();
  }, [question]);
  if (question === undefined) return null;
  const close = (): void => app.ask(undefined);
  return (
    <dialog ref={ref} className="question" aria-labelledby="question-title" aria-describedby="question-text" onClose={close}>
      <h2 id="question-title">{question.title}</h2>
      <p id="question-text">{question.text}</p>
      <div className="buttons">
        <Button onClick={close}>Cancel</Button>
        <Button
          primary
          onClick={() => {
            send(question.key, question.intent);
            close();
          }}
        >
          {question.button}
        </Button>
      </div>
    </dialog>
  );
}
