/** Puts what the server says about single fields beside those fields. */
import { ApiProblem } from '../api.ts';

/** Whether at least one field of the form was meant; the form's own message is then not needed. */
export function showFieldErrors(
  problem: Error,
  form: { values: object; setFieldError: (field: never, message: string) => void },
  rename: Readonly<Record<string, string>> = {},
): boolean {
  if (!(problem instanceof ApiProblem)) return false;
  let shown = false;
  for (const [field, message] of Object.entries(problem.fields)) {
    const name = rename[field] ?? field;
    if (!(name in form.values)) continue;
    form.setFieldError(name as never, message); // the line above has shown that it is a field
    shown = true;
  }
  return shown;
}

/** An empty field is not sent. */
export const orAbsent = (text: string): string | undefined => (text.trim() === '' ? undefined : text.trim());
/** An empty field removes the value. */
export const orNull = (text: string): string | null => (text.trim() === '' ? null : text.trim());

/** What was saved is what the form starts from now. */
export function beginWith<V>(
  form: { setInitialValues: (values: V) => void; setValues: (values: V) => void; resetDirty: (values: V) => void },
  saved: V,
): void {
  form.setInitialValues(saved);
  form.setValues(saved);
  form.resetDirty(saved);
}
