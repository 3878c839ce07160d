/** A form that shows that it is sending, and what went wrong. */
import { type ReactNode, useId, useState } from 'react';
import { messageOf } from './client.js';

interface FormProps {
  readonly title: string;
  readonly submit: string;
  readonly children?: ReactNode;
  /** Below the button: other ways to go on. */
  readonly footer?: ReactNode;
  /** What it throws is shown. */
  readonly onSubmit: (values: FormData) => Promise<void>;
}

export function Form({ title, submit, children, footer, onSubmit }: FormProps) {
  const [problem, setProblem] = useState<string>();
  const [isSending, setIsSending] = useState(false);
  const titleId = useId();

  const send = async (form: HTMLFormElement) => {
    setProblem(undefined);
    setIsSending(true);
    try {
      await onSubmit(new FormData(form));
    } catch (error) {
      setProblem(messageOf(error));
    } finally {
      setIsSending(false);
    }
  };

  return (
    <form
      aria-labelledby={titleId}
      onSubmit={(event) => {
        event.preventDefault();
        void send(event.currentTarget);
      }}
    >
      <h2 id={titleId}>{title}</h2>
      {children}
      <p role="alert" className="problem">
        {problem}
      </p>
      <button type="submit" disabled={isSending}>
        {isSending ? 'One moment…' : submit}
      </button>
      {footer && <div className="footer">{footer}</div>}
    </form>
  );
}

interface FieldProps extends React.InputHTMLAttributes<HTMLInputElement> {
  readonly label: string;
  readonly name: string;
}

/** Required, unless it says otherwise. */
export function Field({ label, ...input }: FieldProps) {
  return (
    <label>
      {label}
      <input required {...input} />
    </label>
  );
}

export function text(values: FormData, name: string): string {
  const value = values.get(name);
  return typeof value === 'string' ? value : '';
}

export function Link({ onClick, children }: { readonly onClick: () => void; readonly children: ReactNode }) {
  return (
    <button type="button" className="link" onClick={onClick}>
      {children}
    </button>
  );
}
