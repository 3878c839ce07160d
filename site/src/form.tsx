/** A form that waits for its request, is as new afterwards, and shows why a request has failed. */
import { type FormEvent, type InputHTMLAttributes, type ReactNode, useId, useState } from 'react';

interface FormProps {
  /** Of the button. */
  submit: string;
  /** Gets the fields by name. What it throws is shown. */
  onSubmit: (values: Record<string, string>) => Promise<unknown>;
  children?: ReactNode;
}

export function Form({ submit, onSubmit, children }: FormProps) {
  const [problem, setProblem] = useState('');
  const [isBusy, setBusy] = useState(false);
  const send = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    const entries = [...new FormData(form)].map(([name, value]) => [name, String(value).trim()]);
    setBusy(true);
    setProblem('');
    try {
      await onSubmit(Object.fromEntries(entries));
      form.reset();
    } catch (error) {
      setProblem(describe(error));
    }
    setBusy(false);
  };
  return (
    <form onSubmit={send} aria-busy={isBusy}>
      {children}
      <button type="submit" disabled={isBusy}>
        {submit}
      </button>
      <p role="alert">{problem}</p>
    </form>
  );
}

interface FieldProps extends InputHTMLAttributes<HTMLInputElement> {
  label: string;
  name: string;
}

export function Field({ label, ...input }: FieldProps) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input id={id} required {...input} />
    </div>
  );
}

export const describe = (error: unknown) => (error instanceof Error ? error.message : String(error));
